/** A recording as a device: what it would have sent, through the same wire, link and sinks, at any speed. */
import { encodePayload } from '../protocol/codec.js';
import { FrameEncoder, PROTOCOL_VERSION, SCHEMA_HASH } from '../protocol/frame.js';
import {
  DUTY_VALUES,
  type DeviceMessage,
  type HelloMessage,
  type StatusMessage,
} from '../protocol/messages.js';
import { independentLeads, type EcgRecord, type RecordedEvent } from '../records/record.js';
import { toAcquisition } from '../records/acquisition.js';
import type { Transport, TransportHandlers } from '../serial/transport.js';
import type { MarkEvent, StreamEvent } from '../stream/events.js';
import { toMessages } from './recorded-messages.js';

export interface ReplayOptions {
  /** Multiple of real time; Infinity as fast as the reader takes it. */
  readonly speed: number;
  /** What comes from no device: the marks of who was there. */
  readonly onMark?: (mark: MarkEvent) => void;
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
/** Annotations of WFDB that are beats, whatever their kind (ecgcodes.h). */
const BEATS = new Set([...'NLRBaAJSVFejnE/Qfr?']);

/** The axis of a replay: what the recorder saw as the first sample of the record. */
export const replayStart = (record: EcgRecord): number => record.firstSampleIndex ?? 0;

/** @throws IsochroneError RECORD_* when it is not a twelve-lead record */
export function replayTransport(record: EcgRecord, options: ReplayOptions): Transport {
  const acquisition = toAcquisition(record);
  const { sampleCount } = acquisition;
  const missing = missingSamples(record, sampleCount);
  const start = replayStart(record);
  const timed = timedEvents(record, start);
  const onAxis = (sample: number): number => (start + sample) >>> 0;
  const encoder = new FrameEncoder();
  let hello = timed
    .slice(0, 1)
    .flatMap(({ event }) => messagesOf(event))
    .reduce((found, message) => (message.kind === 'HELLO' ? message : found), helloOf(record));
  let handlers: TransportHandlers | undefined;
  let timer: NodeJS.Timeout | undefined;
  let next = 0;
  let nextEvent = 0;
  let droppedByDevice = 0;
  let endsAt = onAxis(sampleCount);
  const say = (message: DeviceMessage): void => handlers?.onBytes(encoder.encode(message));

  /** What came before sample `end`. */
  const sayEvents = (end: number): void => {
    for (
      let one = timed[nextEvent];
      one !== undefined && one.sample <= end;
      one = timed[nextEvent]
    ) {
      nextEvent += 1;
      const { event } = one;
      if (event.kind === 'end') endsAt = event.sampleCount;
      if (event.kind === 'mark') options.onMark?.(event);
      if (event.kind === 'gap' && event.cause === 'device') droppedByDevice += event.sampleCount;
      for (const message of messagesOf(event)) {
        if (message.kind === 'HELLO') hello = message;
        say(message);
      }
    }
  };

  const sendFrame = (): void => {
    sayEvents(next);
    if (next % RATE_HZ === 0) {
      say(hello);
      say(statusOf(onAxis(next), droppedByDevice));
    }
    const end = Math.min(next + PER_FRAME, sampleCount);
    while (next < end) {
      const from = next;
      while (next < end && missing[next] === missing[from]) next += 1;
      if (missing[from] === 1) continue;
      say({
        kind: 'SAMPLES',
        firstSampleIndex: onAxis(from),
        deviceTick: (from * MICROSECONDS_PER_SAMPLE) >>> 0,
        samplesDropped: droppedByDevice,
        microvolt: Array.from(acquisition.microvolt.subarray(from * LEADS, next * LEADS)),
      });
    }
  };

  const run = (startMs: number): void => {
    const due = Math.min(
      sampleCount,
      Math.floor(((performance.now() - startMs) * options.speed * RATE_HZ) / 1000),
      next + BURST_FRAMES * PER_FRAME,
    );
    // A frame is sent when its last sample is due.
    while (next < due && Math.min(next + PER_FRAME, sampleCount) <= due) sendFrame();
    if (handlers === undefined) return;
    if (next < sampleCount) {
      timer = setTimeout(() => run(startMs), options.speed === Infinity ? 0 : TICK_MS);
      return;
    }
    sayEvents(Infinity);
    say(statusOf(onAxis(sampleCount), droppedByDevice));
    say({ kind: 'END', sampleCount: endsAt });
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

/** 1 for each sample of the replay that is missing in all leads: it is not sent, and the link tells a gap. */
function missingSamples(record: EcgRecord, sampleCount: number): Uint8Array {
  const { microvolt } = independentLeads(record);
  const last = (microvolt[0]?.length ?? 0) - 1;
  return Uint8Array.from({ length: sampleCount }, (_, t) => {
    const source = Math.min(last, Math.round((t * record.sampleRateHz) / RATE_HZ));
    return microvolt.every((lead) => Number.isNaN(lead[source] ?? NaN)) ? 1 : 0;
  });
}

/** Of a recorder all that it kept; of another record its beats, and its notes as marks. In the order of time. */
function timedEvents(record: EcgRecord, start: number): readonly RecordedEvent[] {
  if (record.events !== undefined && record.sampleRateHz === RATE_HZ) return record.events;
  const timed: RecordedEvent[] = [];
  let before: number | undefined;
  const annotations = [...(record.annotations ?? [])];
  for (const { sampleIndex, label } of annotations.sort((a, b) => a.sampleIndex - b.sampleIndex)) {
    const sample = Math.round((sampleIndex * RATE_HZ) / record.sampleRateHz);
    if (BEATS.has(label)) {
      const rrMs = before === undefined ? 0 : Math.min(0xffff, (sample - before) * 2);
      before = sample;
      const event = { kind: 'beat', sampleIndex: start + sample, rrMs, noisePercent: 0 } as const;
      timed.push({ sample, event });
    } else if (label.length > 1) {
      timed.push({ sample, event: { kind: 'mark', sampleIndex: start + sample, text: label } });
    }
  }
  return timed;
}

/** A file may hold what no device can say: such an event is left out. */
function messagesOf(event: StreamEvent): readonly DeviceMessage[] {
  try {
    const messages = toMessages(event);
    for (const message of messages) encodePayload(message);
    return messages;
  } catch {
    return [
      { kind: 'LOG', level: 'warning', text: `A recorded event (${event.kind}) cannot be read.` },
    ];
  }
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
    operatingPoints: [],
    methods: [],
    resetCause: 'power_on',
    startState: 'passed',
    startFaults: 0,
  };
}

function statusOf(sample: number, samplesDropped: number): StatusMessage {
  return {
    kind: 'STATUS',
    uptimeMs: Math.round((sample * 1000) / RATE_HZ),
    deviceTick: (sample * MICROSECONDS_PER_SAMPLE) >>> 0,
    samplesReceived: sample,
    samplesDropped,
    framesDropped: 0,
    receiveErrors: 0,
    transmitHighWater: 0,
    receiveHighWater: 0,
    cpuLoadPermille: 0,
    stackHighWaterBytes: 0,
    gradientSaturations: 0,
    injectCredit: 0,
    loopWorstTicks: 0,
    interruptWorstTicks: 0,
    dutyWorstTicks: DUTY_VALUES.map(() => 0),
  };
}
