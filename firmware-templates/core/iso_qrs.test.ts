import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../codegen/testing/random.js';

import {
  addScores,
  precision,
  quantile,
  scoreBeats,
  sensitivity,
} from '../../bench/signal/score.js';
import {
  drawnBeats,
  eightLeadRows,
  hasMarkedSet,
  readMarkedSet,
} from '../../host/records/marked-set.js';
import { sharedPath } from '../../host/records/shared-data.js';
import {
  SignalScript,
  buildSignalHarness,
  type Beat,
  type EightLeads,
} from './test-harness/signal.js';

const run = buildSignalHarness('iso-qrs');
const LUDB = sharedPath('data', 'ludb');
const DELAY = 525;
/** What the detector itself needs to see after a beat. */
const HOLD = DELAY + 250;
const LEAD_GAINS = [0.6, 1, -0.7, -0.4, 0.3, 1.2, 1.1, 0.8];

interface Rhythm {
  readonly seconds: number;
  readonly marks: readonly number[];
  /** Height of the R wave of beat i on lead II, microvolt. */
  readonly height?: (beat: number) => number;
  readonly tWave?: number;
  readonly noiseMicrovolt?: number;
}

/** P, QRS and T as bells; R marks at the given 500 Hz samples. */
function ecg({ seconds, marks, height, tWave = 0.3, noiseMicrovolt = 15 }: Rhythm): EightLeads[] {
  const random = seededRandom(42);
  const wave = new Float64Array(500 * seconds);
  const bell = (centre: number, width: number, microvolt: number): void => {
    for (let t = Math.max(0, centre - 4 * width); t < centre + 4 * width; t++) {
      wave[t] = (wave[t] ?? 0) + microvolt * Math.exp(-0.5 * ((t - centre) / width) ** 2);
    }
  };
  marks.forEach((mark, i) => {
    const r = height?.(i) ?? 1000;
    bell(mark - 80, 12, 0.12 * r);
    bell(mark - 16, 5, -0.15 * r);
    bell(mark, 6, r);
    bell(mark + 16, 5, -0.25 * r);
    bell(mark + 140, 22, tWave * r);
  });
  return Array.from(wave, (value) =>
    LEAD_GAINS.map((gain) => Math.round(gain * value + noiseMicrovolt * (2 * random() - 1))),
  );
}

function every(periodSamples: number, from: number, seconds: number): number[] {
  const marks: number[] = [];
  for (let mark = from; mark < 500 * seconds - 100; mark += periodSamples) marks.push(mark);
  return marks;
}

function beatsOf(samples: readonly EightLeads[]): readonly Beat[] {
  return run(new SignalScript().record(samples, 0, HOLD)).beats;
}

function indices(beats: readonly Beat[]): number[] {
  return beats.map((beat) => beat.sampleIndex);
}

