import { describe, expect, it } from 'vitest';
import { cobsEncode, cobsMaxEncoded } from './cobs.js';
import { crc32c } from './crc32c.js';
import { FrameDecoder, FrameEncoder, MAX_FRAME_BYTES, SCHEMA_HASH } from './frame.js';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const range = (from: number, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => from + i);

function cobs(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(cobsMaxEncoded(bytes.length) + 1);
  return out.subarray(0, cobsEncode(bytes, bytes.length, out));
}

describe('CRC-32C', () => {
  it.each([
    // RFC 3720, B.4, and the check value of the catalogue of CRC algorithms.
    ['123456789', new TextEncoder().encode('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(0), 0],
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['0 to 31', range(0, 32), 0x46dd794e],
  ])('of %s', (_name, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });
});

describe('COBS', () => {
  // Boundary cases of the 1999 paper as they are commonly tabled.
  it.each([
    ['nothing', new Uint8Array(0), '0100'],
    ['one zero', Uint8Array.of(0), '010100'],
    ['two zeros', Uint8Array.of(0, 0), '01010100'],
    ['zero within', Uint8Array.of(0x11, 0x22, 0, 0x33), '031122023300'],
    ['zeros at the end', Uint8Array.of(0x11, 0, 0, 0), '02110101' + '0100'],
    ['254 without a zero', range(1, 254), `ff${hexOf(range(1, 254))}00`],
    ['255 without a zero', range(1, 255), `ff${hexOf(range(1, 254))}02ff00`],
    [
      '254 and a zero',
      Uint8Array.from([...range(1, 254), 0]),
      `ff${hexOf(range(1, 254))}` + '010100',
    ],
  ])('%s', (_name, bytes, expected) => {
    expect(hexOf(cobs(bytes))).toBe(expected);
  });
});

describe('frames', () => {
  it('pins the bytes of one frame, so that the format cannot move unnoticed', () => {
    const encoder = new FrameEncoder();
    // type 0b, sequence 0, resultId 0x0102 little-endian, the explanation's state, then a CRC over hash and frame.
    const frame = encoder.encode({
      kind: 'RESULT_END',
      resultId: 0x0102,
      explanation: 'not_compiled',
    });
    const body = Uint8Array.of(0x0b, 0x00, 0x02, 0x01, 0x01);
    const hash = Buffer.alloc(4);
    hash.writeUInt32LE(SCHEMA_HASH);
    const crc = Buffer.alloc(4);
    crc.writeUInt32LE(crc32c(Buffer.concat([hash, body])));
    expect(hexOf(frame)).toBe(hexOf(cobs(Buffer.concat([body, crc]))));
  });

  it('leaves the schema hash out of the CRC of HELLO_REQUEST', () => {
    const frame = new FrameEncoder().encode({ kind: 'HELLO_REQUEST', hostVersion: 1 });
    const body = Uint8Array.of(0x81, 0x00, 0x01, 0x00);
    const crc = Buffer.alloc(4);
    crc.writeUInt32LE(crc32c(body));
    expect(hexOf(frame)).toBe(hexOf(cobs(Buffer.concat([body, crc]))));
  });

  function decode(bytes: Uint8Array, chunkBytes: number): { got: string[]; decoder: FrameDecoder } {
    const decoder = new FrameDecoder();
    const got: string[] = [];
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      decoder.push(bytes.subarray(at, at + chunkBytes), ({ type, sequence, payload }) => {
        got.push(`${type}/${sequence}/${hexOf(payload)}`);
      });
    }
    return { got, decoder };
  }

  it.each([0, 1, 247, 248, 249, 253, 254, 255, 511, 512])(
    'carries a payload of %i bytes, in chunks of any size',
    (count) => {
      const payload = range(1, count);
      const bytes = new FrameEncoder().encodeFrame(0x0b, payload);
      for (const chunkBytes of [1, 2, 7, bytes.length]) {
        expect(decode(bytes, chunkBytes).got).toEqual([`11/0/${hexOf(payload)}`]);
      }
    },
  );

  it('refuses to encode 513 bytes', () => {
    expect(() => new FrameEncoder().encodeFrame(0x0b, new Uint8Array(513))).toThrow(/513 bytes/);
  });

  it.each([
    ['longer than any frame', cobs(range(1, MAX_FRAME_BYTES + 1)), { oversize: 1 }],
    ['endless noise without a zero', new Uint8Array(5000).fill(7), { oversize: 1 }],
    ['shorter than any frame', cobs(range(1, 5)), { cobsErrors: 1 }],
    ['cut off by a zero', Uint8Array.of(9, 1, 2, 0), { cobsErrors: 1 }],
    ['of another schema', cobs(range(1, 20)), { crcErrors: 1 }],
  ])('counts a frame %s, delivers the next', (_name, damage, expected) => {
    const good = new FrameEncoder().encode({ kind: 'ACK', resultId: 7 });
    const bytes = Buffer.concat([damage, Uint8Array.of(0), good]);
    const { got, decoder } = decode(bytes, 3);
    expect(got).toEqual(['135/0/0700']);
    expect(decoder.statistics).toMatchObject({ frames: 1, resyncs: 1, ...expected });
  });

  it('counts and skips an unknown type, and follows the sequence across it', () => {
    const encoder = new FrameEncoder();
    const unknown = encoder.encodeFrame(0x7e, range(1, 3));
    const known = encoder.encode({ kind: 'START', requestId: 1 });
    const { got, decoder } = decode(Buffer.concat([unknown, known]), 5);
    expect(got).toEqual(['132/1/0100']);
    expect(decoder.statistics).toMatchObject({ unknownTypes: 1, sequenceGaps: 0, crcErrors: 0 });
  });

  it('counts missing frames across the wrap of the sequence', () => {
    const encoder = new FrameEncoder();
    const frames = Array.from({ length: 300 }, () =>
      encoder.encode({ kind: 'STOP', requestId: 1 }),
    );
    const kept = frames.filter((_, i) => i < 250 || i >= 260);
    const { decoder } = decode(Buffer.concat(kept), 64);
    expect(decoder.statistics).toMatchObject({ frames: 290, sequenceGaps: 10 });
  });

  it('takes zeros between frames as idle line', () => {
    const frame = new FrameEncoder().encode({ kind: 'REBOOT', requestId: 1, bootId: 2 });
    const { got, decoder } = decode(
      Buffer.concat([new Uint8Array(9), frame, new Uint8Array(9)]),
      4,
    );
    expect(got).toHaveLength(1);
    expect(decoder.statistics).toMatchObject({ cobsErrors: 0, resyncs: 0 });
  });
});
