import { describe, expect, it } from 'vitest';

import {
  CONDITIONER_DELAY,
  ConditionerScript,
  buildConditioner,
  type Band,
  type ConditionedSample,
} from './test-harness/conditioner.js';
import { all, type EightLeads } from './test-harness/signal.js';
import { addMains, addPulses, syntheticEcg } from './test-harness/synthetic-ecg.js';

const run = buildConditioner();
const BANDS: readonly Band[] = ['diagnostic', 'monitor'];
const ecg = syntheticEcg({ seconds: 30, noiseMicrovolt: 1 });

const whole = (samples: readonly EightLeads[], band: Band): ReturnType<typeof run> =>
  run(new ConditionerScript().record(samples, 0, CONDITIONER_DELAY[band]), band);

function worst(
  samples: readonly ConditionedSample[],
  against: readonly ConditionedSample[],
): number {
  const byIndex = new Map(against.map((sample) => [sample.sampleIndex, sample.microvolt]));
  return Math.max(
    ...samples.flatMap(({ sampleIndex, microvolt }) =>
      microvolt.map((value, lead) => Math.abs(value - (byIndex.get(sampleIndex)?.[lead] ?? NaN))),
    ),
  );
}

describe.each(BANDS)('iso_conditioner, %s', (band) => {
  const delay = CONDITIONER_DELAY[band];

  it.each([0, 1, 7, 4_294_966_000])('started at %i it gives every sample, in order', (start) => {
    const { samples } = run(new ConditionerScript().record(ecg.slice(0, 3000), start, delay), band);
    expect(samples.map(({ sampleIndex }) => sampleIndex)).toEqual(
      Array.from({ length: 3000 }, (_, i) => (start + i) >>> 0),
    );
  });

  it('puts R waves where they are', () => {
    const { samples } = whole(ecg, band);
    const lead = samples.map(({ microvolt }) => microvolt[1] ?? NaN);
    for (let r = 200; r < 15_000; r += 400) {
      const around = lead.slice(r - 50, r + 50);
      expect(Math.abs(around.indexOf(Math.max(...around)) - 50)).toBeLessThanOrEqual(1);
    }
  });

  it('shows the calibration of 1 mV and 200 ms as 1 mV', () => {
    const pulse = Array.from({ length: 4000 }, (_, t) => all(t >= 2000 && t < 2100 ? 1000 : 0));
    const { samples } = whole(pulse, band);
    const height =
      (samples[2050]?.microvolt[0] ?? NaN) -
      ((samples[1960]?.microvolt[0] ?? NaN) + (samples[2140]?.microvolt[0] ?? NaN)) / 2;
    expect(Math.abs(height - 1000)).toBeLessThan(30);
  });

  it('an electrode offset of 300 mV changes nothing', () => {
    const lifted = ecg.map((sample) => sample.map((value) => value + 300_000));
    expect(worst(whole(lifted, band).samples, whole(ecg, band).samples)).toBeLessThanOrEqual(1);
  });

  it('takes out pacemaker pulses and mains at once, and says so', () => {
    const pulses = [3030.5, 5433, 9100.25].map((at) => ({ at, millivolt: -40, milliseconds: 0.5 }));
    const record = addPulses(
      addMains(ecg, 150, (sample) => (49.8 * sample) / 500),
      pulses,
    );
    const { samples, spikes } = whole(record, band);
    expect(spikes).toHaveLength(3);
    spikes.forEach((spike, i) =>
      expect(Math.abs(spike - (pulses[i]?.at ?? NaN))).toBeLessThanOrEqual(1),
    );
    expect(samples[14_999]?.mainsHz).toBe(50);
    // A held last value is no mains: what it reaches is left out.
    expect(worst(samples.slice(4000, 13_000), whole(ecg, band).samples)).toBeLessThan(60);
  });

  it('reports saturation by lead wherever it may have reached, and recovers within a second', () => {
    const from = 6000;
    const end = 7000;
    const record = ecg.map((sample, t) =>
      sample.map((value, lead) => (lead === 3 && t >= from && t < end ? 400_000 : value)),
    );
    const { samples } = whole(record, band);
    for (const { sampleIndex, saturated } of samples) {
      const certain = sampleIndex >= from - 30 && sampleIndex < end + 30;
      const possible = sampleIndex >= from - delay - 30 && sampleIndex < end + 31;
      if (certain) expect(saturated).toBe(1 << 3);
      if (!possible) expect(saturated).toBe(0);
    }
    const clean = whole(ecg, band).samples;
    // The linear high-pass needs its window free of it; the pole finds its baseline anew.
    const back = band === 'diagnostic' ? end + 200 : end + 1200;
    const late = samples.slice(back).map((sample) => ({
      ...sample,
      microvolt: sample.microvolt.filter((_, lead) => lead === 3),
    }));
    const cleanLead = clean.map((sample) => ({
      ...sample,
      microvolt: sample.microvolt.filter((_, lead) => lead === 3),
    }));
    expect(worst(late, cleanLead)).toBeLessThan(band === 'diagnostic' ? 1000 : 2);
  });

  describe.each([1, 5, 37, 1237, 6001])('%i samples lost', (lost) => {
    const record = addMains(ecg, 150, (sample) => (50.1 * sample) / 500);
    const gapAt = 6003;
    const back = gapAt + lost;
    const script = (announced: boolean): ConditionerScript => {
      const before = new ConditionerScript().record(record.slice(0, gapAt));
      if (announced) before.gap(lost);
      return before.record(record.slice(back), back, delay);
    };
    const reference = whole(record, band).samples;
    const { samples } = run(script(true), band);

    it('no output moves in time: the last beat of a long record keeps its moment', () => {
      expect(samples.map(({ sampleIndex }) => sampleIndex)).toEqual([
        ...Array.from({ length: gapAt - delay }, (_, i) => i),
        ...Array.from({ length: record.length - back }, (_, i) => back + i),
      ]);
      const last = samples.slice(-500);
      const lead = last.map(({ microvolt }) => microvolt[1] ?? NaN);
      expect(last[lead.indexOf(Math.max(...lead))]?.sampleIndex).toBe(14_600);
    });

    it('before the gap nothing changes', () => {
      const before = samples.filter(({ sampleIndex }) => sampleIndex < gapAt);
      expect(worst(before, reference)).toBe(0);
    });

    it('after it mains is subtracted at once: its phase has gone on', () => {
      const clean = run(
        new ConditionerScript()
          .record(ecg.slice(0, gapAt))
          .gap(lost)
          .record(ecg.slice(back), back, delay),
        band,
      ).samples;
      const after = samples.filter(({ sampleIndex }) => sampleIndex >= back);
      const settled = lost > 5000 ? 1500 : 0;
      // A held last value is no mains: what it reaches is left out.
      expect(worst(after.slice(settled, -2000), clean)).toBeLessThan(20);
    });

    it('is noticed from the index alone as well', () => {
      expect(run(script(false), band).samples).toEqual(samples);
    });
  });
});
