/** The fiducials behind the device's own signal chain and beat detector, against what cardiologists drew (LUDB). */
import { describe, expect, it } from 'vitest';
import {
  type DrawnWave,
  eightLeadRows,
  hasMarkedSet,
  readMarkedSet,
} from '../records/marked-set.js';
import { sharedPath } from '../records/shared-data.js';
import {
  SignalScript,
  buildSignalHarness,
} from '../../firmware-templates/core/test-harness/signal.js';
import { BEAT_R_INDEX, BEAT_SAMPLES, WINDOW_SAMPLES, meanBeat, selectBeats } from './beats.js';
import { type Fiducials, findFiducials } from './fiducials.js';
import { toFrankMicrovolt } from './leads.js';

const LUDB = sharedPath('data/ludb');
/** 500 Hz samples per chain sample, and milliseconds of either. */
const DECIMATION = 5;
const CHAIN_MS = 10;
const RAW_MS = 2;
/** More than the chain's and the detector's delay together. */
const HOLD_SAMPLES = 800;
/** A drawn wave belongs to the beat whose R lies at most this far. */
const BEFORE_R_MS = 350;
const AFTER_R_MS = 550;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Median place from R, milliseconds, over leads and beats; NaN when hardly any was drawn. */
function drawnFromR(
  drawn: readonly DrawnWave[],
  marks: readonly number[],
  wave: string,
  side: 'onset' | 'peak' | 'offset',
): number {
  const places = drawn
    .filter((d) => d.wave === wave && d.onset !== undefined && d.offset !== undefined)
    .flatMap((d) =>
      marks
        .filter((r) => {
          const peakMs = RAW_MS * d.peak - RAW_MS * r;
          const reach =
            wave === 'P' ? [-BEFORE_R_MS, -40] : wave === 'T' ? [60, AFTER_R_MS] : [-80, 80];
          return peakMs >= (reach[0] ?? 0) && peakMs <= (reach[1] ?? 0);
        })
        .map((r) => RAW_MS * ((d[side] ?? NaN) - r)),
    );
  return places.length < 12 ? NaN : median(places);
}

const COMPARED = [
  ['pOnset', 'P', 'onset'],
  ['pEnd', 'P', 'offset'],
  ['qrsOnset', 'QRS', 'onset'],
  ['jPoint', 'QRS', 'offset'],
  ['tPeak', 'T', 'peak'],
  ['tEnd', 'T', 'offset'],
] as const satisfies readonly (readonly [keyof Fiducials, string, keyof DrawnWave])[];

/** Median absolute error in milliseconds that each fiducial may have over the records, and the share that must be found: a little above what is measured. */
const MARKS: Readonly<Record<keyof Fiducials, readonly [number, number]>> = {
  pOnset: [12, 0.9],
  pEnd: [10, 0.9],
  qrsOnset: [8, 0.98],
  jPoint: [8, 0.98],
  tPeak: [8, 0.95],
  tEnd: [12, 0.95],
};

describe.skipIf(!hasMarkedSet(LUDB))(
  'fiducials on LUDB (skipped without ../shared/data/ludb)',
  () => {
    it('lie where cardiologists drew them, to a sample or two in the median', async () => {
      const run = buildSignalHarness('cineecg-fiducials');
      const errors = new Map<keyof Fiducials, number[]>();
      const tried = new Map<keyof Fiducials, number>();
      for (const { ecg, waves } of await readMarkedSet(LUDB)) {
        const { chain, beats } = run(
          new SignalScript().record(eightLeadRows(ecg), 0, HOLD_SAMPLES),
        );
        const window = new Int16Array(WINDOW_SAMPLES * 8);
        for (const sample of chain) {
          const t = Math.round(sample.sampleIndex / DECIMATION);
          if (t < WINDOW_SAMPLES) window.set(sample.microvolt, t * 8);
        }
        const rIndex = beats.map((b) => Math.round(b.sampleIndex / DECIMATION));
        const { first, rangeBegin, rangeEnd } = selectBeats(rIndex);
        if (first.length === 0) continue;
        const mean = meanBeat(window, first);
        const vcg = Array.from({ length: BEAT_SAMPLES }, (_t, t) =>
          toFrankMicrovolt(
            'inverse-dower',
            mean.map((lead) => lead[t] ?? 0),
          ),
        );
        const found = findFiducials(vcg, rangeBegin, rangeEnd);
        const marks = first.map((start) => (start + BEAT_R_INDEX) * DECIMATION);
        for (const [name, wave, side] of COMPARED) {
          const wanted = drawnFromR(waves, marks, wave, side);
          if (Number.isNaN(wanted)) continue;
          tried.set(name, (tried.get(name) ?? 0) + 1);
          if (found[name] < 0) continue;
          const error = CHAIN_MS * (found[name] - BEAT_R_INDEX) - wanted;
          errors.set(name, [...(errors.get(name) ?? []), error]);
        }
      }
      const table = COMPARED.map(([name]) => {
        const all = errors.get(name) ?? [];
        return {
          name,
          records: tried.get(name) ?? 0,
          foundShare: all.length / (tried.get(name) ?? 1),
          medianAbsoluteMs: median(all.map(Math.abs)),
        };
      });
      for (const row of table) {
        const [worstMs, leastFound] = MARKS[row.name];
        expect(row.records, row.name).toBeGreaterThan(50);
        expect(row.foundShare, row.name).toBeGreaterThanOrEqual(leastFound);
        expect(row.medianAbsoluteMs, row.name).toBeLessThanOrEqual(worstMs);
      }
    });
  },
);
