/* Generated from host/protocol/schema/samples.ts by `npm run generate`: do not edit. */
/* A stream: never sent again, what is missing is told by index. */

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

/** The injected record has ended and everything about it has been sent. */
export interface EndMessage {
  readonly kind: 'END';
  /** Samples of the record, lost ones included. */
  readonly sampleCount: number;
}
