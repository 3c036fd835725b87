import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodePayload, encodePayload } from '../../../host/protocol/codec.js';
import { FrameDecoder, SCHEMA_HASH } from '../../../host/protocol/frame.js';
import type { EnumSchema, Field } from '../../../host/protocol/schema-types.js';
import { WIRE_SCHEMA } from '../../../host/protocol/schema.js';
import type { DamagedLine, DamagedLinesFile } from '../../../host/protocol/damaged-lines.js';
import type { ConformanceFile } from '../../../host/protocol/vectors.js';
import { buildHarness } from './harness.js';
import { buildCLine, typeScriptLine } from '../../../bench/link/line-decoders.js';
import { Random } from '../../../bench/link/random.js';

const file = JSON.parse(
  readFileSync(new URL('vectors.json', import.meta.url), 'utf8'),
) as ConformanceFile;
const harness = buildHarness(WIRE_SCHEMA, 'conformance-wire');
const fromHex = (text: string): Buffer => Buffer.from(text, 'hex');

function record(type: number, payload: Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.of(type, payload.length, payload.length >>> 8), payload]);
}

const records = Buffer.concat(
  file.vectors.map(({ type, payload }) => record(type, fromHex(payload))),
);

describe('conformance vectors', () => {
  it('are of this schema and cover every message', () => {
    expect(file.schemaHash).toBe(SCHEMA_HASH);
    expect(new Set(file.vectors.map(({ type }) => type)).size).toBe(WIRE_SCHEMA.messages.length);
  });

  it.each(file.vectors)('$name: TypeScript encodes and decodes', ({ type, message, payload }) => {
    expect(Buffer.from(encodePayload(message)).toString('hex')).toBe(payload);
    expect(decodePayload(type, fromHex(payload))).toEqual(message);
  });

  it('TypeScript reads every frame', () => {
    const got: string[] = [];
    new FrameDecoder().push(
      Buffer.concat(file.vectors.map(({ frame }) => fromHex(frame))),
      ({ type, sequence, payload }) => {
        got.push(`${type} ${sequence} ${Buffer.from(payload).toString('hex')}`);
      },
    );
    expect(got).toEqual(file.vectors.map((v) => `${v.type} ${v.sequence} ${v.payload}`));
  });

  it('C frames every payload to the same bytes', () => {
    const expected = file.vectors.map(({ frame }) => frame).join('');
    expect(harness('encode', records).toString('hex')).toBe(expected);
  });

  it('C reads every frame', async () => {
    const line = Buffer.concat(file.vectors.map(({ frame }) => fromHex(frame)));
    const { records: got, statistics } = (await buildCLine())(line);
    const expected = file.vectors.map(({ type, sequence, payload }) => {
      const bytes = fromHex(payload);
      return Buffer.concat([
        Uint8Array.of(type, sequence, bytes.length, bytes.length >>> 8),
        bytes,
      ]);
    });
    expect(got.equals(Buffer.concat(expected))).toBe(true);
    expect(statistics.frames).toBe(file.vectors.length);
  });

  it('C decodes every payload and encodes it to the same bytes', () => {
    const expected = file.vectors.map(({ payload }) => {
      const bytes = fromHex(payload);
      return Buffer.concat([Uint8Array.of(1, bytes.length, bytes.length >>> 8), bytes]);
    });
    expect(harness('payloads', records).equals(Buffer.concat(expected))).toBe(true);
  });

  it('C finds every value under its own name', () => {
    const lines = harness('fields', records).toString('utf8').trim().split('\n');
    expect(lines).toHaveLength(file.vectors.length);
    lines.forEach((line, i) => {
      const { message, type, name } = file.vectors[i] ?? { message: {}, type: 0, name: '' };
      const fields = WIRE_SCHEMA.messages.find((schema) => schema.type === type)?.fields ?? [];
      const { kind, ...values } = message as Record<string, unknown>;
      expect(name).toContain(kind);
      expect(JSON.parse(line), name).toEqual(withIndices(values, fields, WIRE_SCHEMA.enums));
    });
  });
});

