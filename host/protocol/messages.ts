/* Generated from host/protocol/schema.ts by `npm run generate`: do not edit. */

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

/** What a build does with the signal: watches it, or measures its beats as well. Index = value on the wire. */
export const SIGNAL_STAGES_VALUES = ['watch', 'measure'] as const;
export type SignalStages = (typeof SIGNAL_STAGES_VALUES)[number];

/** An electrode on the skin. Index = value on the wire. */
export const CONTACT_VALUES = ['unknown', 'on', 'off'] as const;
export type Contact = (typeof CONTACT_VALUES)[number];

/** Whether a signal can be read. Index = value on the wire. */
export const QUALITY_VALUES = ['unknown', 'readable', 'poor'] as const;
export type Quality = (typeof QUALITY_VALUES)[number];

/** Electrodes that seem to have changed places. Index = value on the wire. */
export const REVERSAL_VALUES = [
  'not_judged',
  'none',
  'ra_la',
  'la_ll',
  'ra_ll',
  'v1_v2',
  'v2_v3',
  'v3_v4',
  'v4_v5',
  'v5_v6',
  'v1_v3',
  'v1_to_v6',
] as const;
export type Reversal = (typeof REVERSAL_VALUES)[number];

/** Mains interference. Index = value on the wire. */
export const MAINS_VALUES = ['not_watched', 'none', 'hz_50', 'hz_60'] as const;
export type Mains = (typeof MAINS_VALUES)[number];

/** Whether a result was explained, and why not. Index = value on the wire. */
export const EXPLANATION_STATE_VALUES = [
  'sent',
  'not_compiled',
  'lead_off',
  'poor_signal',
  'no_beat',
  'no_qrs',
  'no_evidence',
] as const;
export type ExplanationState = (typeof EXPLANATION_STATE_VALUES)[number];

/** Outcome of the known-answer test. Index = value on the wire. */
export const SELF_TEST_VALUES = [
  'passed',
  'answer_differs',
  'explanation_differs',
  'not_built_in',
] as const;
export type SelfTest = (typeof SELF_TEST_VALUES)[number];

/** Whether a test run took place, and why not. Index = value on the wire. */
export const TEST_STATUS_VALUES = [
  'done',
  'acquiring',
  'input_incomplete',
  'no_such_class',
] as const;
export type TestStatus = (typeof TEST_STATUS_VALUES)[number];

/** How serious a line is. Index = value on the wire. */
export const LOG_LEVEL_VALUES = ['info', 'warning', 'error'] as const;
export type LogLevel = (typeof LOG_LEVEL_VALUES)[number];

/** Who the device is. First frame after a reset, once a second, and the answer to HELLO_REQUEST. */
export interface HelloMessage {
  readonly kind: 'HELLO';
  /** ISO_WIRE_PROTOCOL_VERSION. These first six bytes never move. */
  readonly protocolVersion: number;
  /** ISO_WIRE_SCHEMA_HASH. */
  readonly schemaHash: number;
  /** Name of the board file. At most 32 bytes. */
  readonly boardName: string;
  /** Name of the network. At most 32 bytes. */
  readonly modelName: string;
  /** CRC-32C of the integer program. */
  readonly modelHash: number;
  /** Identifies what the firmware was built from. */
  readonly buildId: number;
  /** Differs from one start to the next; equal ids mean the same run. */
  readonly bootId: number;
  /** The chip identity, as read. At most 16. */
  readonly uniqueId: readonly number[];
  /** Acquisition rate; the axis of every sampleIndex. */
  readonly sampleRateHz: number;
  /** Rate of the network input and of the mean beat. */
  readonly networkRateHz: number;
  /** Resolution of the front end; SAMPLES are in microvolt regardless. */
  readonly lsbNanovolt: number;
  /** Leads per sample. */
  readonly leadCount: number;
  /** Rate of every deviceTick. */
  readonly ticksPerSecond: number;
  /** Length of a window in acquisition samples. */
  readonly windowSamples: number;
  /** In the order of every per-class array. At most 8. */
  readonly classNames: readonly string[];
  /** What explains, values of `method`; the first explains every result, the others on request. At most 6. */
  readonly methods: readonly number[];
}

