/**
 * Streams a record into a device's inject port at a chosen multiple of real time.
 */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { IsochroneError } from '../../codegen/errors.js';
import { FrameEncoder } from '../protocol/frame.js';

const LEADS = 8;
const ACQUISITION_HZ = 500;
/** The most that one INJECT frame holds. */
export const INJECT_FRAME_SAMPLES = 20;
/** Progress and pacing need no finer grain than what the eye sees; frames that are due go out together. */
const PACE_STEP_MS = 10;
/** How far the sender may be ahead of what came back: more than the device holds while its network runs. */
const MAX_AHEAD_SAMPLES = 1000;
/** A link that lost samples must not hold the record up: after this long without progress it is sent on. */
const STALL_LIMIT_MS = 2000;

export interface InjectProgress {
  readonly samplesSent: number;
  readonly sampleCount: number;
  /** Signal time over wall-clock time so far. */
  readonly realSpeed: number;
}

/** Electrodes of a frame as bits: RA, LA, LL, V1 to V6. */
export interface FrameContact {
  readonly contactMeasured: number;
  readonly contactOff: number;
}
export const NOT_MEASURED: FrameContact = { contactMeasured: 0, contactOff: 0 };

export interface InjectOptions {
  /** Resolves when the port takes more bytes: this is where a slow device holds the sender back. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** Sample-major, leads I II V1 V2 V3 V4 V5 V6, 500 Hz, microvolt. */
  readonly microvolt: Int16Array;
  readonly sampleCount: number;
  /** Multiple of real time; Infinity for as fast as the port takes it. */
  readonly speed: number;
  /**
   * Samples that have come back from the device. Buffers between here and there hold seconds of signal; with this the sender
   * stays close to the device, and the speed it reports is the device's.
   */
  readonly samplesReturned?: () => number;
  /** What a front end would say of its electrodes during the frame that begins there; by default nothing. */
  readonly contactAt?: (sampleIndex: number) => FrameContact;
  /** Index of the first sample, for a further record of the same run. */
  readonly firstSampleIndex?: number;
  readonly onProgress?: (progress: InjectProgress) => void;
  readonly signal?: AbortSignal;
}

export interface Injected {
  readonly samplesSent: number;
  /** Signal time over wall-clock time; below the speed asked for when the device held back. */
  readonly realSpeed: number;
  readonly elapsedMs: number;
  /** False when the signal aborted it; END_OF_RECORD has not been sent then. */
  readonly complete: boolean;
}

function check(options: InjectOptions): void {
  if (!(options.speed > 0)) {
    throw new IsochroneError('INJECT_SPEED', `the speed must be above 0, not ${options.speed}`, {
      hint: 'Give 1 for real time, 2 for twice as fast.',
      where: { speed: options.speed },
    });
  }
  if (options.microvolt.length !== options.sampleCount * LEADS) {
    throw new IsochroneError(
      'INJECT_LENGTH',
      `${options.sampleCount} samples of ${LEADS} leads are ${options.sampleCount * LEADS} values, not ${options.microvolt.length}`,
      {
        hint: 'The record must be sample-major with eight leads.',
        where: { values: options.microvolt.length },
      },
    );
  }
}

/**
 * Sends the record and END_OF_RECORD. Pacing is against the clock, not from frame to frame: what the port delayed is caught
 * up as fast as it allows. Throws INJECT_SPEED, INJECT_LENGTH, and whatever `write` rejects with.
 */
export async function injectRecord(options: InjectOptions): Promise<Injected> {
  check(options);
  const { microvolt, sampleCount, speed, signal } = options;
  const contactAt = options.contactAt ?? ((): FrameContact => NOT_MEASURED);
  const origin = options.firstSampleIndex ?? 0;
  const encoder = new FrameEncoder();
  const start = performance.now();
  let sent = 0;
  const realSpeed = (): number => {
    const seconds = (performance.now() - start) / 1000;
    return seconds > 0 ? sent / ACQUISITION_HZ / seconds : 0;
  };
  let lastReturned = 0;
  let lastProgressAt = start;
  const tooFarAhead = async (): Promise<boolean> => {
    const returned = options.samplesReturned?.() ?? sent;
    if (returned !== lastReturned) {
      lastReturned = returned;
      lastProgressAt = performance.now();
    }
    if (sent - returned <= MAX_AHEAD_SAMPLES) return false;
    if (performance.now() - lastProgressAt > STALL_LIMIT_MS) return false;
    await sleep(PACE_STEP_MS);
    return true;
  };
  while (sent < sampleCount && signal?.aborted !== true) {
    const due = Math.min(
      sampleCount,
      Math.floor(((performance.now() - start) / 1000) * ACQUISITION_HZ * speed),
    );
    if (await tooFarAhead()) continue;
    // Whole frames only, and the short last one when its last sample is due.
    if (due - sent < INJECT_FRAME_SAMPLES && due < sampleCount) {
      await sleep(PACE_STEP_MS);
      continue;
    }
    const count = Math.min(INJECT_FRAME_SAMPLES, sampleCount - sent);
    await options.write(
      encoder.encode({
        kind: 'INJECT',
        firstSampleIndex: origin + sent,
        ...contactAt(origin + sent),
        microvolt: Array.from(microvolt.subarray(sent * LEADS, (sent + count) * LEADS)),
      }),
    );
    sent += count;
    options.onProgress?.({ samplesSent: sent, sampleCount, realSpeed: realSpeed() });
  }
  const complete = sent === sampleCount;
  if (complete) {
    await options.write(
      encoder.encode({ kind: 'END_OF_RECORD', sampleCount: origin + sampleCount }),
    );
  }
  return {
    samplesSent: sent,
    realSpeed: realSpeed(),
    elapsedMs: performance.now() - start,
    complete,
  };
}

/** A `write` for the inject socket of an emulated device: resolves at once while it takes bytes, else when it does again. */
export function socketWriter(socket: Socket): (bytes: Uint8Array) => Promise<void> {
  return (bytes) => {
    if (socket.destroyed) return Promise.reject(injectClosed());
    if (socket.write(bytes)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        socket.off('drain', settle);
        socket.off('close', settle);
        if (socket.destroyed) reject(injectClosed());
        else resolve();
      };
      socket.on('drain', settle);
      socket.on('close', settle);
    });
  };
}

function injectClosed(): IsochroneError {
  return new IsochroneError(
    'INJECT_CLOSED',
    "the device's inject port closed while a record was sent",
    {
      hint: 'The emulator has ended; its own message says why. Run the command again.',
    },
  );
}
