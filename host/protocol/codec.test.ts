import { describe, expect, it } from 'vitest';
import { IsochroneError } from '../../codegen/errors.js';
import { decodePayload, encodePayload } from './codec.js';
import { messageMaxBytes } from './layout.js';
import type { Message } from './messages.js';
import type { Field } from './schema-types.js';
import { WIRE_SCHEMA } from './schema.js';

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof IsochroneError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'no error';
};

describe('the schema', () => {
  it('gives every message its own type, with the top bit for the direction', () => {
    const types = WIRE_SCHEMA.messages.map(({ type }) => type);
    expect(new Set(types).size).toBe(types.length);
    for (const { type, direction } of WIRE_SCHEMA.messages) {
      expect(type >= 0x80).toBe(direction === 'host_to_device');
      expect(type).toBeGreaterThan(0);
      expect(type).toBeLessThan(0x100);
    }
  });

  it.each(WIRE_SCHEMA.messages)('$name fits into a frame at its longest', (message) => {
    expect(messageMaxBytes(message)).toBeLessThanOrEqual(WIRE_SCHEMA.maxPayloadBytes);
  });

  it('names only enumerations that exist, and starts HELLO with version and hash', () => {
    const known = new Set(WIRE_SCHEMA.enums.map(({ name }) => name));
    const used = WIRE_SCHEMA.messages
      .flatMap(({ fields }) => fields)
      .flatMap((field): readonly Field[] => (field.kind === 'records' ? field.fields : [field]))
      .flatMap((field) => (field.kind === 'enum' ? [field.enumName] : []));
    expect(used.filter((name) => !known.has(name))).toEqual([]);
    const hello = WIRE_SCHEMA.messages.find(({ name }) => name === 'HELLO');
    expect(hello?.fields.slice(0, 2)).toMatchObject([
      { name: 'protocolVersion', type: 'u16' },
      { name: 'schemaHash', type: 'u32' },
    ]);
    expect(hello).toMatchObject({ type: 1, checksum: 'plain' });
  });
});

describe('encodePayload', () => {
  it('packs little-endian', () => {
    const message: Message = {
      kind: 'SAMPLES',
      firstSampleIndex: 0x01020304,
      deviceTick: 0xfffffffe,
      samplesDropped: 3,
      microvolt: [-1, 2, -32768, 32767, 0, 0, 0, 256],
    };
    expect(Buffer.from(encodePayload(message)).toString('hex')).toBe(
      '04030201' + 'feffffff' + '03000000' + '01' + 'ffff02000080ff7f0000000000000001',
    );
  });

  const beatLead = { resultId: 1, leadIndex: 0, rateHz: 100, rIndex: 30 };
  const cases: readonly [string, Message, RegExp][] = [
    ['a value out of range', { kind: 'ACK', resultId: 65536 }, /ACK\.resultId.*65536/],
    ['a fraction', { kind: 'ACK', resultId: 1.5 }, /1\.5 is not an integer/],
    ['NaN in an integer', { kind: 'ACK', resultId: NaN }, /NaN is not an integer/],
    [
      'too many elements',
      { kind: 'BEAT_LEAD', ...beatLead, microvolt: new Array<number>(81).fill(0) },
      /81 elements, at most 80/,
    ],
    [
      'a torn sample',
      {
        kind: 'INJECT',
        firstSampleIndex: 0,
        contactMeasured: 0,
        contactOff: 0,
        microvolt: [1, 2, 3],
      },
      /3 elements, not a multiple of 8/,
    ],
    ['a text too long', { kind: 'LOG', level: 'info', text: 'é'.repeat(101) }, /202 elements/],
    ['a NUL', { kind: 'LOG', level: 'info', text: 'a\0b' }, /NUL/],
    [
      'an unknown choice',
      { kind: 'LOG', level: 'fatal' as 'error', text: '' },
      /"fatal" is not a logLevel/,
    ],
  ];
  it.each(cases)('refuses %s by name', (_name, message, expected) => {
    const got = codeOf(() => encodePayload(message));
    expect(got).toMatch(/^WIRE_VALUE_INVALID/);
    expect(got).toMatch(expected);
  });
});

describe('decodePayload', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text, 'hex');
  it.each([
    ['one byte short', 0x87, '01', /ends after 1 bytes/],
    ['one byte long', 0x87, '010203', /1 bytes too many/],
    [
      'a count beyond its maximum',
      0x82,
      '00000000' + '00000000' + '15' + '00'.repeat(336),
      /claims 21 of/,
    ],
    [
      'a count beyond its bytes',
      0x82,
      '00000000' + '00000000' + '14' + '0000',
      /ends after 11 bytes/,
    ],
    ['an unknown choice', 0x0c, '03' + '00', /level 3 is unknown/],
    ['text that is not UTF-8', 0x0c, '00' + '02c328', /not UTF-8/],
    ['a NUL in a text', 0x0c, '00' + '0200' + '41', /NUL/],
    ['an unknown type', 0x7e, '', /does not know/],
  ])('refuses %s', (_name, type, payload, expected) => {
    const got = codeOf(() => decodePayload(type, bytes(payload)));
    expect(got).toMatch(/^WIRE_PAYLOAD_MALFORMED/);
    expect(got).toMatch(expected);
  });

  it('reads from a view that starts anywhere', () => {
    const all = Uint8Array.of(9, 9, 9, 0x34, 0x12);
    expect(decodePayload(0x87, all.subarray(3))).toEqual({ kind: 'ACK', resultId: 0x1234 });
  });
});