/** Health, once a second and before END. Counters run since the start and wrap at 2^32. */
export interface StatusMessage {
  readonly kind: 'STATUS';
  /** Since the start. */
  readonly uptimeMs: number;
  /** At encoding; wraps. */
  readonly deviceTick: number;
  /** Samples that reached the device from its front end. */
  readonly samplesReceived: number;
  /** Samples that the device did not put on the wire; as in SAMPLES. */
  readonly samplesDropped: number;
  /** Frames of any type that found no room in the transmit buffer. */
  readonly framesDropped: number;
  /** Damaged or malformed frames received, all ports. */
  readonly receiveErrors: number;
  /** Most bytes ever queued for the link. */
  readonly transmitHighWater: number;
  /** Most bytes ever waiting from any port. */
  readonly receiveHighWater: number;
  /** Busy share of the last second. */
  readonly cpuLoadPermille: number;
  /** Deepest stack use so far. */
  readonly stackHighWaterBytes: number;
  /** Saturated gradient values so far. */
  readonly gradientSaturations: number;
  /** Samples of INJECT that the receive buffer has room for now. */
  readonly injectCredit: number;
}

/** A run of raw samples. Never sent again; what is missing is reported by index. */
export interface SamplesMessage {
  readonly kind: 'SAMPLES';
  /** Index of the first sample of this frame. */
  readonly firstSampleIndex: number;
  /** When that sample was taken; wraps. */
  readonly deviceTick: number;
  /** Since start: lost before the device or left out for want of room. */
  readonly samplesDropped: number;
  /** Sample-major, leads I II V1 V2 V3 V4 V5 V6. At most 10 × 8. */
  readonly microvolt: readonly number[];
}

/** A QRS complex was found. */
export interface BeatMessage {
  readonly kind: 'BEAT';
  /** R mark, filter delays removed. */
  readonly sampleIndex: number;
  /** Since the previous beat; 0 when there is none to measure from. */
  readonly rrMs: number;
  /** Unrest between the beats against a beat; above 35 the beat is a guess. */
  readonly noisePercent: number;
}

