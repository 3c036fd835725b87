import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { IsochroneError } from '../../codegen/errors.js';
import { openRecord } from './open-record.js';
import type { EcgRecord } from './record.js';
import { sharedPath } from './shared-data.js';
import { readWfdb } from './wfdb.js';
import { writeWfdb } from './wfdb-write.js';

const FOLDER = 'build/test-wfdb';
const FRANK = sharedPath('data/frank/s0010_re');

beforeAll(async () => {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
});

async function make(name: string, header: string, data?: readonly number[]): Promise<string> {
  await writeFile(join(FOLDER, `${name}.hea`), header);
  if (data !== undefined) await writeFile(join(FOLDER, `${name}.dat`), Buffer.from(data));
  return join(FOLDER, name);
}

async function failure(path: string): Promise<IsochroneError> {
  const error: unknown = await openRecord(path).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof IsochroneError) return error;
  throw new Error(`no typed error for ${path}: ${String(error)}`);
}

/** Bytes of each format for the samples of two interleaved signals, written from signal(5). */
const PACKED: readonly {
  readonly format: number;
  readonly bytes: readonly number[];
  readonly signals: readonly (readonly number[])[];
}[] = [
  {
    format: 16,
    bytes: [1, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0x80],
    signals: [
      [1, 32767],
      [-1, NaN],
    ],
  },
  {
    format: 80,
    bytes: [129, 127, 255, 0],
    signals: [
      [1, 127],
      [-1, NaN],
    ],
  },
  // 1 = 0x001, −1 = 0xfff → 01 f0 ff; 2047 = 0x7ff, −2048 = 0x800 → ff 87 00.
  {
    format: 212,
    bytes: [0x01, 0xf0, 0xff, 0xff, 0x87, 0x00],
    signals: [
      [1, 2047],
      [-1, NaN],
    ],
  },
  {
    format: 24,
    bytes: [1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0x80],
    signals: [
      [1, 8388607],
      [-1, NaN],
    ],
  },
  {
    format: 32,
    bytes: [1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0x80],
    signals: [
      [1, 2147483647],
      [-1, NaN],
    ],
  },
];