describe('iso_qrs', () => {
  it.each([
    ['30/min', 1000],
    ['60/min', 500],
    ['100/min', 300],
    ['180/min', 165],
    ['240/min', 125],
  ])('finds every beat at its R mark at %s, from the first one on', (_, period) => {
    const marks = every(period, 300, 20);
    // At fast rates the T wave of one beat runs into the next.
    const beats = beatsOf(ecg({ seconds: 20, marks, tWave: period < 200 ? 0 : 0.3 }));
    expect(indices(beats)).toEqual(marks);
    expect(beats.map((beat) => beat.rrMs)).toEqual(
      marks.map((_m, i) => (i === 0 ? 0 : 2 * period)),
    );
  });

  it('tells a tall T wave from a beat', () => {
    const marks = every(450, 300, 20);
    expect(indices(beatsOf(ecg({ seconds: 20, marks, tWave: 0.9 })))).toEqual(marks);
  });

  it('tells a T wave with as much slope as a small QRS from a beat', () => {
    const marks = every(500, 300, 20);
    // As much rise and fall in 90 ms as the QRS, but spread over 250 ms.
    const samples = ecg({ seconds: 20, marks, height: () => 250, tWave: 0 });
    marks.forEach((mark) => {
      for (let t = -120; t < 120; t++) {
        const at = samples[mark + 150 + t];
        const value = 600 * Math.exp(-0.5 * (t / 30) ** 2);
        if (at)
          samples[mark + 150 + t] = at.map(
            (v, lead) => v + Math.round(value * (LEAD_GAINS[lead] ?? 0)),
          );
      }
    });
    const found = indices(beatsOf(samples));
    expect(found).toHaveLength(marks.length);
    // The tall T bends the baseline: the longest lead vector may be that of the S wave.
    const errors = found.map((at, i) => Math.abs(at - (marks[i] ?? 0)));
    expect(Math.max(...errors)).toBeLessThanOrEqual(20);
  });

  it('hears one small lead when the others are off', () => {
    const marks = every(400, 300, 20);
    const samples = ecg({ seconds: 20, marks, height: () => 220, noiseMicrovolt: 5 }).map((row) =>
      row.map((value, lead) => (lead === 1 ? value : 0)),
    );
    expect(indices(beatsOf(samples))).toEqual(marks);
  });

  it('follows an irregular rhythm with early and dropped beats', () => {
    const marks = [400, 800, 1050, 1600, 2000, 2800, 3200, 3430, 4000, 4400, 5600, 6000, 6400];
    expect(indices(beatsOf(ecg({ seconds: 15, marks })))).toEqual(marks);
  });

  it('searches back for beats that became small', () => {
    const marks = every(400, 300, 30);
    const found = indices(
      beatsOf(ecg({ seconds: 30, marks, height: (i) => (i === 20 ? 230 : 1200) })),
    );
    expect(found).toEqual(marks);
  });

  it('hears small beats again soon after a large artefact', () => {
    const marks = every(400, 300, 30);
    const samples = ecg({ seconds: 30, marks, height: () => 500 }).map((sample, t) =>
      t > 5100 && t < 5140 ? sample.map((value) => value + 200_000) : sample,
    );
    const found = indices(beatsOf(samples));
    const late = marks.filter((mark) => mark > 5140 + 3000);
    expect(found.filter((index) => index > 5140 + 3000)).toEqual(late);
  });

  it('finds nothing in silence and in front-end noise', () => {
    expect(beatsOf(ecg({ seconds: 20, marks: [], noiseMicrovolt: 0 }))).toEqual([]);
    expect(beatsOf(ecg({ seconds: 20, marks: [], noiseMicrovolt: 20 }))).toEqual([]);
  });

  it('keeps its levels over a short gap: beats come at once, not after learning anew', () => {
    const marks = every(400, 300, 30);
    const samples = ecg({ seconds: 30, marks });
    const gapAt = 6000;
    const back = gapAt + 1000;
    // 1.6 s of chain output after the gap, less than the 2 s of learning.
    const script = new SignalScript()
      .record(samples.slice(0, gapAt))
      .record(samples.slice(back, back + DELAY + 800), back);
    const after = indices(run(script).beats).filter((index) => index >= back);
    expect(after).toEqual(marks.filter((mark) => mark > back + 25 && mark < back + 600));
  });

  describe.each([
    ['announced', true],
    ['seen from the index', false],
  ])('a gap, %s', (_, announced) => {
    it.each([3, 1237, 9001])('of %i samples shifts no later beat and starts RR anew', (lost) => {
      const marks = every(400, 300, 60);
      const samples = ecg({ seconds: 60, marks });
      const gapAt = 10_050;
      const script = new SignalScript().record(samples.slice(0, gapAt));
      if (announced) script.gap(lost);
      script.record(samples.slice(gapAt + lost), gapAt + lost, HOLD);
      const { beats } = run(script);
      // What the chain held when the samples were lost is lost with them.
      const settled = gapAt + lost + 25;
      expect(indices(beats)).toEqual(marks.filter((mark) => mark < gapAt - HOLD || mark > settled));
      expect(beats.filter((beat) => beat.rrMs === 0)).toHaveLength(2);
      expect(beats.find((beat) => beat.sampleIndex > gapAt)?.rrMs).toBe(0);
    });
  });

  it.skipIf(!hasMarkedSet(LUDB))(
    'finds the beats that cardiologists drew on 100 LUDB records (needs ../shared/data/ludb)',
    async () => {
      const records = await readMarkedSet(LUDB);
      const score = addScores(
        records.map((record) =>
          scoreBeats(drawnBeats(record), indices(beatsOf(eightLeadRows(record.ecg))), 500),
        ),
      );
      const at95 = quantile(score.errorsMs.map(Math.abs), 0.95);
      console.log(
        `LUDB: ${score.found + score.missed} beats, sensitivity ${sensitivity(score).toFixed(4)}, precision ${precision(score).toFixed(4)}, 95 % of marks within ${at95} ms`,
      );
      expect(score.found + score.missed).toBeGreaterThan(850);
      expect(sensitivity(score)).toBeGreaterThanOrEqual(0.998);
      expect(precision(score)).toBeGreaterThanOrEqual(0.998);
      expect(at95).toBeLessThanOrEqual(40);
    },
  );
});
