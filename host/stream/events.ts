/**
 * What the host streams on: the typed events that terminal, page and later sinks consume.
 * Typed arrays are in-process; over JSON (page) they travel as plain number arrays.
 */
import type { Duty, ResetCause, StartState, StartTest } from '../protocol/messages.js';

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
  /** Probability from which each class is called; absent or empty: the network names none. */
  readonly operatingPoints?: readonly number[];
  /** What explains, as an explanation names it: the first every result, the others on request. */
  readonly methods: readonly string[];
  /** Rate of every tick that the device tells. */
  readonly ticksPerSecond: number;
  /** What ended the run before. */
  readonly resetCause: ResetCause;
  /** The test at the start. */
  readonly startState: StartState;
  /** Its parts that failed. */
  readonly startFaults: readonly StartTest[];
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
  /** Unrest between the beats in percent of a beat; above 35 the beat is a guess. */
  readonly noisePercent: number;
}

export const ELECTRODES = ['RA', 'LA', 'LL', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6'] as const;
export type Electrode = (typeof ELECTRODES)[number];
export type Contact = 'unknown' | 'on' | 'off';

/** What speaks against a lead: no signal, jumps or more than a heart's range, a baseline that leaves the paper. */
export type LeadReason = 'flat' | 'restless' | 'wander';

/** What the device knows of its signal; with each change and once a second. */
export interface SignalEvent {
  readonly kind: 'signal';
  readonly sampleIndex: number;
  /** Whether this build also measures beats (MeasurementEvent) and looks for spikes and mains. */
  readonly measuresBeats: boolean;
  /** Of the front end, in place of a patient; left out where there is none. */
  readonly testSignal?: true;
  readonly electrodes: Readonly<Record<Electrode, Contact>>;
  /** Of the last ten seconds; unknown before there are ten without a gap. */
  readonly quality: 'unknown' | 'readable' | 'poor';
  /** One entry for each of INDEPENDENT_LEADS; empty where nothing speaks against it. */
  readonly leadReasons: readonly (readonly LeadReason[])[];
  /** Electrodes that seem exchanged in the last window, as "RA/LA"; null: none, undefined: not judged. */
  readonly reversal?: { readonly limb: string | null; readonly chest: string | null };
  /** Mains that is found and subtracted; null: none, undefined: not looked for. */
  readonly mainsHz?: number | null;
}

/** A pacemaker spike. None says nothing about spikes too small to be seen at 500 Hz. */
export interface PacerEvent {
  readonly kind: 'pacer';
  readonly sampleIndex: number;
}

/** Marks of the median beat for all leads together, as sample indices about its newest beat; null: the wave is not there. */
export interface BeatMarks {
  readonly pOnset: number | null;
  readonly pEnd: number | null;
  readonly qrsOnset: number | null;
  readonly qrsEnd: number | null;
  readonly tPeak: number | null;
  readonly tEnd: number | null;
}

/** The median beat, measured anew with each beat that joins it. What is not known is null. */
export interface MeasurementEvent {
  readonly kind: 'measurement';
  /** Middle of the QRS of the newest beat. */
  readonly sampleIndex: number;
  readonly beatCount: number;
  readonly marks: BeatMarks;
  /** From the mean of the last eight RR intervals. */
  readonly heartRatePerMin: number | null;
  readonly prMs: number | null;
  readonly qrsMs: number | null;
  readonly qtMs: number | null;
  /** QT / (RR / 1 s)^(1/3). */
  readonly qtcFridericiaMs: number | null;
  /** QT / (RR / 1 s)^(1/2). */
  readonly qtcBazettMs: number | null;
}

/** What a measurement was made on, all eight leads; not with every measurement. */
export interface MedianBeatEvent {
  readonly kind: 'median-beat';
  /** That of its MeasurementEvent. */
  readonly sampleIndex: number;
  readonly rateHz: number;
  /** The sample at sampleIndex. */
  readonly centreIndex: number;
  /** `[lead 8][t]`. */
  readonly microvolt: readonly (readonly number[])[];
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
  /** Those of the device's HELLO. */
  readonly operatingPoints?: readonly number[];
  /** How unlike the network's training data the window is, 1 the most that is answered; absent or negative: not known. */
  readonly unfamiliarity?: number;
}

/** Why a result has no explanation, or a window no answer. */
export type WithheldReason =
  | 'not_compiled'
  | 'lead_off'
  | 'poor_signal'
  | 'no_beat'
  | 'no_qrs'
  | 'no_evidence'
  | 'switched_off'
  | 'unfamiliar';

/** The device has answered and does not explain, or it does not answer. */
export interface WithheldEvent {
  readonly kind: 'withheld';
  readonly resultId: number;
  readonly reason: WithheldReason;
  /** Where the answer is withheld too: the window that has none. There is no ResultEvent of this id then. */
  readonly unanswered?: Unanswered;
}

export type Unanswered = Pick<
  ResultEvent,
  'windowFirstSampleIndex' | 'windowSampleCount' | 'unfamiliarity'
>;

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
  /** The longest round of the device's loop so far, sleep left out. */
  readonly loopWorstTicks: number;
  /** The longest that its periodic interrupt had to wait so far; 0 where it is not measured. */
  readonly interruptWorstTicks: number;
  /** The longest turn of each duty so far. */
  readonly dutyWorstTicks: Readonly<Record<Duty, number>>;
}

export interface LinkEvent {
  readonly kind: 'link';
  readonly state: LinkState;
  readonly detail: string;
}

/** How the link does, every few seconds. Counts run since the link was opened. */
export interface LinkStatisticsEvent {
  readonly kind: 'link-statistics';
  /** Since the statistics before. */
  readonly bytesPerS: number;
  readonly samplesPerS: number;
  readonly samplesDelivered: number;
  readonly samplesLostOnLink: number;
  readonly samplesDroppedByDevice: number;
  readonly crcErrors: number;
  readonly damagedFrames: number;
  readonly resyncs: number;
  /** The device's clock against this host's, positive where it is fast; null until two bursts of exchanges have come back. */
  readonly driftPpm: number | null;
  /** How far that may be from the truth: the round trips over the time between them. */
  readonly driftBoundPpm: number | null;
  /** The shortest of the newest burst. */
  readonly roundTripMs: number | null;
  /** Share of the line that the device's configuration fills at most; null where its rate is not known. */
  readonly lineShare: number | null;
}

export interface LogEvent {
  readonly kind: 'log';
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
}

/** What a person notes at a moment of the signal; it comes from the host, never from a device. */
export interface MarkEvent {
  readonly kind: 'mark';
  readonly sampleIndex: number;
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
  | SignalEvent
  | PacerEvent
  | MeasurementEvent
  | MedianBeatEvent
  | ResultEvent
  | ExplanationEvent
  | WithheldEvent
  | StatusEvent
  | LinkEvent
  | LinkStatisticsEvent
  | LogEvent
  | MarkEvent
  | EndEvent;