/** C knows enumerations by index. */
function withIndices(
  values: Record<string, unknown>,
  fields: readonly Field[],
  enums: readonly EnumSchema[],
): Record<string, unknown> {
  return Object.fromEntries(
    fields.map((field) => {
      const value = values[field.name];
      if (field.kind === 'enum') {
        const known = enums.find(({ name }) => name === field.enumName)?.values ?? [];
        return [field.name, known.indexOf(String(value))];
      }
      if (field.kind !== 'records') return [field.name, value];
      const items = value as readonly Record<string, unknown>[];
      return [field.name, items.map((item) => withIndices(item, field.fields, enums))];
    }),
  );
}

describe('damaged lines', async () => {
  const { schemaHash, lines } = JSON.parse(
    readFileSync(new URL('damaged-lines.json', import.meta.url), 'utf8'),
  ) as DamagedLinesFile;
  const c = await buildCLine(['-fsanitize=address,undefined', '-fno-sanitize-recover=all']);
  const cases = lines.map((line) => ({ ...line, bytes: fromHex(line.line) }));
  const recordOf = ({ type, sequence, payload }: DamagedLine['frames'][number]): Buffer => {
    const bytes = fromHex(payload);
    return Buffer.concat([Uint8Array.of(type, sequence, bytes.length, bytes.length >>> 8), bytes]);
  };

  it('are of this schema and hold every kind of error', () => {
    expect(schemaHash).toBe(SCHEMA_HASH);
    for (const counter of ['crcErrors', 'cobsErrors', 'oversize', 'unknownTypes'] as const) {
      expect(lines.some(({ statistics }) => statistics[counter] > 0)).toBe(true);
    }
  });

  it.each([
    ['TypeScript, at once', (line: Buffer) => typeScriptLine(line, () => line.length)],
    ['TypeScript, byte by byte', (line: Buffer) => typeScriptLine(line, () => 1)],
    ['C', (line: Buffer) => c(line)],
  ])('%s delivers and counts as it must', (_name, decode) => {
    for (const { name, bytes, frames, statistics } of cases) {
      const got = decode(bytes);
      expect(got.records.equals(Buffer.concat(frames.map(recordOf))), name).toBe(true);
      expect(got.statistics, name).toEqual(statistics);
    }
  });
});

describe('damaged payloads behind a good CRC', () => {
  /** Changes, cuts or lengthens; keeps to ASCII, since C leaves UTF-8 to the reader. */
  function damage(payload: Uint8Array, random: Random): Uint8Array {
    const bytes = [...payload];
    const ascii = (): number => random.below(128);
    for (let n = random.below(4); n > 0 && bytes.length > 0; n -= 1) {
      bytes[random.below(Math.min(bytes.length, 24))] = ascii();
    }
    const cut = random.below(3);
    if (cut === 0) bytes.length = random.below(bytes.length + 1);
    if (cut === 1) for (let n = random.below(9); n > 0; n -= 1) bytes.push(ascii());
    return Uint8Array.from(bytes.slice(0, WIRE_SCHEMA.maxPayloadBytes));
  }

  it('are judged alike by C and TypeScript, under the address and undefined-behaviour sanitizers', () => {
    const random = new Random(20);
    const cases = file.vectors
      .filter(({ name }) => !name.endsWith('most'))
      .flatMap(({ type, payload }) =>
        Array.from({ length: 300 }, () => ({ type, payload: damage(fromHex(payload), random) })),
      );
    const answers = harness(
      'payloads',
      Buffer.concat(cases.map(({ type, payload }) => record(type, payload))),
    );
    let at = 0;
    let good = 0;
    for (const { type, payload } of cases) {
      const verdict = answers[at] === 1;
      at += 1;
      let here = true;
      try {
        decodePayload(type, payload);
      } catch {
        here = false;
      }
      const label = `type ${type} payload ${Buffer.from(payload).toString('hex')}`;
      expect(verdict, label).toBe(here);
      if (!verdict) continue;
      good += 1;
      const count = answers.readUInt16LE(at);
      expect(answers.subarray(at + 2, at + 2 + count).equals(payload), label).toBe(true);
      at += 2 + count;
    }
    expect(at).toBe(answers.length);
    // Neither all good nor all bad, or the test would say nothing.
    expect(good).toBeGreaterThan(cases.length / 10);
    expect(good).toBeLessThan(cases.length * 0.9);
  });
});
