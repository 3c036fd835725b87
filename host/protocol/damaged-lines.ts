/**
 * Conformance vectors of damage: lines as a bad line gives them, and what a receiver must make of each. Written to
 * tests/conformance/wire/damaged-lines.json. What must come out is stated with each line, and the counters follow from the rules of docs/wire.md,
 * section 4, by a receiver that judges whole pieces between zeros: neither of the decoders that are tested by it.
 */
import { cobsEncode, cobsMaxEncoded } from './cobs.js';
import { crc32c } from './crc32c.js';
import { MAX_FRAME_BYTES, SCHEMA_HASH, type FrameStatistics } from './frame.js';
import { WIRE_SCHEMA } from './schema.js';
import { hexOf } from './vectors.js';

export interface DamagedLine {
  readonly name: string;
  /** What a fresh decoder is given. */
  readonly line: string;
  /** What it must deliver, in order. */
  readonly frames: readonly {
    readonly type: number;
    readonly sequence: number;
    readonly payload: string;
  }[];
  readonly statistics: FrameStatistics;
}

export interface DamagedLinesFile {
  readonly schemaHash: number;
  readonly lines: readonly DamagedLine[];
}

interface Case {
  readonly name: string;
  readonly line: Uint8Array;
  /** Sequence numbers of what must arrive. */
  readonly arrive: readonly number[];
}

const RESULT_END = 0x0b;
const HELLO = 0x01;
const UNKNOWN = 0x7e;
const OTHER_SCHEMA = 0xdeadbeef;

const join = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));
/** On the line, its zero included. */
function cobs(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(cobsMaxEncoded(bytes.length) + 1);
  return out.subarray(0, cobsEncode(bytes, bytes.length, out));
}

const little = (value: number): Uint8Array =>
  Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
const crcOf = (body: Uint8Array, hash: number | undefined): number =>
  crc32c(hash === undefined ? body : join(little(hash), body));

/** A frame whose every byte is chosen. */
function handFrame(type: number, sequence: number, payload: Uint8Array, hash?: number): Uint8Array {
  const body = join([type, sequence], payload);
  return cobs(join(body, little(crcOf(body, hash ?? (type === HELLO ? undefined : SCHEMA_HASH)))));
}

const small = (sequence: number): Uint8Array =>
  handFrame(RESULT_END, sequence, Uint8Array.of(sequence + 1, 2, 1));
const changed = (bytes: Uint8Array, at: number, to: number): Uint8Array =>
  bytes.map((byte, i) => (i === at ? to : byte));
const without = (bytes: Uint8Array, at: number): Uint8Array => bytes.filter((_, i) => i !== at);
const inserted = (bytes: Uint8Array, at: number, byte: number): Uint8Array =>
  join(bytes.subarray(0, at), [byte], bytes.subarray(at));

function cases(): Case[] {
  const [first, middle, last] = [small(0), small(1), small(2)];
  const length = middle.length;
  const each = (from: number, end: number): number[] =>
    Array.from({ length: end - from }, (_, i) => from + i);
  /** The damaged frame between two good ones. */
  const between = (name: string, damaged: Uint8Array, arrive = [0, 2]): Case => ({
    name,
    line: join(first, damaged, last),
    arrive,
  });
  const noZeros = (count: number): Uint8Array =>
    Uint8Array.from({ length: count }, (_, i) => 1 + (i % 255));
  const hello = (sequence: number): Uint8Array =>
    handFrame(HELLO, sequence, Uint8Array.of(1, 0, ...little(OTHER_SCHEMA)));
  const long = (count: number): Uint8Array => handFrame(0x0a, 1, noZeros(count));
  return [
    { name: 'nothing is damaged', line: join(first, middle, last), arrive: [0, 1, 2] },
    {
      name: 'zeros between frames are idle line',
      line: join([0, 0], first, [0], middle, [0, 0, 0], last),
      arrive: [0, 1, 2],
    },
    {
      name: 'the last frame has not ended',
      line: join(first, middle, last.subarray(0, -1)),
      arrive: [0, 1],
    },
    { name: 'noise, ended by a zero', line: join(noZeros(50), [0], first), arrive: [0] },
    {
      name: 'noise that no zero ends takes the first frame with it',
      line: join([9, 9, 9], first, middle),
      arrive: [1],
    },
    ...each(1, length).map((cut) => ({
      name: `attached ${cut} bytes into a frame`,
      line: join(first.subarray(cut), middle, last),
      arrive: [1, 2],
    })),
    ...each(1, length - 1).map((cut) =>
      between(`truncated to ${cut} bytes`, join(middle.subarray(0, cut), [0])),
    ),
    ...each(0, length - 1).flatMap((at) =>
      each(0, 8).map((bit) => {
        const flipped = (middle[at] ?? 0) ^ (1 << bit);
        return between(`bit ${bit} of byte ${at} flipped`, changed(middle, at, flipped));
      }),
    ),
    ...each(0, 8).map((bit) =>
      between(
        `bit ${bit} of the delimiter flipped: merged with the next frame`,
        changed(middle, length - 1, 1 << bit),
        [0],
      ),
    ),
    ...each(0, length - 1).map((at) => between(`byte ${at} became a zero`, changed(middle, at, 0))),
    ...each(0, length - 1).map((at) => between(`byte ${at} dropped`, without(middle, at))),
    between('delimiter dropped: merged with the next frame', middle.subarray(0, -1), [0]),
    ...each(1, length - 1).map((at) =>
      between(`a byte inserted before byte ${at}`, inserted(middle, at, 0x5a)),
    ),
    between('the frame twice', join(middle, middle), [0, 1, 1, 2]),
    ...each(1, length - 1).flatMap((cut) => [
      {
        name: `reset after ${cut} bytes of a frame; the sender begins with its HELLO`,
        line: join(first, middle.subarray(0, cut), hello(0), hello(1)),
        arrive: [0, 1],
      },
      {
        name: `reset after ${cut} bytes of a frame; the sender begins with a zero`,
        line: join(first, middle.subarray(0, cut), [0], hello(0), hello(1)),
        arrive: [0, 0, 1],
      },
    ]),
    {
      name: 'frames lost whole: the sequence says how many',
      line: join(small(10), small(14), small(15)),
      arrive: [10, 14, 15],
    },
    {
      name: 'the sequence wraps',
      line: join(small(254), small(255), handFrame(RESULT_END, 0, Uint8Array.of(1, 1, 1))),
      arrive: [254, 255, 0],
    },
    between('a type that the schema does not have', handFrame(UNKNOWN, 1, Uint8Array.of(1, 2, 3))),
    between(
      'a frame of another schema',
      handFrame(RESULT_END, 1, Uint8Array.of(2, 2, 1), OTHER_SCHEMA),
    ),
    between('HELLO of another schema, which is plain', hello(1), [0, 1, 2]),
    between(
      'HELLO with the schema hash in its CRC',
      handFrame(HELLO, 1, Uint8Array.of(1), SCHEMA_HASH),
    ),
    between('the longest frame', long(WIRE_SCHEMA.maxPayloadBytes), [0, 1, 2]),
    between('one byte longer than the longest', long(WIRE_SCHEMA.maxPayloadBytes + 1)),
    between('a thousand bytes without a zero', join(noZeros(1000), [0])),
    ...[247, 248, 249, 250].map((count) =>
      between(`blocks of about 254 bytes: a payload of ${count}`, long(count), [0, 1, 2]),
    ),
    ...[1, 3, 5].map((count) => between(`a frame of ${count} bytes in all`, cobs(noZeros(count)))),
  ];
}

