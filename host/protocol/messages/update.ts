/* Generated from host/protocol/schema/update.ts by `npm run generate`: do not edit. */
/* Plain frames that never change, so that a device of any schema is updated. The host repeats what is not answered; each request brings about a state and not a step. */

/** What the host wants of an update. Index = value on the wire. */
export const UPDATE_ACTION_VALUES = [
  'tell',
  'check',
  'activate',
  'restart',
  'confirm',
  'give_up',
] as const;
export type UpdateAction = (typeof UPDATE_ACTION_VALUES)[number];

/** Whether it was done, and why not. Index = value on the wire. */
export const UPDATE_OUTCOME_VALUES = [
  'done',
  'not_built_in',
  'another_run',
  'on_trial',
  'not_an_image',
  'wrong_board',
  'wrong_slot',
  'does_not_fit',
  'bad_signature',
  'older_than_allowed',
  'incomplete',
  'hash_differs',
  'not_checked',
  'self_test_failed',
  'flash_failed',
] as const;
export type UpdateOutcome = (typeof UPDATE_OUTCOME_VALUES)[number];

/** How far an update is. Index = value on the wire. */
export const UPDATE_PHASE_VALUES = [
  'idle',
  'erasing',
  'receiving',
  'checking',
  'checked',
  'activated',
] as const;
export type UpdatePhase = (typeof UPDATE_PHASE_VALUES)[number];

/** The answer to UPDATE_BEGIN and UPDATE. */
export interface UpdateStateMessage {
  readonly kind: 'UPDATE_STATE';
  /** The request that this answers. */
  readonly requestId: number;
  /** Whether it was done; of a check, how it ended. */
  readonly outcome: UpdateOutcome;
  /** How far the update is. */
  readonly phase: UpdatePhase;
  /** 0 or 1; 255: the image runs from no slot and takes no update. */
  readonly runningSlot: number;
  /** 1: the running image has yet to be confirmed. */
  readonly onTrial: number;
  /** Starts that it has left before the one before it returns. */
  readonly attemptsLeft: number;
  /** 1: the last trial was given up, and this image returned. */
  readonly rolledBack: number;
  /** That of HELLO. */
  readonly bootId: number;
  /** That of HELLO. */
  readonly buildId: number;
  /** Of the running image: major in the top byte, minor in the next, patch in the lower two. */
  readonly version: number;
  /** The least version that is taken. */
  readonly oldestAllowed: number;
  /** Where an image must be linked to run from the other slot. */
  readonly freeSlotAddress: number;
  /** Room for the image, its header included. */
  readonly freeSlotBytes: number;
  /** Bytes erased or checked so far, in these phases. */
  readonly workDone: number;
  /** Of so many. */
  readonly workBytes: number;
  /** Bytes of the program that are held: go on from here. */
  readonly heldBytes: number;
  /** The host may send as far as this byte. */
  readonly creditBytes: number;
}

/** The answer to UPDATE_DATA. */
export interface UpdateHeldMessage {
  readonly kind: 'UPDATE_HELD';
  /** Bytes of the program from the first on, without a gap. */
  readonly heldBytes: number;
  /** The host may send as far as this byte. */
  readonly creditBytes: number;
}

/** Begins an update, or goes on with one of the same header. The device acquires no more until it restarts. */
export interface UpdateBeginMessage {
  readonly kind: 'UPDATE_BEGIN';
  /** Names this request; the answer carries it. */
  readonly requestId: number;
  /** Of the image: judged before anything is erased. Exactly 256. */
  readonly header: readonly number[];
}

/** A part of the program, within the credit. */
export interface UpdateDataMessage {
  readonly kind: 'UPDATE_DATA';
  /** Its place; one that does not follow what is held is left out. */
  readonly firstByte: number;
  /** The part. At most 240. */
  readonly bytes: readonly number[];
}

/** tell: nothing but the answer; check: what was received; activate: try it at the next start; restart: start anew, if bootId is the run's; confirm: keep the image that runs; give_up: the one before returns at the next start. */
export interface UpdateMessage {
  readonly kind: 'UPDATE';
  /** Names this request; the answer carries it. */
  readonly requestId: number;
  /** What is wanted. */
  readonly action: UpdateAction;
  /** The run to end, of restart. */
  readonly bootId: number;
}
