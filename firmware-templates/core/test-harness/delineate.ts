/** Delineation behind the signal chain, compiled for this machine, in the rows described in `delineate.c`. */
import { buildDriver, type Row, type Rows } from './rows.js';

const SOURCES = [
  ...['leads', 'decimate', 'decimate_taps', 'baseline', 'chain', 'qrs', 'beat_ring', 'median_beat'],
  ...['slopes', 'delineate', 'delineate_weights', 'intervals'],
].map((name) => `iso_${name}`);
const ABSENT = -32768;
const LEADS = 12;

/** Order of iso_delineate_network.h. */
export const MARKS = ['P onset', 'P end', 'QRS onset', 'QRS end', 'T peak', 'T end'] as const;
export type Mark = (typeof MARKS)[number];

/** 500 Hz sample index; undefined where the wave is absent. */
export type Marks = Readonly<Record<Mark, number | undefined>>;

export interface Intervals {
  readonly heartRatePerMin: number;
  readonly meanRrMs: number;
  readonly prMs: number;
  readonly qrsMs: number;
  readonly qtMs: number;
  readonly qtcFridericiaMs: number;
  readonly qtcBazettMs: number;
}

export interface DelineatedBeat {
  readonly centreIndex: number;
  readonly rrMs: number;
  /** Of the shape of the median beat. */
  readonly alike: boolean;
  readonly leads: readonly Marks[];
  readonly beat: Marks;
  readonly intervals: Intervals;
}

export interface MedianBeat extends DelineatedBeat {
  /** [slot][8] at 250 Hz. */
  readonly microvolt: readonly (readonly number[])[];
}

export interface DelineationOutput {
  readonly beats: readonly DelineatedBeat[];
  readonly medians: readonly MedianBeat[];
  readonly bytes: Readonly<Record<'ring' | 'segment' | 'median' | 'work' | 'intervals', number>>;
}

/** What may be pushed beside samples (kind 0): a gap, a wish for the median beat. */
export const GAP = 1;
export const MEDIAN = 2;
const SIZES = 3;

export function buildDelineation(): (rows: Rows) => DelineationOutput {
  const driver = buildDriver('delineate', SOURCES);
  return (rows) => parse(driver(rows.push(SIZES, 0)));
}

function parse(rows: readonly Row[]): DelineationOutput {
  const beats: DelineatedBeat[] = [];
  const medians: MedianBeat[] = [];
  rows.forEach(({ kind, first, values }, at) => {
    if (kind !== 0) return;
    const marks = rows.slice(at + 1, at + 2 + LEADS).map((row) => marksOf(row.values, first));
    const own = marks.pop();
    const measured = rows[at + 2 + LEADS];
    if (own === undefined || measured?.kind !== 2) throw new Error('the driver cut a beat short');
    const beat = {
      centreIndex: first,
      rrMs: values[0] ?? NaN,
      alike: values[1] === 1,
      leads: marks,
      beat: own,
      intervals: intervalsOf(measured.values),
    };
    if (values[2] === 0) beats.push(beat);
    else medians.push({ ...beat, microvolt: slotsAfter(rows, at + 3 + LEADS) });
  });
  const [ring = NaN, segment = NaN, median = NaN, work = NaN, intervals = NaN] =
    rows[rows.length - 1]?.values ?? [];
  return { beats, medians, bytes: { ring, segment, median, work, intervals } };
}

function slotsAfter(rows: readonly Row[], begin: number): readonly (readonly number[])[] {
  const end = rows.findIndex(({ kind }, i) => i >= begin && kind !== 3);
  return rows.slice(begin, end).map(({ values }) => values);
}

function marksOf(values: readonly number[], centre: number): Marks {
  const at = (mark: Mark): number | undefined => {
    const offset = values[MARKS.indexOf(mark)] ?? ABSENT;
    return offset === ABSENT ? undefined : centre + offset;
  };
  return {
    'P onset': at('P onset'),
    'P end': at('P end'),
    'QRS onset': at('QRS onset'),
    'QRS end': at('QRS end'),
    'T peak': at('T peak'),
    'T end': at('T end'),
  };
}

function intervalsOf(values: readonly number[]): Intervals {
  const [heartRatePerMin = NaN, meanRrMs = NaN, prMs = NaN, qrsMs = NaN, qtMs = NaN] = values;
  const [qtcFridericiaMs = NaN, qtcBazettMs = NaN] = values.slice(5);
  return { heartRatePerMin, meanRrMs, prMs, qrsMs, qtMs, qtcFridericiaMs, qtcBazettMs };
}
