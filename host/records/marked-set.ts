/**
 * A folder of records whose waves cardiologists drew, in the form of LUDB as decoded (Kalyakulina et al., IEEE Access 2020): one
 * `*.d16.gz` with its `meta.json`, and `delineation.csv` with a row a wave: record, lead, wave, onset, peak, offset (sample indices).
 */
import { readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { decodedRecords, openDecodedSet } from './decoded-set.js';
import { readRecordFile } from './files.js';
import {
  TWELVE_LEAD_NAMES,
  independentLeads,
  normalizeLeadName,
  type EcgRecord,
} from './record.js';

export type WaveName = 'P' | 'QRS' | 'T';

/** One wave on one lead; sample indices of the record. What was not drawn is left out. */
export interface DrawnWave {
  /** Position in the order of the twelve leads. */
  readonly lead: number;
  readonly wave: WaveName;
  readonly onset?: number;
  readonly peak: number;
  readonly offset?: number;
}

export interface MarkedRecord {
  /** The set's own number of the record. */
  readonly number: number;
  readonly ecg: EcgRecord;
  readonly waves: readonly DrawnWave[];
}

const MAX_CSV_BYTES = 1 << 28;
/** Half of a narrow QRS, where its ends were not drawn. */
const NARROW_HALF_S = 0.04;

export function hasMarkedSet(folder: string): boolean {
  return existsSync(join(folder, 'delineation.csv'));
}

/** @throws {IsochroneError} RECORD_SET_INVALID, RECORD_NOT_FOUND, RECORD_TRUNCATED, RECORD_CHECKSUM */
export async function readMarkedSet(folder: string): Promise<readonly MarkedRecord[]> {
  const files = await readdir(folder).catch((): string[] => []);
  const [file, second] = files.filter((name) => name.endsWith('.d16.gz'));
  if (file === undefined || second !== undefined || !files.includes('delineation.csv')) {
    throw invalid(folder, 'needs one *.d16.gz and delineation.csv');
  }
  const set = await openDecodedSet(join(folder, file));
  const numbers = await recordNumbers(join(folder, 'meta.json'));
  const waves = await drawnWaves(join(folder, 'delineation.csv'));
  const records: MarkedRecord[] = [];
  for await (const ecg of decodedRecords(set)) {
    const number = numbers[records.length];
    if (number === undefined) throw invalid(folder, `gives no number for ${ecg.name}`);
    records.push({ number, ecg, waves: waves.get(number) ?? [] });
  }
  return records;
}

/** The eight independent leads as whole microvolt, a row a sample; a gap reads as 0. */
export function eightLeadRows(ecg: EcgRecord): readonly (readonly number[])[] {
  const { microvolt, sampleCount } = independentLeads(ecg);
  return Array.from({ length: sampleCount }, (_, t) =>
    microvolt.map((lead) => Math.round(lead[t] ?? 0) || 0),
  );
}

/**
 * Sample index of each beat, ascending: the median of the QRS marks of the leads on which it was drawn. Waves of several leads that
 * overlap in time are one beat; the marks of a wide QRS may lie far apart.
 * @param leads positions in the order of the twelve leads; a beat counts when half of them at least show it
 */
export function drawnBeats(
  { waves, ecg }: MarkedRecord,
  leads: readonly number[] = TWELVE_LEAD_NAMES.map((_, lead) => lead),
): readonly number[] {
  const reach = Math.round(NARROW_HALF_S * ecg.sampleRateHz);
  const drawn = waves
    .filter(({ wave, lead }) => wave === 'QRS' && leads.includes(lead))
    .map(({ onset, peak, offset }) => ({
      begin: onset ?? peak - reach,
      peak,
      end: offset ?? peak + reach,
    }))
    .sort((a, b) => a.begin - b.begin);
  const groups: (typeof drawn)[] = [];
  for (const wave of drawn) {
    const group = groups[groups.length - 1];
    if (group !== undefined && wave.begin <= median(group.map(({ end }) => end))) group.push(wave);
    else groups.push([wave]);
  }
  return groups
    .filter((group) => group.length >= leads.length / 2)
    .map((group) => median(group.map(({ peak }) => peak)))
    .sort((a, b) => a - b);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function recordNumbers(path: string): Promise<readonly number[]> {
  const parsed = JSON.parse((await readRecordFile(path, MAX_CSV_BYTES)).toString('utf8')) as {
    readonly meta?: readonly { readonly record?: unknown }[];
  };
  return (parsed.meta ?? []).map(({ record }, index) => {
    if (typeof record !== 'number') throw invalid(path, `gives no number for record ${index}`);
    return record;
  });
}

async function drawnWaves(path: string): Promise<ReadonlyMap<number, readonly DrawnWave[]>> {
  const text = (await readRecordFile(path, MAX_CSV_BYTES)).toString('utf8');
  const leadOf = new Map(TWELVE_LEAD_NAMES.map((name, lead) => [normalizeLeadName(name), lead]));
  const byRecord = new Map<number, DrawnWave[]>();
  for (const [row, line] of text.trim().split(/\r?\n/u).slice(1).entries()) {
    const [record = '', name = '', wave = '', onset = '', peak = '', offset = ''] = line.split(',');
    const lead = leadOf.get(normalizeLeadName(name));
    if (
      lead === undefined ||
      !isWave(wave) ||
      !/^\d*,\d*,\d*$/u.test(`${onset},${peak},${offset}`)
    ) {
      throw invalid(path, `has a damaged row ${row + 2}: ${line}`);
    }
    if (peak === '') continue;
    const drawn = {
      ...{ lead, wave, peak: Number(peak) },
      ...(onset === '' ? {} : { onset: Number(onset) }),
      ...(offset === '' ? {} : { offset: Number(offset) }),
    };
    const list = byRecord.get(Number(record));
    if (list === undefined) byRecord.set(Number(record), [drawn]);
    else list.push(drawn);
  }
  return byRecord;
}

const isWave = (text: string): text is WaveName => ['P', 'QRS', 'T'].includes(text);

function invalid(path: string, what: string): IsochroneError {
  return new IsochroneError('RECORD_SET_INVALID', `${path} ${what}`, {
    hint: 'The form is that of LUDB as decoded: copy the whole folder.',
    where: { file: path },
  });
}