describe('readWfdb', () => {
  it.each(PACKED)('reads format $format, its invalid value as a gap', async (packed) => {
    const name = `format${packed.format}`;
    const line = `${name}.dat ${packed.format} 1(0)/uV`;
    const path = await make(name, `${name} 2 500 2\n${line}\n${line}\n`, packed.bytes);
    const record = await readWfdb(path);
    expect(record.leads.map((lead) => [...lead.microvolt])).toEqual(packed.signals);
  });

  it('reads an odd number of 12-bit samples, whose last takes two bytes', async () => {
    const path = await make('odd', 'odd 1 500 3\nodd.dat 212 1(0)/uV\n', [1, 0x20, 0, 3, 0]);
    expect([...((await readWfdb(path)).leads[0]?.microvolt ?? [])]).toEqual([1, 512, 3]);
  });

  it.each([
    ['gain and baseline', '2(10)/mV', 12, 1000],
    ['baseline from ADC zero', '2/mV 12 10', 12, 1000],
    ['no gain: 200 per mV', '', 200, 1000],
    ['gain 0: 200 per mV', '0 12 0', 200, 1000],
    ['volts', '1e3/V', 2, 2000],
    ['microvolts', '0.5/uV', 2, 4],
    ['default unit mV', '1', 3, 3000],
  ])('calibrates by %s', async (_, fields, stored, microvolt) => {
    const bytes = [stored & 0xff, stored >> 8];
    const path = await make('gain', `gain 1 500 1\ngain.dat 16 ${fields}\n`, bytes);
    expect((await readWfdb(path)).leads[0]?.microvolt[0]).toBeCloseTo(microvolt, 9);
  });

  it('reads several signal files, a byte offset, comments, blank lines, CRLF, and no sample count', async () => {
    await writeFile(join(FOLDER, 'second.dat'), Buffer.from([9, 9, 9, 5, 0, 6, 0]));
    const header = [
      '# before',
      '',
      'several 2 360/360(0) 0 12:00:00',
      'several.dat 16 1/uV 16 0 3 0 0 II',
      '# between',
      'second.dat 16+3 1/uV 16 0 5 0 0 V 1 of the chest',
      '',
    ].join('\r\n');
    const record = await readWfdb(await make('several', header, [3, 0, 4, 0]));
    expect(record.sampleRateHz).toBe(360);
    expect(record.leads.map((lead) => [lead.name, ...lead.microvolt])).toEqual([
      ['II', 3, 4],
      ['V 1 of the chest', 5, 6],
    ]);
  });

  it('leaves out what is no voltage, with a remark', async () => {
    const lines = 'p.dat 16 1/mmHg 16 0 1 1 0 ABP\np.dat 16 1/uV 16 0 2 2 0 II\n';
    const record = await readWfdb(await make('p', `p 2 500 1\n${lines}`, [1, 0, 2, 0]));
    expect(record.leads.map((lead) => lead.name)).toEqual(['II']);
    expect(record.remarks).toEqual(['signal ABP left out: its unit mmHg is no voltage']);
  });

  const one = 'x.dat 16 1/uV 16 0 1 3 0 I';
  const good = [1, 0, 2, 0];
  it.each<[string, string, string, readonly number[] | undefined]>([
    ['an empty header', 'RECORD_HEADER_INVALID', '', good],
    ['comments only', 'RECORD_HEADER_INVALID', '# nothing\n', good],
    ['binary junk', 'RECORD_HEADER_INVALID', '\x7fELF\x02\0\0\0', good],
    ['one word', 'RECORD_HEADER_INVALID', 'hello', good],
    ['a sentence', 'RECORD_HEADER_INVALID', 'hello world out there', good],
    ['no signal', 'RECORD_HEADER_INVALID', 'x 0 500 2\n', good],
    ['too few signal lines', 'RECORD_HEADER_INVALID', `x 2 500 2\n${one}`, good],
    ['a million signals', 'RECORD_HEADER_INVALID', `x 1000000 500 2\n${one}`, good],
    ['a rate of 0', 'RECORD_HEADER_INVALID', `x 1 0 2\n${one}`, good],
    ['a rate in words', 'RECORD_HEADER_INVALID', `x 1 fast 2\n${one}`, good],
    ['a negative count', 'RECORD_HEADER_INVALID', `x 1 500 -2\n${one}`, good],
    ['no format', 'RECORD_HEADER_INVALID', 'x 1 500 2\nx.dat', good],
    ['a wrong gain', 'RECORD_HEADER_INVALID', 'x 1 500 2\nx.dat 16 loud', good],
    ['a negative gain', 'RECORD_HEADER_INVALID', 'x 1 500 2\nx.dat 16 -5', good],
    ['a wrong checksum field', 'RECORD_HEADER_INVALID', 'x 1 500 2\nx.dat 16 1 16 0 1 z', good],
    ['two formats', 'RECORD_HEADER_INVALID', `x 2 500 1\n${one}\nx.dat 80`, good],
    ['segments', 'RECORD_UNSUPPORTED', 'x/2 1 500 2\ny 1\nz 1', good],
    ['format 310', 'RECORD_UNSUPPORTED', 'x 1 500 2\nx.dat 310', good],
    ['a skew', 'RECORD_UNSUPPORTED', 'x 1 500 2\nx.dat 16:3', good],
    ['several samples a frame', 'RECORD_UNSUPPORTED', 'x 1 500 2\nx.dat 16x4', good],
    ['a path outside', 'RECORD_UNSUPPORTED', 'x 1 500 2\n../x.dat 16', good],
    ['a cut file', 'RECORD_TRUNCATED', `x 1 500 3\n${one}`, good],
    ['an absurd count', 'RECORD_TRUNCATED', `x 1 500 9007199254740991\n${one}`, good],
    ['an offset past the end', 'RECORD_TRUNCATED', 'x 1 500 1\nx.dat 16+9', good],
    ['an empty signal', 'RECORD_EMPTY', 'x 1 500\nx.dat 16', []],
    ['a wrong checksum', 'RECORD_CHECKSUM', 'x 1 500 2\nx.dat 16 1/uV 16 0 1 4 0 I', good],
    ['a wrong first value', 'RECORD_INITIAL_VALUE', 'x 1 500 2\nx.dat 16 1 16 0 2 3', good],
    ['a missing signal file', 'RECORD_NOT_FOUND', 'x 1 500 2\nnone.dat 16', good],
  ])('refuses %s with %s', async (_, code, header, data) => {
    const error = await failure(await make('x', header, data));
    expect(error.code).toBe(code);
    expect(error.message).toContain(code === 'RECORD_NOT_FOUND' ? 'none.dat' : 'x.');
    expect(error.hint).not.toBe('');
  });

  it('names the line', async () => {
    const error = await failure(await make('x', `# c\nx 2 500 2\n${one}\nx.dat 99`, good));
    expect(error.where).toMatchObject({ line: 4 });
  });

  it.each([
    ['', 'RECORD_NOT_FOUND'],
    ['build/test-wfdb/absent', 'RECORD_NOT_FOUND'],
    ['build/test-wfdb', 'RECORD_IS_DIRECTORY'],
    ['package.json', 'RECORD_UNSUPPORTED'],
    ['LICENSE', 'RECORD_UNSUPPORTED'],
    ['nothing.bdf', 'RECORD_UNSUPPORTED'],
  ])('openRecord("%s") fails with %s', async (path, code) => {
    expect((await failure(path)).code).toBe(code);
  });

  it.skipIf(!existsSync(`${FRANK}.hea`))(
    'reads s0010_re with and without .hea (skipped without ../shared)',
    async () => {
      const record = await openRecord(FRANK);
      expect(record.sampleRateHz).toBe(1000);
      expect(record.leads.map((lead) => lead.name).join(' ')).toBe(
        'i ii iii avr avl avf v1 v2 v3 v4 v5 v6 vx vy vz',
      );
      // 2000 units per mV: the first stored value of lead i is −489.
      expect(record.leads[0]?.microvolt[0]).toBe(-244.5);
      expect(record.leads.every((lead) => lead.microvolt.length === 38_400)).toBe(true);
      expect((await openRecord(`${FRANK}.hea`)).leads[14]).toEqual(record.leads[14]);
    },
  );
});

