/**
 * What a device said for an event that a recorder kept: the inverse of host/serial/stream-translator.ts. A replay sends these messages over the same
 * wire, so that the link gives the event again. Fields that no event carries are "not known".
 */
import { PROTOCOL_VERSION, SCHEMA_HASH } from '../protocol/frame.js';
import {
  METHOD_VALUES,
  START_TEST_VALUES,
  REVERSAL_VALUES,
  type BeatAttributionMessage,
  type BeatMeasurementMessage,
  type DeviceMessage,
  type ExplanationMessage,
  type HelloMessage,
  type Reversal,
  type SignalStateMessage,
} from '../protocol/messages.js';
import { ABSENT, leadReasonBits, reversalWords } from '../serial/signal-translator.js';
import type {
  ExplanationEvent,
  HelloEvent,
  MeasurementEvent,
  MedianBeatEvent,
  SignalEvent,
  StreamEvent,
  WithheldEvent,
} from '../stream/events.js';
import { withinBytes } from '../stream/text.js';

/** Points of a path in one message; the schema takes up to 40. */
const PATH_PART = 40;
const LARGEST_STEP = 127;
/** What a LOG holds. */
const LOG_BYTES = 200;
/** Of how unlike the training data a window is. */
const NOT_KNOWN = -1;
/** Of this project's devices, where no event says so. */
const TICKS_PER_SECOND = 1_000_000;

/** Nothing for what the replay says itself (samples, gaps, status, end) and for what comes from the host (link, mark). */
export function toMessages(event: StreamEvent): readonly DeviceMessage[] {
  switch (event.kind) {
    case 'hello':
      return [toHello(event)];
    case 'beat':
      return [{ ...event, kind: 'BEAT' }];
    case 'pacer':
      return [{ ...event, kind: 'PACER_SPIKE' }];
    case 'signal':
      return [toSignalState(event)];
    case 'measurement':
      return [toBeatMeasurement(event)];
    case 'median-beat':
      return toMedianLeads(event);
    case 'result':
      return [{ ...event, kind: 'RESULT', unfamiliarity: event.unfamiliarity ?? NOT_KNOWN }];
    case 'explanation':
      return toExplanation(event);
    case 'withheld':
      return toWithheld(event);
    case 'log':
      return [{ ...event, kind: 'LOG', text: withinBytes(event.text, LOG_BYTES) }];
    default:
      return [];
  }
}

function toHello(event: HelloEvent): HelloMessage {
  return {
    ...event,
    kind: 'HELLO',
    protocolVersion: PROTOCOL_VERSION,
    schemaHash: SCHEMA_HASH,
    uniqueId: [],
    lsbNanovolt: 1000,
    leadCount: 8,
    ticksPerSecond: TICKS_PER_SECOND,
    windowSamples: 10 * event.sampleRateHz,
    operatingPoints: event.operatingPoints ?? [],
    methods: event.methods
      .map((name) => METHOD_VALUES.findIndex((known) => known === name))
      .filter((value) => value >= 0),
    startFaults: event.startFaults.reduce(
      (bits, test) => bits | (1 << START_TEST_VALUES.indexOf(test)),
      0,
    ),
  };
}

function toSignalState(event: SignalEvent): SignalStateMessage {
  const { electrodes, reversal, mainsHz } = event;
  const judged = (words: string | null | undefined): Reversal => {
    if (words === undefined) return 'not_judged';
    if (words === null) return 'none';
    return REVERSAL_VALUES.find((value) => reversalWords(value) === words) ?? 'none';
  };
  const mains = mainsHz === undefined ? 'not_watched' : 'none';
  return {
    kind: 'SIGNAL_STATE',
    sampleIndex: event.sampleIndex,
    stages: event.measuresBeats ? 'measure' : 'watch',
    source: event.testSignal === true ? 'test_signal' : 'electrodes',
    contactRa: electrodes.RA,
    contactLa: electrodes.LA,
    contactLl: electrodes.LL,
    contactV1: electrodes.V1,
    contactV2: electrodes.V2,
    contactV3: electrodes.V3,
    contactV4: electrodes.V4,
    contactV5: electrodes.V5,
    contactV6: electrodes.V6,
    quality: event.quality,
    leadReasons: event.leadReasons.map((reasons) => leadReasonBits(reasons)),
    limbReversal: judged(reversal?.limb),
    chestReversal: judged(reversal?.chest),
    mains: typeof mainsHz !== 'number' ? mains : mainsHz < 55 ? 'hz_50' : 'hz_60',
    mainsMillihertz: Math.round(1000 * (mainsHz ?? 0)),
  };
}

