/* Generated from host/protocol/schema/results.ts by `npm run generate`: do not edit. */
/* Sent again until they are acknowledged; the host tells each once. */

/** How an attribution is made. Index = value on the wire. */
export const METHOD_VALUES = [
  'gradient_x_input',
  'integrated_gradients',
  'smoothgrad',
  'grad_cam',
  'occlusion',
  'relevance',
] as const;
export type Method = (typeof METHOD_VALUES)[number];

/** How an attribution is carried from leads to the heart. Index = value on the wire. */
export const MAPPING_VALUES = ['adjoint_direction', 'paper_like_position', 'chain_rule'] as const;
export type Mapping = (typeof MAPPING_VALUES)[number];

/** How leads become a vectorcardiogram. Index = value on the wire. */
export const TRANSFORM_VALUES = ['kors', 'inverse_dower', 'geometric'] as const;
export type Transform = (typeof TRANSFORM_VALUES)[number];

/** Part of the beat. Index = value on the wire. */
export const PHASE_VALUES = ['P', 'QRS', 'ST-T'] as const;
export type Phase = (typeof PHASE_VALUES)[number];

/** Whether a result was explained, and why not. Index = value on the wire. */
export const EXPLANATION_STATE_VALUES = [
  'sent',
  'not_compiled',
  'lead_off',
  'poor_signal',
  'no_beat',
  'no_qrs',
  'no_evidence',
  'switched_off',
  'unfamiliar',
] as const;
export type ExplanationState = (typeof EXPLANATION_STATE_VALUES)[number];

/** The network's answer for one window. Withheld, it has neither probabilities nor logits, and RESULT_END says why. */
export interface ResultMessage {
  readonly kind: 'RESULT';
  /** Names this result in everything that follows; wraps. */
  readonly resultId: number;
  /** First acquisition sample of the window. */
  readonly windowFirstSampleIndex: number;
  /** Acquisition samples that the window spans. */
  readonly windowSampleCount: number;
  /** Index of the most probable class; 0 where the answer is withheld. */
  readonly winner: number;
  /** Time of the forward pass. */
  readonly networkMicroseconds: number;
  /** Time of the backward pass and of the heart mapping. */
  readonly explainMicroseconds: number;
  /** How unlike the training data: above 1 the answer is withheld; -1: not known. */
  readonly unfamiliarity: number;
  /** Sigmoid of each logit. At most 8. */
  readonly probabilities: readonly number[];
  /** One per class. At most 8. */
  readonly logits: readonly number[];
}

/** Where the evidence of a result lies. Evidence is signed, in logit units, mean per beat. */
export interface ExplanationMessage {
  readonly kind: 'EXPLANATION';
  /** The result that is explained. */
  readonly resultId: number;
  /** The class that is explained. */
  readonly classIndex: number;
  /** How the attribution was made. */
  readonly method: Method;
  /** How it was carried to the heart. */
  readonly mapping: Mapping;
  /** How leads became a vectorcardiogram. */
  readonly transform: Transform;
  /** Beats that were averaged. */
  readonly beatCount: number;
  /** Share of the evidence outside every vectorcardiogram, 0 to 1. */
  readonly residualShare: number;
  /** Mean vectorcardiogram over QRS: left, down, back. Exactly 3. */
  readonly meanQrsMicrovolt: readonly number[];
  /** Index of the highest score. */
  readonly topSegment: number;
  /** Lead-major: 12 leads, each P, QRS, ST-T. Exactly 36. */
  readonly leadEvidence: readonly number[];
  /** 17 AHA segments, RV base, mid, apex, outflow; sum 1. Exactly 21. */
  readonly segmentScores: readonly number[];
  /** Standard deviation over beats, same order. Exactly 21. */
  readonly segmentSpread: readonly number[];
}

/** The mean beat of one lead; eight of them belong to an explanation. */
export interface BeatLeadMessage {
  readonly kind: 'BEAT_LEAD';
  /** The result that is explained. */
  readonly resultId: number;
  /** 0 to 7, order of SAMPLES. */
  readonly leadIndex: number;
  /** Rate of the mean beat. */
  readonly rateHz: number;
  /** Index of the R mark inside the beat. */
  readonly rIndex: number;
  /** The beat. At most 80. */
  readonly microvolt: readonly number[];
}

/** The mean attribution of one lead over the beat; twelve of them belong to an explanation. */
export interface BeatAttributionMessage {
  readonly kind: 'BEAT_ATTRIBUTION';
  /** The result that is explained. */
  readonly resultId: number;
  /** 0 to 11, twelve-lead order. */
  readonly leadIndex: number;
  /** Logit units per step. */
  readonly scale: number;
  /** Signed attribution. At most 80. */
  readonly steps: readonly number[];
}

/** Indices into the mean beat; -1 when not found. */
export interface BeatFiducialsMessage {
  readonly kind: 'BEAT_FIDUCIALS';
  /** The result that is explained. */
  readonly resultId: number;
  /** Start of the P wave. */
  readonly pOnset: number;
  /** End of the P wave. */
  readonly pEnd: number;
  /** Start of the QRS complex. */
  readonly qrsOnset: number;
  /** End of the QRS complex. */
  readonly jPoint: number;
  /** Peak of the T wave. */
  readonly tPeak: number;
  /** End of the T wave. */
  readonly tEnd: number;
}

export interface PathPoint {
  /** To the left. */
  readonly xHundredthMm: number;
  /** Downwards. */
  readonly yHundredthMm: number;
  /** Backwards. */
  readonly zHundredthMm: number;
  /** Part of the beat. */
  readonly phase: Phase;
  /** Mean over leads of the magnitude of attribution, logit units. */
  readonly evidence: number;
}

/** A part of the CineECG path. Frank frame (X left, Y inferior, Z posterior), origin in the heart. */
export interface PathMessage {
  readonly kind: 'PATH';
  /** The result that is explained. */
  readonly resultId: number;
  /** 0 to partCount - 1. */
  readonly partIndex: number;
  /** Parts of this path, 1 to 16; the same in each of them. */
  readonly partCount: number;
  /** In the order of time. At most 40. */
  readonly points: readonly PathPoint[];
}

/** Everything about this result has been sent; the host answers with ACK when it has all of it. */
export interface ResultEndMessage {
  readonly kind: 'RESULT_END';
  /** The result that is complete. */
  readonly resultId: number;
  /** Whether its explanation was sent, or why not. */
  readonly explanation: ExplanationState;
}

/** Answer for the signal as it is now, explained this once for this class by this method. */
export interface ExplainMessage {
  readonly kind: 'EXPLAIN';
  /** Names this request; COMMAND_RESULT carries it. */
  readonly requestId: number;
  /** Index, or 255 for the winner. */
  readonly classIndex: number;
  /** One of those that HELLO names. */
  readonly method: Method;
}

/** The host has all of a result; it need not be sent again. */
export interface AckMessage {
  readonly kind: 'ACK';
  /** The result that arrived. */
  readonly resultId: number;
}
