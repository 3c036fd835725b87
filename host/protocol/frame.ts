/** Frames: COBS( type u8 | sequence u8 | payload | CRC-32C u32 ) and a zero. See docs/wire.md. */
import { IsochroneError } from '../../codegen/errors.js';
import { cobsEncode, cobsMaxEncoded } from './cobs.js';
import { encodePayload, messageSchema } from './codec.js';
import { CRC32C_START, crc32cFinish, crc32cUpdate } from './crc32c.js';
import type { Message } from './messages.js';
import { schemaHash } from './schema-hash.js';
import { WIRE_SCHEMA } from './schema.js';

export const PROTOCOL_VERSION = WIRE_SCHEMA.protocolVersion;
export const SCHEMA_HASH = schemaHash(WIRE_SCHEMA);
export const FRAME_OVERHEAD_BYTES = 6;
export const MAX_FRAME_BYTES = WIRE_SCHEMA.maxPayloadBytes + FRAME_OVERHEAD_BYTES;

/** The register after the four bytes of the schema hash, little-endian: where most frames start. */
const SCHEMA_START = crc32cUpdate(
  CRC32C_START,
  Uint8Array.of(SCHEMA_HASH, SCHEMA_HASH >>> 8, SCHEMA_HASH >>> 16, SCHEMA_HASH >>> 24),
);

/** By frame type: 1 where the schema has it, and the register that its CRC starts from. */
const KNOWN = new Uint8Array(256);
const START = new Uint32Array(256).fill(SCHEMA_START);
for (const { type, checksum } of WIRE_SCHEMA.messages) {
  KNOWN[type] = 1;
  if (checksum === 'plain') START[type] = CRC32C_START;
}

function crcOf(bytes: Uint8Array, count: number): number {
  return crc32cFinish(crc32cUpdate(START[bytes[0] ?? 0] ?? SCHEMA_START, bytes, 0, count));
}

/** Numbers frames and puts them in bytes. One for each direction of each port. */
export class FrameEncoder {
  private nextSequence = 0;

  /** @throws IsochroneError WIRE_VALUE_INVALID naming the field when a value does not fit. */
  encode(message: Message): Uint8Array {
    return this.encodeFrame(messageSchema(message.kind).type, encodePayload(message));
  }

  encodeFrame(type: number, payload: Uint8Array): Uint8Array {
    if (payload.length > WIRE_SCHEMA.maxPayloadBytes) {
      throw new IsochroneError(
        'WIRE_PAYLOAD_TOO_LONG',
        `A payload of ${payload.length} bytes does not fit into a frame (${WIRE_SCHEMA.maxPayloadBytes}).`,
        { hint: 'Split it into parts, as PATH does.', where: { type } },
      );
    }
    const frame = new Uint8Array(payload.length + FRAME_OVERHEAD_BYTES);
    frame[0] = type;
    frame[1] = this.nextSequence;
    frame.set(payload, 2);
    const body = payload.length + 2;
    new DataView(frame.buffer).setUint32(body, crcOf(frame, body), true);
    this.nextSequence = (this.nextSequence + 1) & 0xff;
    const out = new Uint8Array(cobsMaxEncoded(frame.length) + 1);
    return out.subarray(0, cobsEncode(frame, frame.length, out));
  }
}

/** A frame whose CRC held. `payload` is a view, valid until the callback returns. */
export interface Frame {
  readonly type: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

export interface FrameStatistics {
  /** Frames given to the caller. */
  frames: number;
  crcErrors: number;
  /** Zero where data were announced, or fewer bytes than the smallest frame. */
  cobsErrors: number;
  oversize: number;
  /** Good frames of a type that the schema does not know: counted, not given. */
  unknownTypes: number;
  /** Good frames that came after at least one damaged one. */
  resyncs: number;
  /** Frames missing by the sequence number, modulo 256 each time. */
  sequenceGaps: number;
}

/** Bytes in, frames out, in pieces of any size and in constant memory. The counterpart of iso_frame.c, decision for decision. */
export class FrameDecoder {
  readonly statistics: FrameStatistics = {
    frames: 0,
    crcErrors: 0,
    cobsErrors: 0,
    oversize: 0,
    unknownTypes: 0,
    resyncs: 0,
    sequenceGaps: 0,
  };

  private readonly bytes = new Uint8Array(MAX_FRAME_BYTES);
  private readonly view = new DataView(this.bytes.buffer);
  /** Bytes since the last zero; beyond MAX_FRAME_BYTES they are counted and not kept. */
  private used = 0;
  private remaining = 0;
  private zeroFollows = false;
  private damaged = false;
  private expectedSequence: number | undefined;

  push(chunk: Uint8Array, onFrame: (frame: Frame) => void): void {
    const { bytes } = this;
    const { length } = chunk;
    // In locals: this loop is the throughput of the link.
    let { used, remaining, zeroFollows } = this;
    for (let i = 0; i < length; i += 1) {
      const byte = chunk[i] ?? 0;
      if (byte === 0) {
        this.delimiter(used, remaining === 0, onFrame);
        used = 0;
        remaining = 0;
        zeroFollows = false;
      } else if (remaining > 0) {
        remaining -= 1;
        if (used < MAX_FRAME_BYTES) bytes[used] = byte;
        used += 1;
      } else {
        if (zeroFollows) {
          if (used < MAX_FRAME_BYTES) bytes[used] = 0;
          used += 1;
        }
        remaining = byte - 1;
        zeroFollows = byte !== 0xff;
      }
    }
    this.used = Math.min(used, MAX_FRAME_BYTES + 1);
    this.remaining = remaining;
    this.zeroFollows = zeroFollows;
  }

  /** The next sequence number is taken as it comes: the sender has started anew. */
  forgetSequence(): void {
    this.expectedSequence = undefined;
  }

  private delimiter(count: number, whole: boolean, onFrame: (frame: Frame) => void): void {
    // A callback that throws must not leave half a frame behind.
    this.used = 0;
    this.remaining = 0;
    this.zeroFollows = false;
    // Zeros between frames are idle line.
    if (whole && count === 0) return;
    if (!this.isGood(count, whole)) {
      this.damaged = true;
      return;
    }
    const type = this.bytes[0] ?? 0;
    const sequence = this.bytes[1] ?? 0;
    if (this.damaged) this.statistics.resyncs += 1;
    this.damaged = false;
    this.statistics.sequenceGaps += (sequence - (this.expectedSequence ?? sequence)) & 0xff;
    this.expectedSequence = (sequence + 1) & 0xff;
    if (KNOWN[type] === 0) {
      this.statistics.unknownTypes += 1;
      return;
    }
    this.statistics.frames += 1;
    onFrame({ type, sequence, payload: this.bytes.subarray(2, count - 4) });
  }

  private isGood(count: number, whole: boolean): boolean {
    if (count > MAX_FRAME_BYTES) {
      this.statistics.oversize += 1;
      return false;
    }
    if (!whole || count < FRAME_OVERHEAD_BYTES) {
      this.statistics.cobsErrors += 1;
      return false;
    }
    const body = count - 4;
    const seen = this.view.getUint32(body, true);
    if (seen === crcOf(this.bytes, body)) return true;
    this.statistics.crcErrors += 1;
    return false;
  }
}
