import { describe, expect, it } from 'vitest';

import { buildMeasure, CONTACT, DOUBT, GAP } from './test-harness/measure.js';
import { Rows } from './test-harness/rows.js';
import type { EightLeads } from './test-harness/signal.js';
import { syntheticEcg } from './test-harness/synthetic-ecg.js';

const run = buildMeasure();
const HOLD = 900;
const ecg = syntheticEcg({ seconds: 40, beatEverySamples: 400 });
/** R of beat n of the record. */
const rOf = (n: number): number => 200 + 400 * n;

function push(
  rows: Rows,
  from: number,
  end: number,
  spoil: (sample: EightLeads, t: number) => EightLeads = (sample) => sample,
): Rows {
  for (let t = from; t < end; t++) {
    const sample = ecg[Math.min(t, ecg.length - 1)] ?? [];
    rows.push(0, t, spoil(sample, t));
  }
  return rows;
}

describe('iso_measure', () => {
  it('measures each beat in twelve steps, between which samples are taken', () => {
    const { beats, measured, bytes } = run(push(new Rows(), 0, ecg.length + HOLD));
    expect(beats.map(({ sampleIndex }) => sampleIndex)).toEqual(
      Array.from({ length: 50 }, (_, n) => rOf(n)),
    );
    expect(measured.length).toBeGreaterThanOrEqual(46);
    // Those whose segments came together at the start are one measurement, of the newest.
    for (const [i, { centreIndex, steps, heartRatePerMin, beats: held }] of measured.entries()) {
      expect(Math.abs(((centreIndex - 200 + 200) % 400) - 200)).toBeLessThanOrEqual(4);
      expect(heartRatePerMin).toBe(75);
      expect(held).toBeLessThanOrEqual(8);
      if (i > 0) expect(steps).toBe(12);
    }
    expect(measured.at(-1)?.qrsMs).toBeGreaterThan(60);
    // As iso_measure.h and iso_watch.h tell them.
    expect(Math.round(bytes.measure / 1024)).toBe(46);
    expect((bytes.watch / 1024).toFixed(1)).toBe('2.1');
  });

  it.each([400, 1500, -3000, 20_000])(
    'does not count pacemaker spikes of %i microvolt as beats',
    (microvolt) => {
      const at = (t: number): boolean => t > 4000 && t < ecg.length && (t - 130) % 400 === 0;
      const spiked = push(new Rows(), 0, ecg.length + HOLD, (sample, t) =>
        at(t) ? sample.map((value) => value + microvolt) : sample,
      );
      const { beats, measured, spikes } = run(spiked);
      expect(beats.map(({ sampleIndex }) => sampleIndex)).toEqual(
        Array.from({ length: 50 }, (_, n) => rOf(n)),
      );
      expect(measured.at(-1)?.heartRatePerMin).toBe(75);
      // The smallest hides in its surroundings.
      if (Math.abs(microvolt) > 400) expect(spikes.length).toBe(40);
    },
  );

  it.each([1, 7, 1237, 5000])('keeps the time of what follows %i lost samples', (missing) => {
    const [from, end] = [8000, 8000 + missing];
    for (const announced of [true, false]) {
      const rows = push(new Rows(), 0, from);
      if (announced) rows.push(GAP, missing);
      const { beats, measured } = run(push(rows, end, ecg.length + HOLD));
      const late = beats.filter(({ sampleIndex }) => sampleIndex > end);
      expect(late.at(-1)?.sampleIndex).toBe(rOf(49));
      // A beat that the gap cut into is marked where the signal begins.
      for (const { sampleIndex } of late.filter(({ sampleIndex: at }) => at > end + 100)) {
        expect((sampleIndex - 200) % 400).toBe(0);
      }
      const after = measured.filter(({ centreIndex }) => centreIndex > end);
      expect(Math.abs((after.at(-1)?.centreIndex ?? 0) - rOf(49))).toBeLessThanOrEqual(4);
      expect(after[0]).toMatchObject({ beats: 8, heartRatePerMin: 75 });
      // No segment reaches across the gap.
      expect(measured.some(({ centreIndex: at }) => at > from - 360 && at < end)).toBe(false);
    }
  });
});

describe('iso_watch', () => {
  const OFF_V6 = 1 << 8;

  it('doubts what an electrode was off in, from 0.2 s on, until 1 s after it is back', () => {
    const rows = push(new Rows().push(CONTACT, 0x1ff, [0]), 0, 6000);
    rows.push(DOUBT, 0, [4999]);
    push(rows.push(CONTACT, 0x1ff, [OFF_V6]), 6000, 6050).push(DOUBT, 1000, [5999]);
    push(rows, 6050, 6200).push(DOUBT, 1000, [5999]);
    push(rows.push(CONTACT, 0x1ff, [0]), 6200, 15_000);
    rows.push(DOUBT, 6600, [11_599]).push(DOUBT, 7000, [11_999]);
    expect(run(rows).doubts.map(({ doubt }) => doubt)).toEqual([
      ...['none', 'none', 'lead off', 'lead off', 'none'],
    ]);
  });

  it('doubts what could not be read; a gap forgets that and not the electrodes', () => {
    const restless = (sample: EightLeads, t: number): EightLeads =>
      sample.map((value, lead) => (lead === 4 ? value + 3000 * (Math.floor(t / 300) % 2) : value));
    const rows = push(new Rows().push(CONTACT, 0x1ff, [OFF_V6]), 0, 6000, restless);
    rows.push(CONTACT, 0x0ff, [0]).push(DOUBT, 5500, [5999]);
    push(rows.push(GAP, 2000), 8000, 8100).push(DOUBT, 8050, [8099]);
    // V6 is judged by its samples now: half a second to see that it moves, one to trust it.
    push(rows, 8100, 14_500).push(DOUBT, 9000, [13_999]);
    const [before, gap, after] = run(rows).doubts;
    expect(before).toMatchObject({ doubt: 'lead off', poor: true });
    expect(gap).toMatchObject({ poor: false, v6: 2, ra: 1 });
    expect(after).toMatchObject({ doubt: 'none', poor: false });
    const poor = run(push(new Rows(), 0, 6000, restless).push(DOUBT, 0, [4999])).doubts;
    expect(poor).toMatchObject([{ doubt: 'poor signal', poor: true }]);
  });
});