const NO_ERRORS: FrameStatistics = {
  frames: 0,
  crcErrors: 0,
  cobsErrors: 0,
  oversize: 0,
  unknownTypes: 0,
  resyncs: 0,
  sequenceGaps: 0,
};

/** The decoded bytes of a piece between zeros, and whether its last block was whole. */
function uncobs(piece: readonly number[]): { readonly bytes: Uint8Array; readonly whole: boolean } {
  const bytes: number[] = [];
  let at = 0;
  while (at < piece.length) {
    const code = piece[at] ?? 1;
    bytes.push(...piece.slice(at + 1, at + code));
    if (at + code > piece.length) return { bytes: Uint8Array.from(bytes), whole: false };
    at += code;
    if (code < 0xff && at < piece.length) bytes.push(0);
  }
  return { bytes: Uint8Array.from(bytes), whole: true };
}

function receive(line: Uint8Array): Pick<DamagedLine, 'frames' | 'statistics'> {
  const frames: DamagedLine['frames'][number][] = [];
  const statistics = { ...NO_ERRORS };
  const known = new Set(WIRE_SCHEMA.messages.map(({ type }) => type));
  const plain = new Set(
    WIRE_SCHEMA.messages.filter(({ checksum }) => checksum === 'plain').map(({ type }) => type),
  );
  let damaged = false;
  let expected: number | undefined;
  let piece: number[] = [];
  for (const byte of line) {
    if (byte !== 0) {
      piece.push(byte);
      continue;
    }
    const { bytes, whole } = uncobs(piece);
    const empty = piece.length === 0;
    piece = [];
    if (empty) continue;
    const [type = 0, sequence = 0] = bytes;
    const body = bytes.subarray(0, -4);
    if (bytes.length > MAX_FRAME_BYTES) statistics.oversize += 1;
    else if (!whole || bytes.length < 6) statistics.cobsErrors += 1;
    else if (
      hexOf(little(crcOf(body, plain.has(type) ? undefined : SCHEMA_HASH))) !==
      hexOf(bytes.subarray(-4))
    ) {
      statistics.crcErrors += 1;
    } else {
      if (damaged) statistics.resyncs += 1;
      damaged = false;
      statistics.sequenceGaps += (sequence - (expected ?? sequence)) & 0xff;
      expected = (sequence + 1) & 0xff;
      if (known.has(type)) {
        statistics.frames += 1;
        frames.push({ type, sequence, payload: hexOf(body.subarray(2)) });
      } else statistics.unknownTypes += 1;
      continue;
    }
    damaged = true;
  }
  return { frames, statistics };
}

export function damagedLines(): string {
  const lines = cases().map(({ name, line, arrive }): DamagedLine => {
    const { frames, statistics } = receive(line);
    const came = frames.map(({ sequence }) => sequence);
    // A case whose receiver says other than its author is no vector.
    if (came.join() !== arrive.join())
      throw new Error(`${name}: ${came.join()} came, not ${arrive.join()}`);
    return { name, line: hexOf(line), frames, statistics };
  });
  return `{\n  "schemaHash": ${SCHEMA_HASH},\n  "lines": [\n${lines.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')}\n  ]\n}\n`;
}
