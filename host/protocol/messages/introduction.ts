/* Generated from host/protocol/schema/introduction.ts by `npm run generate`: do not edit. */
/* Plain frames: peers of any schema understand the first six bytes of HELLO. */

/** What ended the run before; `unannounced`: nobody said, nor does the chip. Index = value on the wire. */
export const RESET_CAUSE_VALUES = [
  'power_on',
  'software',
  'fault',
  'watchdog',
  'brown_out',
  'pin',
  'unannounced',
] as const;
export type ResetCause = (typeof RESET_CAUSE_VALUES)[number];

/** A part of the test at the start, in the order of the bits of `startFaults`. Index = value on the wire. */
export const START_TEST_VALUES = ['ram', 'flash', 'answer', 'explanation', 'settings'] as const;
export type StartTest = (typeof START_TEST_VALUES)[number];

/** How far the test at the start is. Index = value on the wire. */
export const START_STATE_VALUES = ['testing', 'passed', 'failed'] as const;
export type StartState = (typeof START_STATE_VALUES)[number];

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
  /** Probability from which each class is called; none: the network names none. At most 8. */
  readonly operatingPoints: readonly number[];
  /** What explains, values of `method`; the first explains every result, the others on request. At most 6. */
  readonly methods: readonly number[];
  /** What ended the run before. */
  readonly resetCause: ResetCause;
  /** How far the test at the start is. */
  readonly startState: StartState;
  /** What failed of it, a bit each, in the order of `startTest`. */
  readonly startFaults: number;
}

/** Asks for HELLO now. */
export interface HelloRequestMessage {
  readonly kind: 'HELLO_REQUEST';
  /** The host's ISO_WIRE_PROTOCOL_VERSION. */
  readonly hostVersion: number;
}
