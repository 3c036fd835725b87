import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readEdf, parseEdf } from './edf.js';
import { encodeEdf, writeEdf } from './edf-write.js';
import { openRecord } from './open-record.js';
import type { EcgRecord } from './record.js';
import { hasShared, NEEDS_SHARED, sharedPath } from './shared-data.js';

const folder = mkdtempSync(join(tmpdir(), 'isochrone-edf-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two leads; NaN in both from `from` to `to` of each hole. */
function record(count: number, holes: readonly (readonly [number, number])[] = []): EcgRecord {
  const lead = (factor: number): Float64Array =>
    Float64Array.from({ length: count }, (_, t) =>
      holes.some(([from, to]) => t >= from && t < to) ? NaN : ((t * factor) % 4001) - 2000,
    );
  return {
    name: 'r',
    sampleRateHz: 500,
    leads: [
      { name: 'I', microvolt: lead(3) },
      { name: 'II', microvolt: lead(7) },
    ],
    source: 'test',
    remarks: [],
    annotations: [
      { sampleIndex: 10, label: 'patient moved' },
      { sampleIndex: 700, label: 'Übung', leadName: 'II' },
    ],
  };
}

const isPlus = (bytes: Buffer): string => bytes.toString('latin1', 192, 197);

describe('EDF+', () => {
  it.each([
    ['whole seconds', record(1500), 'EDF+C'],
    ['a length that is no whole second', record(1230), 'EDF+C'],
    ['a prime length', record(1009), 'EDF+C'],
    [
      'holes',
      record(3000, [
        [500, 520],
        [1500, 2510],
      ]),
      'EDF+D',
    ],
    [
      'holes that nothing divides',
      record(3000, [
        [503, 522],
        [1501, 2511],
      ]),
      'EDF+D',
    ],
  ])('gives back what was written: %s', (_name, written, kind) => {
    const bytes = encodeEdf(written);
    expect(isPlus(bytes)).toBe(kind);
    const read = parseEdf(bytes, 'x.edf');
    expect(read.sampleRateHz).toBe(500);
    expect(read.leads).toEqual(written.leads);
    expect(read.annotations).toEqual([
      { sampleIndex: 10, label: 'patient moved' },
      { sampleIndex: 700, label: 'II: Übung' },
    ]);
  });

  it('keeps a hole of one lead alone', () => {
    const written = record(500);
    written.leads[1]?.microvolt.fill(NaN, 100, 103);
    expect(parseEdf(encodeEdf(written), 'x.edf').leads).toEqual(written.leads);
  });

  it('counts time from the first sample where the beginning is missing', () => {
    const read = parseEdf(encodeEdf(record(1000, [[0, 100]])), 'x.edf');
    expect(read.leads[0]?.microvolt).toHaveLength(900);
    expect(read.annotations?.[1]?.sampleIndex).toBe(600);
  });

  it('refuses what does not fit, by name', () => {
    const loud = record(500);
    loud.leads[0]?.microvolt.set([40_000], 3);
    expect(() => encodeEdf(loud)).toThrow(/lead I, sample 3: 40000 µV/);
  });

  it.each([
    ['is too short', (bytes: Buffer) => bytes.subarray(0, 100), 'RECORD_HEADER_INVALID'],
    ['lacks data', (bytes: Buffer) => bytes.subarray(0, bytes.length - 9), 'RECORD_TRUNCATED'],
    ['claims no signal', (bytes: Buffer) => patched(bytes, 252, '0   '), 'RECORD_HEADER_INVALID'],
    ['claims many', (bytes: Buffer) => patched(bytes, 252, '9999'), 'RECORD_HEADER_INVALID'],
    ['has no duration', (bytes: Buffer) => patched(bytes, 244, '0   '), 'RECORD_HEADER_INVALID'],
    ['is something else', () => Buffer.alloc(2000, 'x'), 'RECORD_HEADER_INVALID'],
  ])('is refused when it %s', (_name, damage, code) => {
    expect(() => parseEdf(damage(encodeEdf(record(1000))), 'x.edf')).toThrowError(
      expect.objectContaining({ code }),
    );
  });

  it('of a recording that never ended gives its whole data records', () => {
    const bytes = patched(encodeEdf(record(1500)), 236, '-1  ');
    expect(parseEdf(bytes.subarray(0, bytes.length - 9), 'x.edf').leads[0]?.microvolt.length).toBe(
      1000,
    );
  });

  it('is opened by its ending', async () => {
    const path = join(folder, 'opened.edf');
    await writeEdf(path, record(500));
    expect((await openRecord(path)).leads.map(({ name }) => name)).toEqual(['I', 'II']);
  });
});

function patched(bytes: Buffer, at: number, text: string): Buffer {
  const copy = Buffer.from(bytes);
  copy.write(text, at, 'latin1');
  return copy;
}

it.skipIf(!hasShared('data', 'frank'))(
  `a PhysioNet record survives the way through EDF+ (${NEEDS_SHARED})`,
  async () => {
    const original = await openRecord(sharedPath('data', 'frank', 's0010_re'));
    const path = join(folder, 'frank.edf');
    await writeEdf(path, original);
    const read = await readEdf(path);
    expect(read.sampleRateHz).toBe(original.sampleRateHz);
    for (const [i, lead] of original.leads.entries()) {
      const copy = read.leads[i]?.microvolt ?? new Float64Array();
      expect(copy).toHaveLength(lead.microvolt.length);
      // Half a microvolt of the source's unit is lost to whole ones.
      lead.microvolt.forEach((value, t) => {
        if (Math.abs((copy[t] ?? NaN) - value) > 0.5001) throw new Error(`${lead.name} at ${t}`);
      });
    }
  },
);
