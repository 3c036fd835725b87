import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TWELVE_LEAD_NAMES } from './record.js';
import { drawnBeats, eightLeadRows, readMarkedSet } from './marked-set.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marked-set-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Two records of ten samples; the value is the lead's number, from the first sample on. */
async function writeSet(rows: readonly string[]): Promise<void> {
  const samples = 10;
  const raw = new Int16Array(2 * 12 * samples).map((_, i) => Math.floor(i / samples) % 12);
  const differences = raw.map((value, i) => (i % samples === 0 ? value : 0));
  const sha = createHash('sha256').update(new Uint8Array(differences.buffer)).digest('hex');
  const one = { gain_per_mV: Array(12).fill(1000), baseline: Array(12).fill(0) };
  await writeFile(
    join(folder, 'meta.json'),
    JSON.stringify({
      ...{ fs: 500, leads: TWELVE_LEAD_NAMES, samples, records: 2, raw_sha256: sha },
      meta: [
        { ...one, record: 7 },
        { ...one, record: 9 },
      ],
    }),
  );
  await writeFile(join(folder, 'any.d16.gz'), gzipSync(new Uint8Array(differences.buffer)));
  await writeFile(
    join(folder, 'delineation.csv'),
    ['record,lead,wave,onset,peak,offset', ...rows, ''].join('\n'),
  );
}

describe('readMarkedSet', () => {
  it('gives each record its waves by the number of the set', async () => {
    await writeSet(['9,avl,QRS,3,5,8', '9,ii,T,,9,', '7,v6,P,1,2,']);
    const [first, second] = await readMarkedSet(folder);
    expect(first?.waves).toEqual([{ lead: 11, wave: 'P', onset: 1, peak: 2 }]);
    expect(second?.number).toBe(9);
    expect(second?.waves).toEqual([
      { lead: 4, wave: 'QRS', onset: 3, peak: 5, offset: 8 },
      { lead: 1, wave: 'T', peak: 9 },
    ]);
    expect(second && eightLeadRows(second.ecg)[9]).toEqual([0, 1, 6, 7, 8, 9, 10, 11]);
  });

  it.each([
    ['a lead nobody knows', '7,v9,QRS,1,2,3'],
    ['a wave nobody knows', '7,v1,U,1,2,3'],
    ['a place that is no number', '7,v1,P,1,x,3'],
  ])('refuses %s and names the row', async (_, row) => {
    await writeSet(['7,v1,P,1,2,3', row]);
    await expect(readMarkedSet(folder)).rejects.toThrow(/row 3/);
  });

  it('says what a folder must hold', async () => {
    await expect(readMarkedSet(folder)).rejects.toThrow(/delineation\.csv/);
  });
});

describe('drawnBeats', () => {
  it('joins waves that overlap, however far their peaks, and leaves out what few leads show', async () => {
    const leads = TWELVE_LEAD_NAMES.map((name) => name.toLowerCase());
    await writeSet([
      ...leads.map((lead, i) => `7,${lead},QRS,100,${i < 6 ? 110 : 190},220`),
      ...leads.slice(0, 5).map((lead) => `7,${lead},QRS,500,510,520`),
    ]);
    const [record] = await readMarkedSet(folder);
    if (record === undefined) throw new Error('no record was read');
    expect(drawnBeats(record)).toEqual([190]);
    expect(drawnBeats(record, [1])).toEqual([110, 510]);
  });
});