/** The network's answer for one window. */
export interface ResultMessage {
  readonly kind: 'RESULT';
  /** Names this result in everything that follows; wraps. */
  readonly resultId: number;
  /** First acquisition sample of the window. */
  readonly windowFirstSampleIndex: number;
  /** Acquisition samples that the window spans. */
  readonly windowSampleCount: number;
  /** Index of the most probable class. */
  readonly winner: number;
  /** Time of the forward pass. */
  readonly networkMicroseconds: number;
  /** Time of the backward pass and of the heart mapping. */
  readonly explainMicroseconds: number;
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

/** A line for people. */
export interface LogMessage {
  readonly kind: 'LOG';
  /** How serious. */
  readonly level: LogLevel;
  /** The line. At most 200 bytes. */
  readonly text: string;
}

/** The injected record has ended and everything about it has been sent. */
export interface EndMessage {
  readonly kind: 'END';
  /** Samples of the record, lost ones included. */
  readonly sampleCount: number;
}

/** What the device knows of its signal: with each change, once a second and before END. */
export interface SignalStateMessage {
  readonly kind: 'SIGNAL_STATE';
  /** The newest sample that it is known of. */
  readonly sampleIndex: number;
  /** What this build does with the signal. */
  readonly stages: SignalStages;
  /** Electrode RA. */
  readonly contactRa: Contact;
  /** Electrode LA. */
  readonly contactLa: Contact;
  /** Electrode LL. */
  readonly contactLl: Contact;
  /** Electrode V1. */
  readonly contactV1: Contact;
  /** Electrode V2. */
  readonly contactV2: Contact;
  /** Electrode V3. */
  readonly contactV3: Contact;
  /** Electrode V4. */
  readonly contactV4: Contact;
  /** Electrode V5. */
  readonly contactV5: Contact;
  /** Electrode V6. */
  readonly contactV6: Contact;
  /** Whether the last ten seconds can be read. */
  readonly quality: Quality;
  /** What speaks against each lead, order of SAMPLES. Bits: 1 flat, 2 restless, 4 wander. Exactly 8. */
  readonly leadReasons: readonly number[];
  /** Limb electrodes that seem exchanged in the last window. */
  readonly limbReversal: Reversal;
  /** The same of chest electrodes. */
  readonly chestReversal: Reversal;
  /** Mains interference that is found and subtracted. */
  readonly mains: Mains;
  /** Its frequency; 0 when there is none. */
  readonly mainsMillihertz: number;
}

/** A pacemaker spike was found. None says nothing about spikes too small to be seen at this rate. */
export interface PacerSpikeMessage {
  readonly kind: 'PACER_SPIKE';
  /** Its moment, delays removed. */
  readonly sampleIndex: number;
}

/** The median beat, measured anew with each beat that joins it. Marks hold for all leads together. */
export interface BeatMeasurementMessage {
  readonly kind: 'BEAT_MEASUREMENT';
  /** Middle of the QRS of the newest beat in it. */
  readonly sampleIndex: number;
  /** Beats in it, at most 8. */
  readonly beatCount: number;
  /** Start of the P wave, acquisition samples from sampleIndex; -32768: not there. */
  readonly pOnset: number;
  /** End of the P wave, acquisition samples from sampleIndex; -32768: not there. */
  readonly pEnd: number;
  /** Start of the QRS complex, acquisition samples from sampleIndex; -32768: not there. */
  readonly qrsOnset: number;
  /** End of the QRS complex, acquisition samples from sampleIndex; -32768: not there. */
  readonly qrsEnd: number;
  /** Peak of the T wave, acquisition samples from sampleIndex; -32768: not there. */
  readonly tPeak: number;
  /** End of the T wave, acquisition samples from sampleIndex; -32768: not there. */
  readonly tEnd: number;
  /** From the mean of the last eight RR intervals; 0: not known. */
  readonly heartRatePerMin: number;
  /** That mean; 0: not known. */
  readonly meanRrMs: number;
  /** P onset to QRS onset; 0: not known. */
  readonly prMs: number;
  /** QRS onset to QRS end; 0: not known. */
  readonly qrsMs: number;
  /** QRS onset to T end; 0: not known. */
  readonly qtMs: number;
  /** QT / (RR / 1 s)^(1/3); 0: not known. */
  readonly qtcFridericiaMs: number;
  /** QT / (RR / 1 s)^(1/2); 0: not known. */
  readonly qtcBazettMs: number;
}

/** One lead of the median beat; eight follow a BEAT_MEASUREMENT, at most once in 2.5 s. */
export interface MedianLeadMessage {
  readonly kind: 'MEDIAN_LEAD';
  /** That of its BEAT_MEASUREMENT. */
  readonly sampleIndex: number;
  /** 0 to 7, order of SAMPLES. */
  readonly leadIndex: number;
  /** Rate of the samples. */
  readonly rateHz: number;
  /** The sample that begins at sampleIndex. */
  readonly centreIndex: number;
  /** The beat. At most 148. */
  readonly microvolt: readonly number[];
}

/** How the known-answer test went; the answer to SELF_TEST. */
export interface SelfTestResultMessage {
  readonly kind: 'SELF_TEST_RESULT';
  /** What the network made of the known input. */
  readonly outcome: SelfTest;
}

/** How much of a test input the device holds; the answer to TEST_INPUT. */
export interface TestInputHeldMessage {
  readonly kind: 'TEST_INPUT_HELD';
  /** Bytes from the first on, without a gap. */
  readonly byteCount: number;
}

/** One layer of a test run, in the order they run, forward then gradient. */
export interface TestLayerMessage {
  readonly kind: 'TEST_LAYER';
  /** From 0. */
  readonly layerIndex: number;
  /** Of its output. */
  readonly byteCount: number;
  /** CRC-32C of its output. */
  readonly crc: number;
}

/** A test run has ended, or was refused; the answer to TEST_RUN, and to TEST_INPUT where it is refused. */
export interface TestResultMessage {
  readonly kind: 'TEST_RESULT';
  /** Whether the network ran; without, the rest is 0. */
  readonly status: TestStatus;
  /** The class that was explained. */
  readonly explainedClass: number;
  /** CRC-32C of the gradient; of no bytes without explanation. */
  readonly gradientCrc: number;
  /** Saturated gradient values of this run. */
  readonly saturations: number;
  /** Steps, one per class. At most 8. */
  readonly logits: readonly number[];
}

/** Asks for HELLO now. */
export interface HelloRequestMessage {
  readonly kind: 'HELLO_REQUEST';
  /** The host's ISO_WIRE_PROTOCOL_VERSION. */
  readonly hostVersion: number;
}

/** Samples in place of a front end, for emulators and benches. */
export interface InjectMessage {
  readonly kind: 'INJECT';
  /** Index of the first sample of this frame. */
  readonly firstSampleIndex: number;
  /** Electrodes whose contact the front end measures: bit 0 RA, LA, LL, V1 to V6. */
  readonly contactMeasured: number;
  /** Of these, those without contact, during all of this frame. */
  readonly contactOff: number;
  /** Sample-major, leads I II V1 V2 V3 V4 V5 V6. At most 20 × 8. */
  readonly microvolt: readonly number[];
}

/** No INJECT follows; the device finishes and answers END. */
export interface EndOfRecordMessage {
  readonly kind: 'END_OF_RECORD';
  /** Samples of the record: one more than its last index. */
  readonly sampleCount: number;
}

/** Start acquisition. A device acquires from its start without being told. */
export interface StartMessage {
  readonly kind: 'START';
}

/** Stop acquisition; HELLO and STATUS go on. */
export interface StopMessage {
  readonly kind: 'STOP';
}

/** Which class to explain from the next result on. */
export interface SetClassMessage {
  readonly kind: 'SET_CLASS';
  /** Index, or 255 for the winner of each result. */
  readonly classIndex: number;
}

/** Answer for the signal as it is now, explained this once for this class by this method. */
export interface ExplainMessage {
  readonly kind: 'EXPLAIN';
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

/** Restart the device. */
export interface RebootMessage {
  readonly kind: 'REBOOT';
}

/** Run the known-answer test now. */
export interface SelfTestMessage {
  readonly kind: 'SELF_TEST';
}

/** A part of an input of the network, for a device that is stopped. A part at 0 begins anew. */
export interface TestInputMessage {
  readonly kind: 'TEST_INPUT';
  /** Its place; one that does not follow what is held is left out. */
  readonly firstByte: number;
  /** The network's own codes. At most 240. */
  readonly bytes: readonly number[];
}

/** Run the network on the input that is held, which is used up. */
export interface TestRunMessage {
  readonly kind: 'TEST_RUN';
  /** The class to explain, or 255 for the winner. */
  readonly classIndex: number;
  /** CRC-32C of the whole input. */
  readonly inputCrc: number;
}

export type DeviceMessage =
  | HelloMessage
  | StatusMessage
  | SamplesMessage
  | BeatMessage
  | ResultMessage
  | ExplanationMessage
  | BeatLeadMessage
  | BeatAttributionMessage
  | BeatFiducialsMessage
  | PathMessage
  | ResultEndMessage
  | LogMessage
  | EndMessage
  | SignalStateMessage
  | PacerSpikeMessage
  | BeatMeasurementMessage
  | MedianLeadMessage
  | SelfTestResultMessage
  | TestInputHeldMessage
  | TestLayerMessage
  | TestResultMessage;

export type HostMessage =
  | HelloRequestMessage
  | InjectMessage
  | EndOfRecordMessage
  | StartMessage
  | StopMessage
  | SetClassMessage
  | ExplainMessage
  | AckMessage
  | RebootMessage
  | SelfTestMessage
  | TestInputMessage
  | TestRunMessage;

export type Message = DeviceMessage | HostMessage;