function toWithheld({ resultId, reason, unanswered }: WithheldEvent): readonly DeviceMessage[] {
  const end: DeviceMessage = { kind: 'RESULT_END', resultId, explanation: reason };
  if (unanswered === undefined) return [end];
  return [
    {
      kind: 'RESULT',
      resultId,
      ...unanswered,
      unfamiliarity: unanswered.unfamiliarity ?? NOT_KNOWN,
      winner: 0,
      networkMicroseconds: 0,
      explainMicroseconds: 0,
      probabilities: [],
      logits: [],
    },
    end,
  ];
}

function toBeatMeasurement(event: MeasurementEvent): BeatMeasurementMessage {
  const { sampleIndex, marks } = event;
  const offset = (mark: number | null): number => (mark === null ? ABSENT : mark - sampleIndex);
  return {
    kind: 'BEAT_MEASUREMENT',
    sampleIndex,
    beatCount: event.beatCount,
    pOnset: offset(marks.pOnset),
    pEnd: offset(marks.pEnd),
    qrsOnset: offset(marks.qrsOnset),
    qrsEnd: offset(marks.qrsEnd),
    tPeak: offset(marks.tPeak),
    tEnd: offset(marks.tEnd),
    heartRatePerMin: event.heartRatePerMin ?? 0,
    meanRrMs: 0,
    prMs: event.prMs ?? 0,
    qrsMs: event.qrsMs ?? 0,
    qtMs: event.qtMs ?? 0,
    qtcFridericiaMs: event.qtcFridericiaMs ?? 0,
    qtcBazettMs: event.qtcBazettMs ?? 0,
  };
}

function toMedianLeads({
  sampleIndex,
  rateHz,
  centreIndex,
  microvolt,
}: MedianBeatEvent): readonly DeviceMessage[] {
  return microvolt.map((lead, leadIndex) => ({
    kind: 'MEDIAN_LEAD',
    sampleIndex,
    leadIndex,
    rateHz,
    centreIndex,
    microvolt: lead,
  }));
}

function toExplanation(event: ExplanationEvent): readonly DeviceMessage[] {
  const { resultId, meanBeat, path } = event;
  const { rateHz, rIndex } = meanBeat;
  const partCount = Math.max(1, Math.ceil(path.length / PATH_PART));
  return [
    {
      ...event,
      kind: 'EXPLANATION',
      // An event has them as words; the encoder refuses those that the schema does not know.
      method: event.method as ExplanationMessage['method'],
      mapping: event.mapping as ExplanationMessage['mapping'],
      transform: event.transform as ExplanationMessage['transform'],
      leadEvidence: event.leadEvidence.flat(),
    },
    ...meanBeat.microvolt.map((microvolt, leadIndex): DeviceMessage => ({
      kind: 'BEAT_LEAD',
      resultId,
      leadIndex,
      rateHz,
      rIndex,
      microvolt,
    })),
    ...meanBeat.attribution.map((values, leadIndex): DeviceMessage => ({
      kind: 'BEAT_ATTRIBUTION',
      resultId,
      leadIndex,
      ...inSteps(values),
    })),
    { ...meanBeat.fiducials, kind: 'BEAT_FIDUCIALS', resultId },
    ...Array.from({ length: partCount }, (_, partIndex): DeviceMessage => ({
      kind: 'PATH',
      resultId,
      partIndex,
      partCount,
      points: path
        .slice(partIndex * PATH_PART, (partIndex + 1) * PATH_PART)
        .map(({ frankMm: [x, y, z], phase, evidence }) => ({
          xHundredthMm: Math.round(100 * x),
          yHundredthMm: Math.round(100 * y),
          zHundredthMm: Math.round(100 * z),
          phase,
          evidence,
        })),
    })),
    { kind: 'RESULT_END', resultId, explanation: 'sent' },
  ];
}

/**
 * Values as whole steps of a float32, as they came over the wire. A float32 times a step of seven bits is exact in a double, and so is a remainder: Euclid finds the
 * largest step that all of them are multiples of, and a part of that is the float32 that was sent. Values of another origin are rounded to steps.
 */
function inSteps(values: readonly number[]): Pick<BeatAttributionMessage, 'scale' | 'steps'> {
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  if (most === 0) return { scale: 0, steps: values.map(() => 0) };
  const common = (a: number, b: number): number => (b === 0 ? a : common(b, a % b));
  const unit = values.reduce((found, value) => common(found, Math.abs(value)), most);
  for (let part = 1; (most / unit) * part <= LARGEST_STEP; part += 1) {
    const scale = unit / part;
    if (Math.fround(scale) === scale) {
      return { scale, steps: values.map((value) => Math.round(value / scale)) };
    }
  }
  const scale = Math.fround(most / LARGEST_STEP);
  return { scale, steps: values.map((value) => Math.round(value / scale)) };
}
