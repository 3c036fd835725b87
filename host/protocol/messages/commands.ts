/* Generated from host/protocol/schema/commands.ts by `npm run generate`: do not edit. */
/* Each is answered with its requestId; the host asks again until it is. */

/** What became of a command. Index = value on the wire. */
export const COMMAND_OUTCOME_VALUES = [
  'done',
  'no_such_class',
  'out_of_range',
  'exceeds_link',
  'not_built_in',
  'another_run',
] as const;
export type CommandOutcome = (typeof COMMAND_OUTCOME_VALUES)[number];

/** What a host may change of a running device. Index = value on the wire. */
export const SETTING_VALUES = [
  'result_interval_ms',
  'samples_per_frame',
  'explanations',
  'median_beats',
] as const;
export type Setting = (typeof SETTING_VALUES)[number];

/** Outcome of the known-answer test. Index = value on the wire. */
export const SELF_TEST_VALUES = [
  'passed',
  'answer_differs',
  'explanation_differs',
  'not_built_in',
] as const;
export type SelfTest = (typeof SELF_TEST_VALUES)[number];

/** What fills the line: follows each HELLO, and each SETTING that changed something. */
export interface ConfigurationMessage {
  readonly kind: 'CONFIGURATION';
  /** Rate of the line; 0 where it has none. */
  readonly linkBaud: number;
  /** Signal from one result to the next. */
  readonly resultIntervalMs: number;
  /** Samples in each SAMPLES. */
  readonly samplesPerFrame: number;
  /** 1: results are explained. */
  readonly explanations: number;
  /** 1: MEDIAN_LEAD is sent. */
  readonly medianBeats: number;
  /** 1: the build measures beats. */
  readonly measuresBeats: number;
}

/** The answer to START, STOP, SET_CLASS, EXPLAIN, SET_TIME and REBOOT. */
export interface CommandResultMessage {
  readonly kind: 'COMMAND_RESULT';
  /** The request that this answers. */
  readonly requestId: number;
  /** Whether it was done, and why not. */
  readonly outcome: CommandOutcome;
}

/** The answer to GET_SETTING and SET_SETTING. */
export interface SettingMessage {
  readonly kind: 'SETTING';
  /** The request that this answers. */
  readonly requestId: number;
  /** Whether it was done, and why not. */
  readonly outcome: CommandOutcome;
  /** Which. */
  readonly setting: Setting;
  /** As it is now. */
  readonly value: number;
  /** The least that this build takes. */
  readonly least: number;
  /** The most that it takes; a slow line may bear less. */
  readonly most: number;
}

/** How the known-answer test went; the answer to SELF_TEST. */
export interface SelfTestResultMessage {
  readonly kind: 'SELF_TEST_RESULT';
  /** The request that this answers. */
  readonly requestId: number;
  /** What the network made of the known input. */
  readonly outcome: SelfTest;
}

/** Start acquisition. A device acquires from its start without being told. */
export interface StartMessage {
  readonly kind: 'START';
  /** Names this request; the answer carries it. */
  readonly requestId: number;
}

/** Stop acquisition; HELLO and STATUS go on. */
export interface StopMessage {
  readonly kind: 'STOP';
  /** Names this request; the answer carries it. */
  readonly requestId: number;
}

/** Which class to explain from the next result on. */
export interface SetClassMessage {
  readonly kind: 'SET_CLASS';
  /** Names this request; the answer carries it. */
  readonly requestId: number;
  /** Index, or 255 for the winner of each result. */
  readonly classIndex: number;
}

/** Restart the device, if it still is in this run. */
export interface RebootMessage {
  readonly kind: 'REBOOT';
  /** Names this request; the answer carries it. */
  readonly requestId: number;
  /** The run to end: that of HELLO. */
  readonly bootId: number;
}

/** Run the known-answer test now. */
export interface SelfTestMessage {
  readonly kind: 'SELF_TEST';
  /** Names this request; the answer carries it. */
  readonly requestId: number;
}

/** Asks what a setting is. */
export interface GetSettingMessage {
  readonly kind: 'GET_SETTING';
  /** Names this request; the answer carries it. */
  readonly requestId: number;
  /** Which. */
  readonly setting: Setting;
}

/** Changes a setting; it is kept where the board has flash for it. */
export interface SetSettingMessage {
  readonly kind: 'SET_SETTING';
  /** Names this request; the answer carries it. */
  readonly requestId: number;
  /** Which. */
  readonly setting: Setting;
  /** From now on. */
  readonly value: number;
}

/** The answer to SET_TEST_SIGNAL: a square wave on every lead, as it should come out. */
export interface TestSignalMessage {
  readonly kind: 'TEST_SIGNAL';
  /** The request that this answers. */
  readonly requestId: number;
  /** Whether the front end has one; without, the rest is 0. */
  readonly outcome: CommandOutcome;
  /** From its low to its high level. */
  readonly peakToPeakMicrovolt: number;
  /** At sampleRateHz. */
  readonly periodSamples: number;
}

/** Puts the front end's own test signal in the place of the electrodes, or takes it away. While it lasts samples are sent, and no beat, electrode or result is made of them. Ends with the run. */
export interface SetTestSignalMessage {
  readonly kind: 'SET_TEST_SIGNAL';
  /** Names this request; the answer carries it. */
  readonly requestId: number;
  /** 1: the test signal; 0: the electrodes. */
  readonly on: number;
}
