import { describe, expect, it } from 'vitest';

import { Rows, buildDriver, type Row } from './test-harness/rows.js';
import type { EightLeads } from './test-harness/signal.js';
import { addMains, syntheticEcg } from './test-harness/synthetic-ecg.js';

const run = buildDriver('mains', ['iso_mains']);
const NONE = 0;
const STATE_OF = { 50: 1, 60: 2 } as const;

function rows(samples: readonly EightLeads[], into = new Rows()): Rows {
  for (const sample of samples) into.push(0, 0, sample);
  return into;
}

const at = (hz: number) => (sample: number) => (hz * sample) / 500;

/** Root mean square of what the leads of `out` have and those of `clean` have not. */
function rest(out: readonly Row[], clean: readonly EightLeads[], from = 0): number {
  let sum = 0;
  out.slice(from).forEach(({ values }, i) => {
    values.forEach((value, lead) => (sum += (value - (clean[from + i]?.[lead] ?? NaN)) ** 2));
  });
  return Math.sqrt(sum / (8 * (out.length - from)));
}

const ecg = syntheticEcg({ seconds: 20 });
/** Mean over the leads of the squares of (0.3 + 0.1 lead) / √2. */
const RMS_OF_PEAK = Math.sqrt(
  Array.from({ length: 8 }, (_, lead) => (0.3 + 0.1 * lead) ** 2 / 2).reduce((a, b) => a + b) / 8,
);

describe('iso_mains', () => {
  it('changes no bit where there is no mains', () => {
    const out = run(rows(ecg));
    expect(out.every(({ kind }) => kind === NONE)).toBe(true);
    expect(out.map(({ values }) => values)).toEqual(ecg);
  });

  describe.each([50, 60] as const)('%i Hz nominal', (nominal) => {
    it.each([
      [-0.5, 200],
      [-0.2, 200],
      [0, 20],
      [0, 200],
      [0, 2000],
      [0.3, 200],
      [0.5, 200],
      [0.5, 2000],
    ])('%f Hz off, %i microvolt: found, measured, and 34 dB down after 5 s', (off, peak) => {
      const out = run(rows(addMains(ecg, peak, at(nominal + off))).push(2, 0));
      const amplitudes = out.pop();
      expect(out[4999]?.kind).toBe(STATE_OF[nominal]);
      expect(Math.abs((out[9999]?.first ?? NaN) - 1000 * (nominal + off))).toBeLessThan(20);
      const allowed = Math.max((peak * RMS_OF_PEAK) / 50, 1.5);
      expect(rest(out, ecg, 2500)).toBeLessThan(allowed);
      expect(Math.abs((amplitudes?.values[7] ?? NaN) - peak)).toBeLessThan(0.05 * peak + 2);
    });
  });

  it('follows a frequency that drifts by 0.02 Hz a second, faster than any grid', () => {
    const drifting = (sample: number): number => {
      const t = sample / 500;
      return 49.6 * t + 0.01 * t * t;
    };
    const out = run(rows(addMains(ecg, 200, drifting)));
    expect(rest(out, ecg, 2500)).toBeLessThan((200 * RMS_OF_PEAK) / 20);
    expect(Math.abs((out[9999]?.first ?? NaN) - 50_000)).toBeLessThan(60);
  });

  it('does not ring after a QRS: large beats without noise leave mains as small as small ones do', () => {
    const large = syntheticEcg({ seconds: 20, rMicrovolt: 5000, noiseMicrovolt: 2 });
    const out = run(rows(addMains(large, 100, at(50.1))));
    for (let sample = 2500; sample < 10_000; sample++) {
      const error = (out[sample]?.values[1] ?? NaN) - (large[sample]?.[1] ?? NaN);
      expect(Math.abs(error)).toBeLessThan(10);
    }
  });

  it('finds mains that sets in later, and lets go of mains that ends', () => {
    const whole = addMains(ecg, 200, at(60));
    const record = ecg.map((sample, t) => (t < 3000 || t >= 7000 ? sample : (whole[t] ?? sample)));
    const out = run(rows(record));
    expect(out[2999]?.kind).toBe(NONE);
    expect(rest(out.slice(0, 7000), ecg, 5500)).toBeLessThan(4);
    expect(out[9000]?.kind).toBe(NONE);
    expect(rest(out, ecg, 9100)).toBe(0);
  });

  describe.each([1, 3, 7, 1237, 4999])('%i samples lost', (lost) => {
    const record = addMains(ecg, 200, at(50.2));
    const gapAt = 4003;
    const back = gapAt + lost;
    const early = rows(record.slice(0, gapAt));

    it('goes on in phase at once', () => {
      const out = run(rows(record.slice(back), early.push(1, lost)));
      const after = out.slice(gapAt, gapAt + 100);
      expect(rest(after, ecg.slice(back))).toBeLessThan(12);
    });
  });

  it('a gap that is not told shows: the test above can fail', () => {
    const record = addMains(ecg, 200, at(50.2));
    const out = run(rows(record.slice(4008), rows(record.slice(0, 4003))));
    expect(rest(out.slice(4003, 4103), ecg.slice(4008))).toBeGreaterThan(100);
  });

  it('learns the phase anew after a gap of more than 10 s', () => {
    const long = syntheticEcg({ seconds: 40 });
    const record = addMains(long, 200, at(50.2));
    const out = run(rows(record.slice(12_000), rows(record.slice(0, 4000)).push(1, 8000)));
    expect(rest(out.slice(4000), long.slice(12_000), 1000)).toBeLessThan(4);
  });

  it('stands values at the limit of its input', () => {
    const wild = Array.from({ length: 3000 }, (_, t) =>
      Array.from({ length: 8 }, (_v, lead) => ((t * (lead + 3)) % 10 < 5 ? 8_388_607 : -8_388_607)),
    );
    expect(run(rows(wild))).toHaveLength(3000);
  });
});
