/* Generated from host/protocol/schema/signal.ts by `npm run generate`: do not edit. */
/* A stream as samples are, but for SIGNAL_STATE, which is repeated each second. */

/** What a build does with the signal: watches it, or measures its beats as well. Index = value on the wire. */
export const SIGNAL_STAGES_VALUES = ['watch', 'measure'] as const;
export type SignalStages = (typeof SIGNAL_STAGES_VALUES)[number];

/** What the samples show. Index = value on the wire. */
export const SIGNAL_SOURCE_VALUES = ['electrodes', 'test_signal'] as const;
export type SignalSource = (typeof SIGNAL_SOURCE_VALUES)[number];

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

/** What the device knows of its signal: with each change, once a second and before END. */
export interface SignalStateMessage {
  readonly kind: 'SIGNAL_STATE';
  /** The newest sample that it is known of. */
  readonly sampleIndex: number;
  /** What this build does with the signal. */
  readonly stages: SignalStages;
  /** Of a test signal nothing is made: no beats, no results, no states of electrodes. */
  readonly source: SignalSource;
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
