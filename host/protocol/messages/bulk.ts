/* Generated from host/protocol/schema/bulk.ts by `npm run generate`: do not edit. */
/* Sent only on credit of the host, and only into a line that is idle. */

/** What can be read. Index = value on the wire. */
export const BULK_OBJECT_VALUES = ['network_input', 'crash_record', 'layer_times'] as const;
export type BulkObject = (typeof BULK_OBJECT_VALUES)[number];

/** What became of a reading. Index = value on the wire. */
export const BULK_STATE_VALUES = ['open', 'not_there', 'changed'] as const;
export type BulkState = (typeof BULK_STATE_VALUES)[number];

/** The answer to READ_OBJECT; and once more when the object changed while it was read. */
export interface ObjectMessage {
  readonly kind: 'OBJECT';
  /** The READ_OBJECT that this belongs to. */
  readonly requestId: number;
  /** Whether it can be read; otherwise the rest is 0. */
  readonly state: BulkState;
  /** Of the whole object. */
  readonly byteCount: number;
  /** CRC-32C of the whole object. */
  readonly crc: number;
  /** The answer that a network_input belongs to. */
  readonly resultId: number;
}

/** A part that the credit covers. */
export interface ObjectPartMessage {
  readonly kind: 'OBJECT_PART';
  /** The READ_OBJECT that this belongs to. */
  readonly requestId: number;
  /** Its place. */
  readonly firstByte: number;
  /** The part. At most 240. */
  readonly bytes: readonly number[];
}

/** Opens an object for reading; ends a reading that was open. */
export interface ReadObjectMessage {
  readonly kind: 'READ_OBJECT';
  /** Names this reading. */
  readonly requestId: number;
  /** Which. */
  readonly object: BulkObject;
}

/** The device may send these bytes; takes the place of the credit before. */
export interface CreditMessage {
  readonly kind: 'CREDIT';
  /** The READ_OBJECT that this belongs to. */
  readonly requestId: number;
  /** From here: what was lost is asked for again. */
  readonly firstByte: number;
  /** So many at most; 0 pauses. */
  readonly byteCount: number;
}
