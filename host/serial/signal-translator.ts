/** Messages about the signal itself (schema-signal.ts) as stream events. */
import type {
  BeatMeasurementMessage,
  Mains,
  MedianLeadMessage,
  Reversal,
  SignalStateMessage,
} from '../protocol/messages.js';
import {
  INDEPENDENT_LEADS,
  type LeadReason,
  type MeasurementEvent,
  type MedianBeatEvent,
  type SignalEvent,
} from '../stream/events.js';

/** In the order of their bits. */
const LEAD_REASONS: readonly LeadReason[] = ['flat', 'restless', 'wander'];
/** A mark that is not there. */
export const ABSENT = -32768;

/** "ra_la" → "RA/LA", "v1_to_v6" → "V1 to V6". */
export function reversalWords(reversal: Reversal): string | null {
  if (reversal === 'none' || reversal === 'not_judged') return null;
  const upper = reversal.toUpperCase();
  return upper.includes('_TO_') ? upper.replace('_TO_', ' to ') : upper.replace('_', '/');
}

export function leadReasonBits(reasons: readonly LeadReason[]): number {
  return reasons.reduce((bits, reason) => bits | (1 << LEAD_REASONS.indexOf(reason)), 0);
}

function mainsHz(mains: Mains, millihertz: number): number | null {
  return mains === 'none' ? null : millihertz / 1000;
}

export function toSignalEvent(message: SignalStateMessage): SignalEvent {
  const { limbReversal, chestReversal, mains, mainsMillihertz } = message;
  return {
    kind: 'signal',
    sampleIndex: message.sampleIndex,
    measuresBeats: message.stages === 'measure',
    ...(message.source === 'test_signal' ? { testSignal: true } : {}),
    electrodes: {
      RA: message.contactRa,
      LA: message.contactLa,
      LL: message.contactLl,
      V1: message.contactV1,
      V2: message.contactV2,
      V3: message.contactV3,
      V4: message.contactV4,
      V5: message.contactV5,
      V6: message.contactV6,
    },
    quality: message.quality,
    leadReasons: message.leadReasons.map((bits) =>
      LEAD_REASONS.filter((_reason, bit) => (bits & (1 << bit)) !== 0),
    ),
    ...(limbReversal === 'not_judged'
      ? {}
      : { reversal: { limb: reversalWords(limbReversal), chest: reversalWords(chestReversal) } }),
    ...(mains === 'not_watched' ? {} : { mainsHz: mainsHz(mains, mainsMillihertz) }),
  };
}

export function toMeasurementEvent(message: BeatMeasurementMessage): MeasurementEvent {
  const { sampleIndex } = message;
  const at = (offset: number): number | null => (offset === ABSENT ? null : sampleIndex + offset);
  const known = (value: number): number | null => (value === 0 ? null : value);
  return {
    kind: 'measurement',
    sampleIndex,
    beatCount: message.beatCount,
    marks: {
      pOnset: at(message.pOnset),
      pEnd: at(message.pEnd),
      qrsOnset: at(message.qrsOnset),
      qrsEnd: at(message.qrsEnd),
      tPeak: at(message.tPeak),
      tEnd: at(message.tEnd),
    },
    heartRatePerMin: known(message.heartRatePerMin),
    prMs: known(message.prMs),
    qrsMs: known(message.qrsMs),
    qtMs: known(message.qtMs),
    qtcFridericiaMs: known(message.qtcFridericiaMs),
    qtcBazettMs: known(message.qtcBazettMs),
  };
}

/** Puts the leads of one median beat together; one that is not whole when the next begins is left out. */
export class MedianAssembler {
  private leads = new Map<number, MedianLeadMessage>();

  /** The beat, when this lead was its last. */
  add(message: MedianLeadMessage): MedianBeatEvent | undefined {
    const [other] = this.leads.values();
    if (other !== undefined && other.sampleIndex !== message.sampleIndex) this.leads.clear();
    this.leads.set(message.leadIndex, message);
    const leads = INDEPENDENT_LEADS.flatMap((_name, lead) => this.leads.get(lead) ?? []);
    if (leads.length < INDEPENDENT_LEADS.length) return undefined;
    this.leads.clear();
    const { sampleIndex, rateHz, centreIndex } = message;
    const microvolt = leads.map((lead) => lead.microvolt);
    return { kind: 'median-beat', sampleIndex, rateHz, centreIndex, microvolt };
  }

  clear(): void {
    this.leads.clear();
  }
}
