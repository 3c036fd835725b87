/** Marks of the device's delineation against those that cardiologists drew: on each lead, and of each beat. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../codegen/package-root.js';
import {
  MARKS,
  buildDelineation,
  type DelineatedBeat,
  type Mark,
} from '../../firmware-templates/core/test-harness/delineate.js';
import { Rows } from '../../firmware-templates/core/test-harness/rows.js';
import { eightLeadRows, type DrawnWave, type MarkedRecord } from '../../host/records/marked-set.js';
import { MATCH_WINDOW_S, quantile } from './score.js';

/** Longer than chain, detector and segment hold a beat back. */
const HOLD_SAMPLES = 1500;
/** Two standard deviations of the CSE working party's readers (Eur Heart J 6:815, 1985); T peak has none. */
const CSE_LIMIT_MS: Readonly<Partial<Record<Mark, number>>> = {
  'P onset': 10.2,
  'P end': 12.7,
  'QRS onset': 6.5,
  'QRS end': 11.6,
  'T end': 30.6,
};

export interface MarkFigures {
  readonly mark: Mark;
  /** On each lead; or of each beat, the median of the leads' drawn marks. */
  readonly of: 'lead' | 'beat';
  readonly drawn: number;
  /** Share of the drawn marks that have one of ours. */
  readonly found: number;
  readonly medianAbsoluteErrorMs: number;
  readonly meanErrorMs: number;
  /** Share of the drawn marks; those not found count against it. */
  readonly insideCse?: number;
}

export interface DelineationFigures {
  readonly marks: readonly MarkFigures[];
  /** On each lead of each beat but the first, whose P the sets leave out. */
  readonly pWave: {
    readonly sensitivity: number;
    readonly specificity: number;
    readonly drawn: number;
    readonly notDrawn: number;
  };
  readonly bytes: Readonly<Record<string, number>>;
  /** The same of records that the weights were not learned on, where these records taught the weights. */
  readonly crossValidated?: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
}

interface DrawnBeat {
  readonly peak: number;
  readonly marks: Readonly<Partial<Record<Mark, number>>>;
  readonly isFirst: boolean;
}

interface Counted {
  readonly errorsMs: Map<string, number[]>;
  readonly missing: Map<string, number>;
  readonly p: { right: number; missed: number; rightlyAbsent: number; invented: number };
}

export function measureDelineation(
  records: readonly MarkedRecord[],
  folder: string,
  onProgress: (done: number, of: number) => void,
): DelineationFigures {
  const run = buildDelineation();
  const counted: Counted = {
    errorsMs: new Map(),
    missing: new Map(),
    p: { right: 0, missed: 0, rightlyAbsent: 0, invented: 0 },
  };
  let bytes = {};
  records.forEach((record, i) => {
    const output = run(rowsOf(record));
    bytes = output.bytes;
    countRecord(record, output.beats, counted);
    onProgress(i + 1, records.length);
  });
  const { p } = counted;
  const crossValidated = learnedOn(folder);
  return {
    marks: (['lead', 'beat'] as const).flatMap((of) =>
      MARKS.map((mark) => figures(mark, of, counted)),
    ),
    pWave: {
      sensitivity: p.right / (p.right + p.missed),
      specificity: p.rightlyAbsent / (p.rightlyAbsent + p.invented),
      drawn: p.right + p.missed,
      notDrawn: p.rightlyAbsent + p.invented,
    },
    bytes,
    ...(crossValidated === undefined ? {} : { crossValidated }),
  };
}

function rowsOf({ ecg }: MarkedRecord): Rows {
  const samples = eightLeadRows(ecg);
  const rows = new Rows();
  const last = samples[samples.length - 1] ?? [];
  for (let t = 0; t < samples.length + HOLD_SAMPLES; t += 1) rows.push(0, t, samples[t] ?? last);
  return rows;
}

function countRecord(
  { waves, ecg }: MarkedRecord,
  beats: readonly DelineatedBeat[],
  counted: Counted,
): void {
  const ms = 1000 / ecg.sampleRateHz;
  const reach = MATCH_WINDOW_S * ecg.sampleRateHz;
  const ofBeats = new Map<DelineatedBeat, Map<Mark, number[]>>();
  for (let lead = 0; lead < 12; lead += 1) {
    for (const drawn of drawnOn(waves.filter((wave) => wave.lead === lead))) {
      const beat = nearest(beats, drawn.peak, reach);
      const ours = beat?.leads[lead];
      for (const mark of MARKS) {
        const moment = drawn.marks[mark];
        if (moment === undefined) continue;
        count(counted, `${mark} lead`, ours?.[mark], moment, ms);
        if (beat === undefined) continue;
        const marks = ofBeats.get(beat) ?? new Map<Mark, number[]>();
        ofBeats.set(beat, marks.set(mark, [...(marks.get(mark) ?? []), moment]));
      }
      if (ours !== undefined) countPresence(counted.p, drawn, ours['P onset'] !== undefined);
    }
  }
  for (const [beat, marks] of ofBeats) {
    for (const [mark, moments] of marks) {
      count(counted, `${mark} beat`, beat.beat[mark], median(moments), ms);
    }
  }
}

