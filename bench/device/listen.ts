/** What a device sent into a file: samples accounted for by its own clock, results, its last status. */
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { IsochroneError } from '../../codegen/errors.js';
import { decodePayload } from '../../host/protocol/codec.js';
import { FrameDecoder } from '../../host/protocol/frame.js';
import type {
  DeviceMessage,
  HelloMessage,
  SamplesMessage,
  StatusMessage,
} from '../../host/protocol/messages.js';
import { INDEPENDENT_LEADS } from '../../host/stream/events.js';

export interface DeviceAccount {
  readonly ticksPerSecond: number;
  /** Samples that the device's clock says there were, from the first that was delivered to the last. */
  readonly due: number;
  readonly delivered: number;
  readonly results: number;
  readonly explained: number;
  readonly cpuLoadPermille: { readonly mean: number; readonly worst: number };
  readonly lastStatus: StatusMessage;
  /** Lines of its log that are errors, faults of its start, damaged frames. */
  readonly errors: readonly string[];
}

const RATE_HZ = 500;
const READ_EVERY_MS = 50;
const CHUNK_BYTES = 1 << 20;
/** Generous: the device's minutes take seconds; turns a device that is silent into an error. */
const SILENCE_LIMIT_MS = 60_000;
/** The load of the first seconds is that of a window that is not full yet. */
const SETTLED_MS = 12_000;

/** Reads until the device's clock has passed `seconds`. Throws DEVICE_SILENT. */
export async function listenToFile(
  file: string,
  seconds: number,
  onProgress: (seconds: number) => void,
): Promise<DeviceAccount> {
  const decoder = new FrameDecoder();
  const listener = new DeviceListener();
  const handle = await open(file, 'r');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let heardAt = performance.now();
  try {
    while (listener.uptimeMs < 1000 * seconds) {
      const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES);
      if (bytesRead === 0) {
        if (performance.now() - heardAt > SILENCE_LIMIT_MS) throw silent(listener.uptimeMs);
        await sleep(READ_EVERY_MS);
        continue;
      }
      heardAt = performance.now();
      decoder.push(chunk.subarray(0, bytesRead), ({ type, payload }) => {
        const message = decodePayload(type, payload);
        listener.take(message as DeviceMessage);
      });
      onProgress(Math.min(seconds, listener.uptimeMs / 1000));
    }
  } finally {
    await handle.close();
  }
  const { crcErrors, cobsErrors, sequenceGaps } = decoder.statistics;
  const damaged = crcErrors + cobsErrors + sequenceGaps;
  return listener.account(damaged === 0 ? [] : [`${damaged} damaged or missing frames`]);
}

function silent(uptimeMs: number): IsochroneError {
  return new IsochroneError(
    'DEVICE_SILENT',
    `the device has said nothing for ${SILENCE_LIMIT_MS / 1000} s, ${uptimeMs / 1000} s after its start`,
    { hint: 'It may have crashed: run it with `isochrone start` and look at its log.' },
  );
}

/** Messages in, account out. */
export class DeviceListener {
  private hello: HelloMessage | undefined;
  private status: StatusMessage | undefined;
  private firstIndex: number | undefined;
  private previous: { readonly index: number; readonly tick: number } | undefined;
  private elapsedTicks = 0;
  private endIndex = 0;
  private inLastFrame = 0;
  private delivered = 0;
  /** By their ids: nobody acknowledges, so each answer is sent more than once. */
  private readonly ended = new Map<number, string>();
  private readonly loads: number[] = [];
  private readonly errors = new Set<string>();

  get uptimeMs(): number {
    return this.status?.uptimeMs ?? 0;
  }

  take(message: DeviceMessage): void {
    switch (message.kind) {
      case 'HELLO':
        this.hello = message;
        if (message.startState === 'failed') this.errors.add('the test at the start failed');
        if (message.resetCause !== 'power_on') this.errors.add(`restarted: ${message.resetCause}`);
        break;
      case 'SAMPLES':
        this.takeSamples(message);
        break;
      case 'STATUS':
        this.status = message;
        if (message.uptimeMs > SETTLED_MS) this.loads.push(message.cpuLoadPermille);
        break;
      case 'RESULT_END':
        this.ended.set(message.resultId, message.explanation);
        break;
      case 'LOG':
        if (message.level === 'error') this.errors.add(message.text);
        break;
      default:
        break;
    }
  }

  /** By the ticks of their first samples frames say how many samples there should have been, lost interrupts included. */
  private takeSamples(message: SamplesMessage): void {
    const { firstSampleIndex: index, deviceTick: tick } = message;
    const count = message.microvolt.length / INDEPENDENT_LEADS.length;
    if (this.previous !== undefined) this.elapsedTicks += (tick - this.previous.tick) >>> 0;
    this.previous = { index, tick };
    this.firstIndex ??= index;
    this.endIndex = index + count;
    this.inLastFrame = count;
    this.delivered += count;
  }

  account(errors: readonly string[]): DeviceAccount {
    const { hello, status, firstIndex, loads } = this;
    if (hello === undefined || status === undefined || firstIndex === undefined) {
      throw silent(this.uptimeMs);
    }
    // The first sample or the last may have been taken late, by as much as an interrupt ever was.
    const late = Math.floor((status.interruptWorstTicks * RATE_HZ) / hello.ticksPerSecond);
    const byClock =
      Math.round((this.elapsedTicks * RATE_HZ) / hello.ticksPerSecond) - late + this.inLastFrame;
    return {
      ticksPerSecond: hello.ticksPerSecond,
      due: Math.max(byClock, this.endIndex - firstIndex),
      delivered: this.delivered,
      results: this.ended.size,
      explained: [...this.ended.values()].filter((state) => state === 'sent').length,
      cpuLoadPermille: {
        mean: Math.round(loads.reduce((sum, load) => sum + load, 0) / Math.max(1, loads.length)),
        worst: Math.max(0, ...loads),
      },
      lastStatus: status,
      errors: [...this.errors, ...errors],
    };
  }
}
