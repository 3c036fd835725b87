/** What a device that runs the default network does not answer, on real records that it has not seen (needs ../shared/data/ptbxl). */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileModel, DEFAULT_MODEL } from '../cli/network.js';
import { toAcquisition } from '../records/acquisition.js';
import { decodedRecords, openDecodedSet } from '../records/decoded-set.js';
import { sharedPath } from '../records/shared-data.js';
import { strangerReports } from './strangers.js';

const FOLD = join(sharedPath('data', 'ptbxl'), 'fold09.d16.gz');
/** Enough to tell few from most. */
const EVERY = 14;
const ALL = ['white noise of 0.3 mV', 'half of the leads at 0 V'];
const MOST = ['chest leads V6 to V1', 'arms exchanged', 'a tenth of the amplitude'];

it.skipIf(!existsSync(FOLD))(
  'is strangers, and next to no ECG',
  async () => {
    const { familiarity } = compileModel(DEFAULT_MODEL, { explain: 'none', precision: 'int8' });
    if (familiarity === undefined) throw new Error('its calibration knows the training data');
    const records: Int16Array[] = [];
    let index = 0;
    for await (const record of decodedRecords(await openDecodedSet(FOLD))) {
      if (index % EVERY === 0) records.push(toAcquisition(record).microvolt);
      index += 1;
    }
    const unasked = (): { className: string; probability: number } => ({
      className: '',
      probability: 0,
    });
    const kinds = ['the records as they are', ...ALL, ...MOST];
    const shares = new Map(
      strangerReports(familiarity, records, unasked, kinds).map((report) => [
        report.kind,
        report.withheld / report.records,
      ]),
    );
    expect(records.length).toBeGreaterThan(15);
    expect([...shares.keys()].sort()).toEqual([...kinds].sort());
    expect(shares.get('the records as they are')).toBeLessThan(0.15);
    for (const kind of ALL) expect([kind, shares.get(kind)]).toEqual([kind, 1]);
    for (const kind of MOST) expect(shares.get(kind), kind).toBeGreaterThan(0.6);
  },
  60_000,
);
