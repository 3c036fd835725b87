/* Generated from host/protocol/schema/tests.ts by `npm run generate`: do not edit. */
/* The host repeats what is not answered. */

/** Whether a test run took place, and why not. Index = value on the wire. */
export const TEST_STATUS_VALUES = [
  'done',
  'acquiring',
  'input_incomplete',
  'no_such_class',
] as const;
export type TestStatus = (typeof TEST_STATUS_VALUES)[number];

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
