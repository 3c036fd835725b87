/** A recording as a device: what it would have sent, through the same wire, link and sinks, at any speed. */
import { FrameEncoder, PROTOCOL_VERSION, SCHEMA_HASH } from '../protocol/frame.js';
import type { DeviceMessage, HelloMessage, StatusMessage } from '../protocol/messages.js';
import { independentLeads, type EcgRecord } from '../records/record.js';
import { toAcquisition } from '../records/acquisition.js';
import type { Transport, TransportHandlers } from '../serial/transport.js';

export interface ReplayOptions {
  /** Multiple of real time; Infinity as fast as the reader takes it. */
  readonly speed: number;
  /** Called once everything has been sent. */
  readonly onEnd?: () => void;
}

const RATE_HZ = 500;
const PER_FRAME = 10;
const LEADS = 8;
const MICROSECONDS_PER_SAMPLE = 1_000_000 / RATE_HZ;
/** Frames between two pauses: others on this process get their turn. */
const BURST_FRAMES = 200;
const TICK_MS = 10;

/** @throws IsochroneError RECORD_* when it is not a twelve-lead record */
export function replayTransport(record: EcgRecord, options: ReplayOptions): Transport {
  const acquisition = toAcquisition(record);
  const holes = missingFrames(record, acquisition.sampleCount);
  const beats = (record.annotations ?? [])
    .filter(({ label }) => label === 'N')
    .map(({ sampleIndex }) => Math.round((sampleIndex * RATE_HZ) / record.sampleRateHz));
  const encoder = new FrameEncoder();
  const hello = helloOf(record);
  let handlers: TransportHandlers | undefined;
  let timer: NodeJS.Timeout | undefined;
  let frame = 0;
  let nextBeat = 0;
  const frames = Math.ceil(acquisition.sampleCount / PER_FRAME);
  const say = (message: DeviceMessage): void => handlers?.onBytes(encoder.encode(message));

  const sendFrame = (): void => {
    const first = frame * PER_FRAME;
    if (frame % (RATE_HZ / PER_FRAME) === 0) {
      say(hello);
      say(statusOf(first));
    }
    const end = Math.min(first + PER_FRAME, acquisition.sampleCount);
    if (holes[frame] !== 1) {
      say({
        kind: 'SAMPLES',
        firstSampleIndex: first,
        deviceTick: (first * MICROSECONDS_PER_SAMPLE) >>> 0,
        samplesDropped: 0,
        microvolt: Array.from(acquisition.microvolt.subarray(first * LEADS, end * LEADS)),
      });
    }
    for (let beat = beats[nextBeat]; beat !== undefined && beat < end; beat = beats[nextBeat]) {
      const before = beats[nextBeat - 1];
      const rrMs = before === undefined ? 0 : Math.min(0xffff, (beat - before) * 2);
      say({ kind: 'BEAT', sampleIndex: beat, rrMs, noisePercent: 0 });
      nextBeat += 1;
    }
    frame += 1;
  };

  const run = (startMs: number): void => {
    const due = Math.min(
      frames,
      Math.floor(((performance.now() - startMs) * options.speed * RATE_HZ) / (1000 * PER_FRAME)),
      frame + BURST_FRAMES,
    );
    while (frame < due) sendFrame();
    if (handlers === undefined) return;
    if (frame < frames) {
      timer = setTimeout(() => run(startMs), options.speed === Infinity ? 0 : TICK_MS);
      return;
    }
    say(statusOf(acquisition.sampleCount));
    say({ kind: 'END', sampleCount: acquisition.sampleCount });
    options.onEnd?.();
  };

  return {
    name: record.source,
    open: (given) => {
      handlers = given;
      timer = setTimeout(() => {
        say(hello);
        run(performance.now());
      }, 0);
      return Promise.resolve();
    },
    // A recording takes no commands.
    write: () => Promise.resolve(),
    close: () => {
      handlers = undefined;
      clearTimeout(timer);
      return Promise.resolve();
    },
  };
}

/** 1 for each frame in which a sample is missing in all leads: it is not sent, and the link tells a gap. */
function missingFrames(record: EcgRecord, sampleCount: number): Uint8Array {
  const missing = new Uint8Array(Math.ceil(sampleCount / PER_FRAME));
  const { microvolt } = independentLeads(record);
  const count = microvolt[0]?.length ?? 0;
  for (let t = 0; t < count; t += 1) {
    if (!microvolt.every((lead) => Number.isNaN(lead[t] ?? NaN))) continue;
    const frame = Math.floor((t * RATE_HZ) / record.sampleRateHz / PER_FRAME);
    if (frame < missing.length) missing[frame] = 1;
  }
  return missing;
}

function helloOf(record: EcgRecord): HelloMessage {
  return {
    kind: 'HELLO',
    protocolVersion: PROTOCOL_VERSION,
    schemaHash: SCHEMA_HASH,
    boardName: 'recording',
    modelName: record.name.slice(0, 32).replace(/[^\x20-\x7e]/gu, '_'),
    modelHash: 0,
    buildId: 0,
    bootId: 1,
    uniqueId: [],
    sampleRateHz: RATE_HZ,
    networkRateHz: 100,
    lsbNanovolt: 1000,
    leadCount: LEADS,
    ticksPerSecond: 1_000_000,
    windowSamples: 5000,
    classNames: [],
  };
}

function statusOf(sample: number): StatusMessage {
  return {
    kind: 'STATUS',
    uptimeMs: Math.round((sample * 1000) / RATE_HZ),
    deviceTick: (sample * MICROSECONDS_PER_SAMPLE) >>> 0,
    samplesReceived: sample,
    samplesDropped: 0,
    framesDropped: 0,
    receiveErrors: 0,
    transmitHighWater: 0,
    receiveHighWater: 0,
    cpuLoadPermille: 0,
    stackHighWaterBytes: 0,
    gradientSaturations: 0,
    injectCredit: 0,
  };
}
