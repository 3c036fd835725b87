/* Generated from host/protocol/schema/time.ts by `npm run generate`: do not edit. */
/* Repeated as the host likes: of many exchanges those with the shortest way there and back count. */

/** The answer to TIME_REQUEST. */
export interface TimeReplyMessage {
  readonly kind: 'TIME_REPLY';
  /** The request that this answers. */
  readonly requestId: number;
  /** deviceTick when the device took the request; wraps. */
  readonly receivedTick: number;
  /** deviceTick when it wrote this answer; wraps. */
  readonly sentTick: number;
  /** The time of day by SET_TIME; 0: it was not told. */
  readonly unixSeconds: number;
  /** Of that second. */
  readonly milliseconds: number;
}

/** Asks for both ticks. */
export interface TimeRequestMessage {
  readonly kind: 'TIME_REQUEST';
  /** Names this exchange. */
  readonly requestId: number;
}

/** Tells the device the time of day; deviceTick and sampleIndex go on as they were. */
export interface SetTimeMessage {
  readonly kind: 'SET_TIME';
  /** Names this request; COMMAND_RESULT carries it. */
  readonly requestId: number;
  /** Seconds since 1970-01-01 00:00:00 UTC. */
  readonly unixSeconds: number;
  /** Of that second. */
  readonly milliseconds: number;
}