function countPresence(p: Counted['p'], { marks, isFirst }: DrawnBeat, ours: boolean): void {
  if (marks['P onset'] !== undefined) p[ours ? 'right' : 'missed'] += 1;
  else if (!isFirst) p[ours ? 'invented' : 'rightlyAbsent'] += 1;
}

function count(
  counted: Counted,
  key: string,
  ours: number | undefined,
  drawn: number,
  ms: number,
): void {
  if (ours === undefined) {
    counted.missing.set(key, (counted.missing.get(key) ?? 0) + 1);
    return;
  }
  const errors = counted.errorsMs.get(key);
  if (errors === undefined) counted.errorsMs.set(key, [ms * (ours - drawn)]);
  else errors.push(ms * (ours - drawn));
}

/** Of one lead: each QRS with the P before and the T after it. */
function drawnOn(waves: readonly DrawnWave[]): readonly DrawnBeat[] {
  const sorted = [...waves].sort((a, b) => a.peak - b.peak);
  const qrs = sorted.filter(({ wave }) => wave === 'QRS');
  return qrs.map(({ onset, peak, offset }, i) => {
    const before = qrs[i - 1]?.peak ?? Number.NEGATIVE_INFINITY;
    const after = qrs[i + 1]?.peak ?? Number.POSITIVE_INFINITY;
    const p = sorted.filter((w) => w.wave === 'P' && w.peak > before && w.peak < peak).pop();
    const t = sorted.find((w) => w.wave === 'T' && w.peak > peak && w.peak < after);
    const marks = {
      ...mark('P onset', p?.onset),
      ...mark('P end', p?.offset),
      ...mark('QRS onset', onset),
      ...mark('QRS end', offset),
      ...mark('T peak', t?.peak),
      ...mark('T end', t?.offset),
    };
    return { peak, marks, isFirst: i === 0 };
  });
}

const mark = (name: Mark, at: number | undefined): Partial<Record<Mark, number>> =>
  at === undefined ? {} : { [name]: at };

function nearest(
  beats: readonly DelineatedBeat[],
  peak: number,
  reach: number,
): DelineatedBeat | undefined {
  const away = (beat: DelineatedBeat): number => Math.abs(beat.centreIndex - peak);
  const [best] = [...beats].sort((a, b) => away(a) - away(b));
  return best !== undefined && away(best) <= reach ? best : undefined;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  return (upper + (sorted[(sorted.length - 1) >> 1] ?? Number.NaN)) / 2;
}

function figures(mark: Mark, of: 'lead' | 'beat', counted: Counted): MarkFigures {
  const errors = counted.errorsMs.get(`${mark} ${of}`) ?? [];
  const drawn = errors.length + (counted.missing.get(`${mark} ${of}`) ?? 0);
  const limit = CSE_LIMIT_MS[mark];
  return {
    ...{ mark, of, drawn, found: errors.length / drawn },
    medianAbsoluteErrorMs: quantile(errors.map(Math.abs), 0.5),
    meanErrorMs: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    ...(limit === undefined
      ? {}
      : { insideCse: errors.filter((error) => Math.abs(error) <= limit).length / drawn }),
  };
}

/** What training wrote down, when this folder is what it learned on. */
function learnedOn(folder: string): DelineationFigures['crossValidated'] {
  const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
  const log = read(join(packageRoot(), 'models/delineation/training-log.json')) as {
    readonly dataSha256: string;
    readonly crossValidated: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
  };
  const meta = read(join(folder, 'meta.json')) as { readonly raw_sha256?: string };
  return meta.raw_sha256 === log.dataSha256 ? log.crossValidated : undefined;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export function delineationText({
  marks,
  pWave,
  bytes,
  crossValidated,
}: DelineationFigures): string {
  const header = ['marks', 'drawn', 'found', 'median', 'mean', 'in 2 sigma', 'cross-validated'];
  const rows = marks.map((row) => {
    const held = crossValidated?.[`${row.mark}, ${row.of}`]?.['insideCse'];
    return [
      `${row.mark}, ${row.of}`,
      ...[String(row.drawn), percent(row.found)],
      ...[`${row.medianAbsoluteErrorMs.toFixed(1)} ms`, `${row.meanErrorMs.toFixed(1)} ms`],
      row.insideCse === undefined ? '-' : percent(row.insideCse),
      typeof held === 'number' ? percent(held) : '-',
    ];
  });
  const table = [header, ...rows]
    .map(([name = '', ...cells]) => name.padEnd(32) + cells.map((c) => c.padStart(16)).join(''))
    .join('\n');
  const held = crossValidated?.['P there'];
  const p =
    `P there: sensitivity ${percent(pWave.sensitivity)} of ${pWave.drawn}, ` +
    `specificity ${percent(pWave.specificity)} of ${pWave.notDrawn}` +
    (held === undefined
      ? ''
      : `; cross-validated ${percent(held['sensitivity'] ?? Number.NaN)}, ${percent(held['specificity'] ?? Number.NaN)}`);
  const ram = Object.entries(bytes).map(([name, count]) => `${name} ${count}`);
  const note =
    crossValidated === undefined
      ? ''
      : '\nThese records taught the weights: only the cross-validated figures are of records not seen.';
  return `${table}\n${p}\nRAM, bytes: ${ram.join(', ')}${note}`;
}
