/**
 * One run from a record to its explained results: build, boot, stream, gather. The pieces are injected events out; who shows
 * them (terminal, page, bench, test) is not known here.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { IsochroneError } from '../../codegen/errors.js';
import { SEGMENT_NAMES } from '../cineecg/geometry.js';
import { injectRecord, socketWriter } from '../flash/injector.js';
import { bootQemu, type EmulatedDevice } from '../flash/qemu.js';
import { semihostRecordArguments, writeSemihostRecord } from '../flash/semihost-record.js';
import { DeviceCommands } from '../serial/device-commands.js';
import { openLink, type DeviceLink, type LinkStatistics } from '../serial/link.js';
import { serialTransport } from '../serial/serial-transport.js';
import type { StreamEvent } from '../stream/events.js';
import type { Board } from '../toolchain/board.js';
import type { FedFrontEnd } from '../toolchain/build-firmware.js';

export interface SessionOptions {
  readonly board: Board;
  readonly elfPath: string;
  readonly frontEnd: FedFrontEnd;
  /** Sample-major, leads I II V1…V6, 500 Hz, microvolt. */
  readonly microvolt: Int16Array;
  /** Multiple of real time. */
  readonly speed: number;
  readonly onEvent: (event: StreamEvent) => void;
  readonly signal: AbortSignal;
}

export interface SessionSummary {
  readonly samplesSent: number;
  readonly samplesDelivered: number;
  readonly samplesMissing: number;
  /** Signal time over wall-clock time while the record ran. */
  readonly realSpeed: number;
  readonly results: number;
  readonly explained: number;
  readonly statistics: LinkStatistics;
}

export interface Session {
  /** What may be asked of the device while it runs. */
  readonly commands: DeviceCommands;
  /** Settles when the device has answered for the whole record. */
  readonly finished: Promise<SessionSummary>;
  /** Resolves when the device has gone; only after `finished`. */
  readonly gone: Promise<void>;
  close(): Promise<void>;
}

const ACQUISITION_HZ = 500;
/** After the last sample the device has one answer to compute and send; an emulator under load takes its time. */
const END_TIMEOUT_MS = 60_000;
/** The kernel reports the end of a process well within this. */
const CAUSE_GRACE_MS = 2_000;
const BAUD_RATE_UNUSED_BY_PTY = 115_200;

/** @throws IsochroneError EMULATOR_*, LINK_*, INJECT_* */
export async function startSession(options: SessionOptions): Promise<Session> {
  const folder = mkdtempSync(join(tmpdir(), 'isochrone-session-'));
  const recordFile = join(folder, 'record.i16');
  let device: EmulatedDevice | undefined;
  let link: DeviceLink | undefined;
  const close = async (): Promise<void> => {
    await link?.close();
    await device?.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    if (options.frontEnd === 'semihost') await writeSemihostRecord(recordFile, options.microvolt);
    device = await bootQemu({
      board: options.board,
      elfPath: options.elfPath,
      ...(options.frontEnd === 'semihost'
        ? {
            semihosting: { args: semihostRecordArguments(recordFile, options.speed) },
          }
        : {}),
    });
    link = openLink({
      transport: serialTransport({ path: device.linkPath, baudRate: BAUD_RATE_UNUSED_BY_PTY }),
      segmentNames: SEGMENT_NAMES,
      expectedFirstSampleIndex: 0,
    });
    const running = new RunningSession(options, device, link);
    await device.release();
    await running.introduced();
    return {
      commands: new DeviceCommands(link),
      finished: running.finish(),
      gone: device.exited.then(() => undefined),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

class RunningSession {
  private results = 0;
  private explained = 0;
  private delivered = 0;
  private startedMs = 0;
  private resolveEnd: () => void = () => undefined;
  private rejectEnd: (reason: Error) => void = () => undefined;
  private readonly ended: Promise<void>;

  constructor(
    private readonly options: SessionOptions,
    private readonly device: EmulatedDevice,
    private readonly link: DeviceLink,
  ) {
    this.ended = new Promise((resolve, reject) => {
      this.resolveEnd = resolve;
      this.rejectEnd = reject;
    });
    // Whoever waits for something else first learns of a failure there.
    this.ended.catch(() => undefined);
    void device.exited.then((info) => this.rejectEnd(device.died(info)));
    options.signal.addEventListener('abort', () => this.rejectEnd(interrupted()), { once: true });
    if (options.signal.aborted) this.rejectEnd(interrupted());
    link.on((event) => this.note(event));
  }

  async introduced(): Promise<void> {
    await Promise.race([this.link.hello(), this.ended]);
  }

  async finish(): Promise<SessionSummary> {
    const sampleCount = this.options.microvolt.length / 8;
    this.startedMs = performance.now();
    let realSpeed = 0;
    if (this.options.frontEnd === 'uart') {
      const injected = await Promise.race([
        injectRecord({
          write: socketWriter(this.device.inject),
          microvolt: this.options.microvolt,
          sampleCount,
          speed: this.options.speed,
          samplesReturned: () => this.delivered,
          signal: this.options.signal,
        }).catch((symptom: unknown) => this.causeOf(symptom)),
        this.ended.then(() => undefined),
      ]);
      realSpeed = injected?.realSpeed ?? 0;
    }
    await this.untilEnd(sampleCount);
    const seconds = (performance.now() - this.startedMs) / 1000;
    const statistics = this.link.statistics();
    return {
      samplesSent: sampleCount,
      samplesDelivered: this.delivered,
      samplesMissing: sampleCount - this.delivered,
      realSpeed: realSpeed > 0 ? realSpeed : sampleCount / ACQUISITION_HZ / seconds,
      results: this.results,
      explained: this.explained,
      statistics,
    };
  }

  /** A port that closed under the sender is a symptom: how the emulator ended, known a moment later, is the cause. */
  private async causeOf(symptom: unknown): Promise<never> {
    await Promise.race([this.ended, sleep(CAUSE_GRACE_MS)]);
    throw symptom;
  }

  private async untilEnd(sampleCount: number): Promise<void> {
    const signalMs = (sampleCount / ACQUISITION_HZ / this.options.speed) * 1000;
    const waitMs = END_TIMEOUT_MS + (this.options.frontEnd === 'semihost' ? 3 * signalMs : 0);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new IsochroneError(
            'DEVICE_SILENT',
            `the device did not answer for the end of the record within ${Math.round(waitMs / 1000)} s (${this.delivered} of ${sampleCount} samples came back, ${this.results} results)`,
            { hint: 'Look at the log lines above; run again with a lower --speed.' },
          ),
        );
      }, waitMs);
    });
    try {
      await Promise.race([this.ended, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private note(event: StreamEvent): void {
    this.options.onEvent(event);
    switch (event.kind) {
      case 'samples':
        this.delivered += event.microvolt[0]?.length ?? 0;
        break;
      case 'result':
        this.results += 1;
        break;
      case 'explanation':
        this.explained += 1;
        break;
      case 'end':
        this.resolveEnd();
        break;
      case 'link':
        if (event.state === 'lost') {
          this.rejectEnd(
            new IsochroneError('LINK_LOST', `the link to the device is lost: ${event.detail}`, {
              hint: 'The port vanished or the device stopped; what it sent before is kept. Start again.',
            }),
          );
        }
        break;
      default:
        break;
    }
  }
}

export function interrupted(): IsochroneError {
  return new IsochroneError('INTERRUPTED', 'stopped by the user', {
    hint: 'Nothing is left running; start again when you like.',
  });
}
