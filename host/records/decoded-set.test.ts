import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { toAcquisition } from './acquisition.js';
import { decodedRecords, openDecodedSet } from './decoded-set.js';
import { sharedPath } from './shared-data.js';
import { openRecord } from './open-record.js';

const FOLDER = 'build/test-decoded-set';
const DATA = sharedPath('data');
const RECORDS = 2;
const SAMPLES = 3;
/** The second step wraps in 16 bits. */
const ROW = [30_000, -30_000, 7];

function rawSet(): Buffer {
  const raw = Buffer.alloc(RECORDS * 12 * SAMPLES * 2);
  for (let row = 0; row < RECORDS * 12; row += 1) {
    let before = 0;
    for (let t = 0; t < SAMPLES; t += 1) {
      const value = (ROW[t] ?? 0) + (t === 2 ? row : 0);
      raw.writeInt16LE(((value - before) << 16) >> 16, (row * SAMPLES + t) * 2);
      before = value;
    }
  }
  return raw;
}

const RAW = rawSet();
const SHA = createHash('sha256').update(RAW).digest('hex');
const SHAPE = { records: RECORDS, leads: 12, samples: SAMPLES, fs: 500, raw_sha256: SHA };

async function makeSet(name: string, manifest: unknown, bytes: Buffer): Promise<string> {
  const folder = join(FOLDER, name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 's.d16.gz'), bytes);
  if (manifest !== undefined) {
    await writeFile(
      join(folder, 'manifest.json'),
      typeof manifest === 'string' ? manifest : JSON.stringify(manifest),
    );
  }
  return join(folder, 's.d16.gz');
}

const good = { 's.d16.gz': { ...SHAPE, unit: '1 uV' } };

beforeAll(async () => {
  await rm(FOLDER, { recursive: true, force: true });
});

describe('decoded sets', () => {
  it('sums differences that wrap, scales, and finds any record', async () => {
    const five = { 's.d16.gz': { ...SHAPE, unit: '5 uV (inferred)' } };
    const path = await makeSet('five', five, gzipSync(RAW));
    const record = await openRecord(`${path}#1`);
    expect(record.leads).toHaveLength(12);
    expect([...(record.leads[11]?.microvolt ?? [])]).toEqual([150_000, -150_000, 5 * (7 + 23)]);
    expect(record.remarks).toHaveLength(1);
    expect(record.source).toBe(`${path}#1`);
  });

  it('yields all records in order and verifies the checksum', async () => {
    const path = await makeSet('all', good, gzipSync(RAW));
    const names: string[] = [];
    for await (const record of decodedRecords(await openDecodedSet(path))) names.push(record.name);
    expect(names).toEqual(['s-0', 's-1']);
  });

  it('finds a changed sample when all records are read', async () => {
    const damaged = Buffer.from(RAW);
    damaged[5] = (damaged[5] ?? 0) ^ 1;
    const set = await openDecodedSet(await makeSet('changed', good, gzipSync(damaged)));
    const readAll = async (): Promise<void> => {
      for await (const record of decodedRecords(set)) expect(record.leads).toHaveLength(12);
    };
    await expect(readAll()).rejects.toMatchObject({ code: 'RECORD_CHECKSUM' });
  });

  it('calibrates by gain and baseline of each record and lead', async () => {
    const path = await makeSet('meta', undefined, gzipSync(RAW));
    const meta = [10, 20].map((gain) => ({
      gain_per_mV: Array(12).fill(gain),
      baseline: [...Array(12).keys()],
    }));
    await writeFile(
      join(FOLDER, 'meta', 'meta.json'),
      JSON.stringify({ ...SHAPE, leads: Array(12).fill('x'), meta }),
    );
    const record = await openRecord(`${path}#1`);
    expect(record.leads[2]?.microvolt[0]).toBeCloseTo((30_000 - 2) * 50, 6);
  });

  const wrongUnit = { 's.d16.gz': { ...SHAPE, unit: '1 mmHg' } };
  const noRecords = { 's.d16.gz': { ...SHAPE, records: -1, unit: '1 uV' } };
  const huge = { 's.d16.gz': { ...SHAPE, samples: 1e12, unit: '1 uV' } };
  it.each<[string, string, unknown, Buffer, string]>([
    ['no index', '', good, gzipSync(RAW), 'RECORD_INDEX_INVALID'],
    ['an index beyond the end', '#2', good, gzipSync(RAW), 'RECORD_INDEX_INVALID'],
    ['a negative index', '#-1', good, gzipSync(RAW), 'RECORD_INDEX_INVALID'],
    ['an index in words', '#last', good, gzipSync(RAW), 'RECORD_INDEX_INVALID'],
    ['no manifest', '#0', undefined, gzipSync(RAW), 'RECORD_SET_INVALID'],
    ['a manifest that is no JSON', '#0', '{', gzipSync(RAW), 'RECORD_SET_INVALID'],
    ['a manifest of other sets', '#0', {}, gzipSync(RAW), 'RECORD_SET_INVALID'],
    ['an unknown unit', '#0', wrongUnit, gzipSync(RAW), 'RECORD_SET_INVALID'],
    ['a wrong count', '#0', noRecords, gzipSync(RAW), 'RECORD_SET_INVALID'],
    ['an absurd length', '#0', huge, gzipSync(RAW), 'RECORD_SET_INVALID'],
    ['no gzip', '#0', good, Buffer.from('not gzip at all'), 'RECORD_SET_INVALID'],
    ['an empty file', '#0', good, Buffer.alloc(0), 'RECORD_TRUNCATED'],
    ['a cut gzip', '#1', good, gzipSync(RAW).subarray(0, -20), 'RECORD_TRUNCATED'],
    ['too few records', '#1', good, gzipSync(RAW.subarray(0, 80)), 'RECORD_TRUNCATED'],
  ])('refuses %s', async (name, index, manifest, bytes, code) => {
    const path = await makeSet(name.replaceAll(' ', '-'), manifest, bytes);
    const error: unknown = await openRecord(`${path}${index}`).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code });
    expect(error).toHaveProperty('message', expect.stringContaining(FOLDER));
  });

  it('says that a set does not exist', async () => {
    const path = await makeSet('gone', good, gzipSync(RAW));
    await rm(path);
    await expect(openRecord(`${path}#0`)).rejects.toMatchObject({ code: 'RECORD_NOT_FOUND' });
  });

  it.skipIf(!existsSync(join(DATA, 'ptbxl', 'fold09.d16.gz'))).each([
    ['ptbxl/fold09.d16.gz', 266],
    ['ludb/ludb.d16.gz', 99],
    ['quality/quality.d16.gz', 0],
  ])('opens %s#%d (skipped without ../shared)', async (set, index) => {
    const acquisition = toAcquisition(await openRecord(`${join(DATA, set)}#${index}`));
    expect(acquisition.sampleCount).toBe(5000);
    expect(acquisition.clippedSamples).toBe(0);
  });
});
