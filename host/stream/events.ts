/**
 * What the host streams on: the typed events that terminal, page and later sinks consume.
 * Typed arrays are in-process; over JSON (page) they travel as plain number arrays.
 */

export const INDEPENDENT_LEADS = ['I', 'II', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6'] as const;
export const TWELVE_LEADS = [
  'I',
  'II',
  'III',
  'aVR',
  'aVL',
  'aVF',
  'V1',
  'V2',
  'V3',
  'V4',
  'V5',
  'V6',
] as const;
/** Phases of the beat, in the order of every per-phase array. */
export const PHASES = ['P', 'QRS', 'ST-T'] as const;
export type Phase = (typeof PHASES)[number];

export type LinkState = 'closed' | 'opening' | 'negotiating' | 'streaming' | 'stale' | 'lost';

/** The device introduced itself (wire HELLO). */
export interface HelloEvent {
  readonly kind: 'hello';
  readonly boardName: string;
  readonly modelName: string;
  readonly modelHash: number;
  readonly buildId: number;
  readonly bootId: number;
  readonly sampleRateHz: number;
  readonly networkRateHz: number;
  readonly classNames: readonly string[];
}

/** A run of raw samples; `microvolt[lead][i]`, leads in INDEPENDENT_LEADS order, 500 Hz. */
export interface SamplesEvent {
  readonly kind: 'samples';
  readonly firstSampleIndex: number;
  readonly microvolt: readonly (readonly number[])[];
}

/** Samples that never arrived; link loss and the device's own drops are counted apart. */
export interface GapEvent {
  readonly kind: 'gap';
  readonly firstSampleIndex: number;
  readonly sampleCount: number;
  readonly cause: 'link' | 'device';
}

export interface BeatEvent {
  readonly kind: 'beat';
  readonly sampleIndex: number;
  /** 0 when there is no previous beat to measure from. */
  readonly rrMs: number;
}

/** The network's answer for one 10 s window. */
export interface ResultEvent {
  readonly kind: 'result';
  readonly resultId: number;
  readonly windowFirstSampleIndex: number;
  readonly windowSampleCount: number;
  readonly classNames: readonly string[];
  /** Sigmoid of the logits, one per class, not summing to 1 (multi-label). */
  readonly probabilities: readonly number[];
  readonly logits: readonly number[];
  readonly winner: number;
  readonly networkMicroseconds: number;
  readonly explainMicroseconds: number;
}

/** Where the evidence of one result lies. All evidence in logit units, signed, mean per beat. */
export interface ExplanationEvent {
  readonly kind: 'explanation';
  readonly resultId: number;
  readonly classIndex: number;
  readonly className: string;
  readonly method: string;
  readonly mapping: string;
  readonly transform: string;
  readonly beatCount: number;
  /** `[lead][phase]`, TWELVE_LEADS × PHASES. */
  readonly leadEvidence: readonly (readonly number[])[];
  /** Share of the evidence that no vectorcardiographic view can show, 0…1. */
  readonly residualShare: number;
  /** Mean of the vectorcardiogram over QRS, Frank axes: its direction is the mean QRS axis. */
  readonly meanQrsMicrovolt: readonly [number, number, number];
  /** 17 AHA segments, then RV base, mid, apex, outflow. Sums to 1. */
  readonly segmentScores: readonly number[];
  /** Standard deviation over beats, same order. */
  readonly segmentSpread: readonly number[];
  readonly segmentNames: readonly string[];
  readonly topSegment: number;
  readonly meanBeat: MeanBeat;
  readonly path: readonly PathPoint[];
}

export interface MeanBeat {
  readonly rateHz: number;
  /** Index of the R mark inside the beat. */
  readonly rIndex: number;
  /** `[lead 8][t]`, microvolt. */
  readonly microvolt: readonly (readonly number[])[];
  /** `[lead 12][t]`, signed attribution in logit units. */
  readonly attribution: readonly (readonly number[])[];
  /** Indices into the beat; −1 when not found. */
  readonly fiducials: {
    readonly pOnset: number;
    readonly pEnd: number;
    readonly qrsOnset: number;
    readonly jPoint: number;
    readonly tPeak: number;
    readonly tEnd: number;
  };
}

/** A point of the CineECG path (mTSI), Frank frame, heart centre as origin. */
export interface PathPoint {
  readonly frankMm: readonly [number, number, number];
  readonly phase: Phase;
  /** Paper-like evidence at this moment: mean over leads of |attribution|, logit units. */
  readonly evidence: number;
}

export interface StatusEvent {
  readonly kind: 'status';
  readonly uptimeMs: number;
  readonly samplesReceived: number;
  readonly samplesDropped: number;
  readonly framesDropped: number;
  readonly receiveErrors: number;
  readonly cpuLoadPermille: number;
  readonly stackHighWaterBytes: number;
  readonly gradientSaturations: number;
}

export interface LinkEvent {
  readonly kind: 'link';
  readonly state: LinkState;
  readonly detail: string;
}

export interface LogEvent {
  readonly kind: 'log';
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
}

/** The record has ended and the device has answered for all of it. */
export interface EndEvent {
  readonly kind: 'end';
  readonly sampleCount: number;
}

export type StreamEvent =
  | HelloEvent
  | SamplesEvent
  | GapEvent
  | BeatEvent
  | ResultEvent
  | ExplanationEvent
  | StatusEvent
  | LinkEvent
  | LogEvent
  | EndEvent;