describe('written formats', () => {
  it.each([
    [16, 1],
    [24, 0.01],
    [32, 0.001],
    [212, 5],
  ] as const)('format %i gives back steps of %f µV, odd counts and holes', async (format, step) => {
    const most = format === 212 ? 2047 : 8000;
    const leads = ['I', 'II', 'V1'].map((name, i) => ({
      name,
      microvolt: Float64Array.from({ length: 7 }, (_, t) =>
        t === 3 ? Number.NaN : (((t * 1009 + i * 77) % (2 * most)) - most) * step,
      ),
    }));
    const record = { name: 'f', sampleRateHz: 500, leads, source: '', remarks: [] };
    const path = await writeWfdb(join(FOLDER, `f${format}`), record, [], format);
    const read = await readWfdb(path);
    for (const [i, { microvolt }] of leads.entries()) {
      const steps = (values: Float64Array): number[] => [...values].map((v) => v / step);
      const got = steps(read.leads[i]?.microvolt ?? new Float64Array());
      expect(got.map(Math.round)).toEqual(steps(microvolt).map(Math.round));
    }
  });
});

describe('writeWfdb', () => {
  const record: EcgRecord = {
    name: 'w',
    sampleRateHz: 500,
    source: 'test',
    remarks: [],
    leads: [
      { name: 'I', microvolt: Float64Array.from([0, 32767, -32767, NaN, 4]) },
      { name: 'aVR', microvolt: Float64Array.from([-5, 1, 2, 3, 30000]) },
    ],
  };

  it('is read back bit for bit, gaps too, twice the same, and leaves nothing else behind', async () => {
    const folder = join(FOLDER, 'written');
    const path = await writeWfdb(join(folder, 'w'), record, ['a comment']);
    const back = await readWfdb(path);
    expect(back.leads).toEqual(record.leads);
    expect(back.sampleRateHz).toBe(500);
    const digest = async (): Promise<string> =>
      createHash('sha256')
        .update(await readFile(join(folder, 'w.dat')))
        .digest('hex');
    const before = await digest();
    await writeWfdb(join(folder, 'w.hea'), record, ['a comment']);
    expect(await digest()).toBe(before);
    expect((await readdir(folder)).sort()).toEqual(['w.dat', 'w.hea']);
  });

  it.each([
    ['a value beyond int16', join(FOLDER, 'w'), 40_000, 'RECORD_OUT_OF_RANGE'],
    ['the value that means a gap', join(FOLDER, 'w'), -32_768, 'RECORD_OUT_OF_RANGE'],
    ['a name with a blank', join(FOLDER, 'a b'), 0, 'RECORD_WRITE_FAILED'],
    ['a folder that is a file', 'package.json/w', 0, 'RECORD_WRITE_FAILED'],
  ])('refuses %s', async (_, path, value, code) => {
    const leads = [{ name: 'I', microvolt: Float64Array.from([value]) }];
    const error: unknown = await writeWfdb(path, { ...record, leads }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code });
  });
});
