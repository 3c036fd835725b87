/** Mains added to real records, and pacemaker marks on real records. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Rows, buildDriver } from '../../firmware-templates/core/test-harness/rows.js';
import { addMains } from '../../firmware-templates/core/test-harness/synthetic-ecg.js';
import { ACQUISITION_LEADS, toAcquisition } from '../../host/records/acquisition.js';
import { decodedRecords, openDecodedSet } from '../../host/records/decoded-set.js';
import { parseCsv } from '../../host/records/labels.js';
import { eightLeadRows, type MarkedRecord } from '../../host/records/marked-set.js';
import { textTable } from '../../host/report/text.js';
import { quantile } from './score.js';

const HZ = 500;
const PEAK_MICROVOLT = 200;
/** From here on the tracker is to have settled. */
const SETTLED_SAMPLES = 5 * HZ;
const FREQUENCIES = [49.7, 50, 50.3, 59.8, 60, 60.4];
/** Indices of one record in the run of all. */
const RECORD_STRIDE = 100_000;

export interface MainsFigures {
  readonly records: number;
  readonly peakMicrovolt: number;
  /** Power of what was added against power of what is left of it, from 5 s on, decibel. */
  readonly attenuationDb: {
    readonly median: number;
    readonly tenth: number;
    readonly least: number;
  };
  /** Records as they are in which mains is found at the end. */
  readonly foundAsTheyAre: number;
  /** Records as they are of which no bit changes. */
  readonly unchanged: number;
}

export function measureMains(records: readonly MarkedRecord[]): MainsFigures {
  const run = buildDriver('mains', ['iso_mains']);
  const through = (samples: readonly (readonly number[])[]): ReturnType<typeof run> => {
    const rows = new Rows();
    for (const sample of samples) rows.push(0, 0, sample);
    return run(rows);
  };
  const attenuation: number[] = [];
  let found = 0;
  let unchanged = 0;
  for (const [index, { ecg }] of records.entries()) {
    const clean = eightLeadRows(ecg);
    const asIs = through(clean);
    if ((asIs[asIs.length - 1]?.kind ?? 0) !== 0) found += 1;
    if (asIs.every(({ values }, t) => values.every((v, lead) => v === clean[t]?.[lead]))) {
      unchanged += 1;
    }
    const hz = FREQUENCIES[index % FREQUENCIES.length] ?? NaN;
    const hum = addMains(clean, PEAK_MICROVOLT, (t) => (hz * t) / HZ);
    let added = 0;
    let left = 0;
    through(hum).forEach(({ values }, t) => {
      if (t < SETTLED_SAMPLES) return;
      values.forEach((value, lead) => {
        // Against the record itself: its own mains, if it has any, is taken off as well and counts as left.
        added += ((hum[t]?.[lead] ?? NaN) - (clean[t]?.[lead] ?? NaN)) ** 2;
        left += (value - (asIs[t]?.values[lead] ?? NaN)) ** 2;
      });
    });
    attenuation.push(10 * Math.log10(added / Math.max(left, 1e-9)));
  }
  return {
    records: records.length,
    peakMicrovolt: PEAK_MICROVOLT,
    attenuationDb: {
      median: quantile(attenuation, 0.5),
      tenth: quantile(attenuation, 0.1),
      least: Math.min(...attenuation),
    },
    foundAsTheyAre: found,
    unchanged,
  };
}

export interface PacerFigures {
  readonly folds: number;
  /** Labelled with a pacemaker, or not. */
  readonly paced: PacerGroup;
  readonly unpaced: PacerGroup;
}
interface PacerGroup {
  readonly records: number;
  readonly hours: number;
  readonly marks: number;
  readonly recordsMarked: number;
}

/** @param folder PTB-XL as decoded: foldNN.d16.gz and labels.csv with scp_codes and pacemaker */
export async function measurePacerMarks(folder: string): Promise<PacerFigures> {
  const run = buildDriver('pacer', ['iso_pacer']);
  const [head = [], ...rows] = parseCsv(await readFile(join(folder, 'labels.csv'), 'utf8'));
  const column = (row: readonly string[], name: string): string => row[head.indexOf(name)] ?? '';
  const paced = new Set(
    rows
      .filter(
        (row) =>
          column(row, 'scp_codes').includes('PACE') || column(row, 'pacemaker').trim() !== '',
      )
      .map((row) => `${column(row, 'strat_fold')}/${column(row, 'index_in_fold')}`),
  );
  const groups = {
    paced: { records: 0, hours: 0, marks: 0, recordsMarked: 0 },
    unpaced: { records: 0, hours: 0, marks: 0, recordsMarked: 0 },
  };
  let folds = 0;
  for (let fold = 1; fold <= 9; fold++) {
    const path = join(folder, `fold${String(fold).padStart(2, '0')}.d16.gz`);
    if (!existsSync(path)) continue;
    folds += 1;
    const script = new Rows();
    const lengths: number[] = [];
    for await (const record of decodedRecords(await openDecodedSet(path))) {
      const { microvolt, sampleCount } = toAcquisition(record);
      for (let t = 0; t < sampleCount; t++) {
        const at = t * ACQUISITION_LEADS;
        script.push(
          0,
          lengths.length * RECORD_STRIDE + t,
          microvolt.subarray(at, at + ACQUISITION_LEADS),
        );
      }
      script.push(1, 0);
      lengths.push(sampleCount);
    }
    const marks = lengths.map(() => 0);
    for (const { first } of run(script, 'marks')) {
      const record = Math.floor(first / RECORD_STRIDE);
      marks[record] = (marks[record] ?? 0) + 1;
    }
    lengths.forEach((samples, record) => {
      const group = paced.has(`${fold}/${record}`) ? groups.paced : groups.unpaced;
      const count = marks[record] ?? 0;
      group.records += 1;
      group.hours += samples / HZ / 3600;
      group.marks += count;
      group.recordsMarked += count > 0 ? 1 : 0;
    });
  }
  return { folds, ...groups };
}

export function mainsText({
  records,
  peakMicrovolt,
  attenuationDb: db,
  ...rest
}: MainsFigures): string {
  return (
    `mains of up to ${peakMicrovolt} µV added to ${records} records, from 5 s on: ` +
    `${db.median.toFixed(1)} dB down (median), ${db.tenth.toFixed(1)} (tenth percentile), ${db.least.toFixed(1)} (least); ` +
    `as they are: found in ${rest.foundAsTheyAre}, ${rest.unchanged} leave bit for bit as they came`
  );
}

export function pacerText({ folds, paced, unpaced }: PacerFigures): string {
  return `pacemaker marks on ${folds} folds of PTB-XL\n${textTable(
    ['records', 'count', 'hours', 'marks', 'an hour', 'records with marks'],
    [['no pacemaker noted', unpaced] as const, ['pacemaker noted', paced] as const].map(
      ([name, group]) => [
        name,
        ...[group.records, group.hours.toFixed(2), group.marks].map(String),
        (group.marks / group.hours).toFixed(1),
        String(group.recordsMarked),
      ],
    ),
  )}`;
}
