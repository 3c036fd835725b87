/** LUDB (Kalyakulina et al., IEEE Access 2020) as kept in ../shared/data/ludb: signals and the QRS that cardiologists drew. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { sharedPath } from '../../../host/records/shared-data.js';
import type { EightLeads } from './signal.js';

const FOLDER = sharedPath('data', 'ludb');
const LEADS = ['i', 'ii', 'v1', 'v2', 'v3', 'v4', 'v5', 'v6'];
const LEAD_POSITIONS = [0, 1, 6, 7, 8, 9, 10, 11];
const SAMPLES = 5000;

export interface LudbRecord {
  readonly record: number;
  readonly microvolt: readonly EightLeads[];
  /** Sample index of each QRS, ascending: the median of the leads on which it was drawn, on half of them at least. */
  readonly qrs: readonly number[];
}

export const hasLudb = existsSync(join(FOLDER, 'delineation.csv'));

export function readLudb(): LudbRecord[] {
  const { meta } = JSON.parse(readFileSync(join(FOLDER, 'meta.json'), 'utf8')) as {
    meta: { record: number; gain_per_mV: number[]; baseline: number[] }[];
  };
  const bytes = gunzipSync(readFileSync(join(FOLDER, 'ludb.d16.gz')));
  const marks = readMarks();
  return meta.map(({ record, gain_per_mV, baseline }, index) => {
    const leads = LEAD_POSITIONS.map((lead) => {
      let value = 0;
      return Array.from({ length: SAMPLES }, (_, t) => {
        const at = 2 * ((index * 12 + lead) * SAMPLES + t);
        value = ((value + bytes.readInt16LE(at)) << 16) >> 16;
        return Math.round(((value - (baseline[lead] ?? NaN)) / (gain_per_mV[lead] ?? NaN)) * 1000);
      });
    });
    return {
      record,
      microvolt: Array.from({ length: SAMPLES }, (_, t) => leads.map((lead) => lead[t] ?? NaN)),
      qrs: agreed(marks.get(record) ?? []),
    };
  });
}

function readMarks(): Map<number, number[]> {
  const marks = new Map<number, number[]>();
  for (const line of readFileSync(join(FOLDER, 'delineation.csv'), 'utf8').split('\n').slice(1)) {
    const [record = '', lead = '', wave, , peak = ''] = line.split(',');
    if (wave !== 'QRS' || !LEADS.includes(lead) || peak === '') continue;
    const list = marks.get(Number(record)) ?? [];
    list.push(Number(peak));
    marks.set(Number(record), list);
  }
  return marks;
}

/** Marks of all leads within 150 ms are one beat. */
function agreed(marks: readonly number[]): number[] {
  const groups: number[][] = [];
  for (const mark of [...marks].sort((a, b) => a - b)) {
    const group = groups[groups.length - 1];
    if (group !== undefined && mark - median(group) < 75) group.push(mark);
    else groups.push([mark]);
  }
  return groups.filter((group) => group.length >= LEADS.length / 2).map(median);
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
