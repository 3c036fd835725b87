/* Generated from host/protocol/schema/health.ts by `npm run generate`: do not edit. */
/* Repeated each second, so that a lost one heals itself. */

/** How serious a line is. Index = value on the wire. */
export const LOG_LEVEL_VALUES = ['info', 'warning', 'error'] as const;
export type LogLevel = (typeof LOG_LEVEL_VALUES)[number];

/** What the device's loop does in turn. Index = value on the wire. */
export const DUTY_VALUES = [
  'link',
  'acquire',
  'filter',
  'beat',
  'network',
  'explanation',
  'report',
  'health',
  'long_object',
  'update',
] as const;
export type Duty = (typeof DUTY_VALUES)[number];

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
  /** The longest round of the loop so far, sleep left out. */
  readonly loopWorstTicks: number;
  /** The longest that the periodic interrupt had to wait so far; 0 where it is not measured. */
  readonly interruptWorstTicks: number;
  /** The longest turn of each duty so far, in the order of `duty`. Exactly 10. */
  readonly dutyWorstTicks: readonly number[];
}

/** A line for people. */
export interface LogMessage {
  readonly kind: 'LOG';
  /** How serious. */
  readonly level: LogLevel;
  /** The line. At most 200 bytes. */
  readonly text: string;
}
