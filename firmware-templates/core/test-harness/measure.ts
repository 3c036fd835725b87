/** iso_measure and iso_watch, compiled for this machine, in the rows described in `measure.c`. */
import { buildDriver, type Row, type Rows } from './rows.js';

const SOURCES = [
  ...['leads', 'decimate', 'decimate_taps', 'baseline', 'chain', 'qrs', 'beat_ring', 'median_beat'],
  ...['slopes', 'delineate', 'delineate_weights', 'intervals', 'mains', 'pacer', 'highpass'],
  ...['highpass_linear', 'lowpass', 'lowpass_taps', 'conditioner', 'lead_off', 'quality'],
  ...['measure', 'watch'],
].map((name) => `iso_${name}`);

/** What may be pushed beside samples (kind 0). */
export const GAP = 1;
export const CONTACT = 2;
export const DOUBT = 3;
const SIZES = 4;

export interface Measured {
  readonly centreIndex: number;
  readonly beats: number;
  /** Samples between the one that began it and the one that ended it, both counted. */
  readonly steps: number;
  readonly heartRatePerMin: number;
  readonly prMs: number;
  readonly qrsMs: number;
  readonly qtMs: number;
}

export interface MeasureOutput {
  readonly beats: readonly { readonly sampleIndex: number; readonly rrMs: number }[];
  readonly spikes: readonly number[];
  readonly measured: readonly Measured[];
  readonly doubts: readonly {
    readonly doubt: 'none' | 'lead off' | 'poor signal';
    readonly poor: boolean;
    readonly ra: number;
    readonly v6: number;
  }[];
  readonly bytes: { readonly measure: number; readonly watch: number };
}

const DOUBTS = ['none', 'lead off', 'poor signal'] as const;

export function buildMeasure(): (rows: Rows) => MeasureOutput {
  const driver = buildDriver('measure', SOURCES);
  return (rows) => {
    const out = driver(rows.push(SIZES, 0));
    const of = (kind: number): Row[] => out.filter((row) => row.kind === kind);
    const intervals = of(3);
    const [measure = NaN, watch = NaN] = of(5)[0]?.values ?? [];
    return {
      beats: of(0).map(({ first, values }) => ({ sampleIndex: first, rrMs: values[0] ?? NaN })),
      spikes: of(1).map(({ first }) => first),
      measured: of(2).map(({ first, values }, i) => {
        const [heartRatePerMin = NaN, prMs = NaN, qrsMs = NaN, qtMs = NaN] =
          intervals[i]?.values ?? [];
        const [beats = NaN, steps = NaN] = values.slice(6);
        return { centreIndex: first, beats, steps, heartRatePerMin, prMs, qrsMs, qtMs };
      }),
      doubts: of(4).map(({ values: [doubt = 0, poor, ra = NaN, v6 = NaN] }) => ({
        doubt: DOUBTS[doubt] ?? 'none',
        poor: poor === 1,
        ra,
        v6,
      })),
      bytes: { measure, watch },
    };
  };
}
