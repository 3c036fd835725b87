/** iso_lowpass, iso_highpass and iso_highpass_linear against scipy (test-vectors/generate.py) and in their own words. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { Rows, buildDriver } from './test-harness/rows.js';

const run = buildDriver('filters', [
  'iso_lowpass',
  'iso_lowpass_taps',
  'iso_highpass',
  'iso_highpass_linear',
]);
const DELAYS = { lowpass150: 30, lowpass40: 30, highpass: 0, 'highpass-linear': 579 } as const;
type Filter = keyof typeof DELAYS;
const FILTERS = Object.keys(DELAYS) as Filter[];
/** Lead i carries the signal times this, so that leads that change places show. */
const LEAD_GAINS = [1, -1, 2, -2, 3, -3, 4, -4];

function rows(record: readonly number[], into = new Rows()): Rows {
  for (const value of record)
    into.push(
      0,
      0,
      LEAD_GAINS.map((gain) => gain * value),
    );
  return into;
}

/** The whole record filtered, delay taken away, held at its end; one lead. */
function filtered(filter: Filter, record: readonly number[], lead = 0): number[] {
  const last = record[record.length - 1] ?? NaN;
  const held = [...record, ...Array.from({ length: DELAYS[filter] }, () => last)];
  return run(rows(held), filter)
    .map(({ values }) => (values[lead] ?? NaN) / (LEAD_GAINS[lead] ?? NaN))
    .slice(DELAYS[filter]);
}

const constant = (count: number, value: number): number[] =>
  Array.from({ length: count }, () => value);

/** 3 mV of 100 ms (the impulse of IEC 60601-2-25, from memory), one second in. */
const IMPULSE_FROM = 500;
const IMPULSE_END = 550;
const impulse = (seconds: number): number[] =>
  Array.from({ length: 500 * seconds }, (_, i) =>
    i >= IMPULSE_FROM && i < IMPULSE_END ? 3000 : 0,
  );

const vectors = JSON.parse(
  readFileSync(new URL('./test-vectors/filters.json', import.meta.url), 'utf8'),
) as Record<
  'inputMicrovolt' | 'lowpass150' | 'lowpass40' | 'highpass' | 'highpassLinear',
  number[]
> & { every: number };

describe('filters of the conditioner', () => {
  it.each([
    // Q15 taps and rounding to a microvolt.
    ['lowpass150', 'lowpass150', 1.5],
    ['lowpass40', 'lowpass40', 1.5],
    // The bilinear filter has a gain of 0.9997 above; here it is 1.
    ['highpass', 'highpass', 2],
    // What the blocks of eight fold back.
    ['highpass-linear', 'highpassLinear', 1.5],
  ] as const)('%s agrees with scipy within %s, at most %f microvolt', (filter, key, bound) => {
    const ours = filtered(filter, vectors.inputMicrovolt);
    const worst = Math.max(
      ...vectors[key].map((theirs, i) => Math.abs(theirs - (ours[i * vectors.every] ?? NaN))),
    );
    expect(worst).toBeLessThan(bound);
  });

  it.each(FILTERS)('%s treats every lead alike', (filter) => {
    const first = filtered(filter, vectors.inputMicrovolt.slice(0, 2000), 0);
    for (let lead = 1; lead < 8; lead++) {
      const other = filtered(filter, vectors.inputMicrovolt.slice(0, 2000), lead);
      expect(Math.max(...other.map((v, i) => Math.abs(v - (first[i] ?? NaN))))).toBeLessThan(1.1);
    }
  });

  it.each(FILTERS)('%s starts primed: a constant has no transient', (filter) => {
    const out = filtered(filter, constant(2000, -1234));
    const steady = filter.startsWith('lowpass') ? -1234 : 0;
    expect(out.every((value) => value === steady)).toBe(true);
  });

  it.each(FILTERS)('%s: an offset of 300 mV changes no bit', (filter) => {
    const plain = vectors.inputMicrovolt;
    const lifted = plain.map((value) => value - 300_000);
    const back = filter.startsWith('lowpass') ? 300_000 : 0;
    expect(filtered(filter, lifted).map((value) => value + back)).toEqual(filtered(filter, plain));
  });

  it.each([...FILTERS.filter((filter) => filter !== 'highpass')])(
    '%s is symmetric about a moment: its delay is what it says',
    (filter) => {
      const at = 1600; // a triangle 40 ms to either side
      const record = Array.from({ length: 3200 }, (_, i) =>
        Math.max(0, 20_000 - 1000 * Math.abs(i - at)),
      );
      const out = filtered(filter, record);
      const top = out.indexOf(Math.max(...out));
      expect(top).toBe(at);
      for (let away = 1; away < 1500; away++) {
        expect(Math.abs((out[at - away] ?? NaN) - (out[at + away] ?? NaN))).toBeLessThan(2);
      }
    },
  );

  it.each(['lowpass150', 'lowpass40', 'highpass-linear'] as const)(
    '%s after a gap is the filter started there',
    (filter) => {
      const [before, after] = [
        vectors.inputMicrovolt.slice(0, 900),
        vectors.inputMicrovolt.slice(1500),
      ];
      const whole = run(rows(after, rows(before).push(1, 600)), filter);
      expect(whole.slice(before.length)).toEqual(run(rows(after), filter));
    },
  );
});

describe('iso_highpass (0.05 Hz)', () => {
  it('answers 3 mV of 100 ms with a shift of at most 100 microvolt and at most 300 microvolt a second', () => {
    const after = filtered('highpass', impulse(10)).slice(IMPULSE_END);
    const shift = Math.max(...after.map(Math.abs));
    expect(shift).toBeLessThanOrEqual(100);
    expect(shift).toBeGreaterThan(80); // it is a 0.05 Hz filter
    // Rounded to whole microvolt, a slope shows over 0.1 s.
    for (let i = 50; i < after.length; i++) {
      expect(10 * Math.abs((after[i] ?? NaN) - (after[i - 50] ?? NaN))).toBeLessThanOrEqual(300);
    }
  });

  it('keeps the state bits that it needs: an offset goes to nothing, without a step it stays there', () => {
    const out = filtered('highpass', [0, ...constant(500 * 60, 9000)]);
    expect(Math.abs(out[500 * 40] ?? NaN)).toBeLessThanOrEqual(1);
    expect(out[500 * 60]).toBe(0);
  });

  it.each([300_000, -300_000, 2_097_151])('is back 0.5 s after a step of %i microvolt', (step) => {
    const out = filtered('highpass', [...constant(1000, 0), ...constant(2000, step)]);
    expect(Math.max(...out.slice(1250).map(Math.abs))).toBeLessThan(5);
  });

  it('does not take a beat, however large, for an offset', () => {
    const record = Array.from({ length: 5000 }, (_, i) =>
      Math.round(20_000 * Math.exp(-0.5 * (((i % 400) - 200) / 10) ** 2)),
    );
    const out = filtered('highpass', record);
    for (let at = 200; at < 5000; at += 400) expect(out[at]).toBeGreaterThan(17_000);
  });

  it.each([1, 30, 1600])('keeps its baseline over a gap of %i samples', (lost) => {
    const before = constant(800, 40_000);
    const high = constant(300, 41_000); // the gap ends on a wave, which must not become the baseline
    const out = run(rows(high, rows(before).push(1, lost)), 'highpass');
    expect(out[before.length]?.values[0]).toBe(1000);
  });

  it('is primed anew after a longer gap', () => {
    const out = run(
      rows(constant(10, 90_000), rows(constant(800, 40_000)).push(1, 1601)),
      'highpass',
    );
    expect(out[800]?.values[0]).toBe(0);
  });
});

describe('iso_highpass_linear (0.5 Hz)', () => {
  const amplitude = (values: readonly number[], hz: number): number => {
    let re = 0;
    let im = 0;
    values.forEach((value, i) => {
      re += value * Math.cos((2 * Math.PI * hz * i) / 500);
      im += value * Math.sin((2 * Math.PI * hz * i) / 500);
    });
    return (2 * Math.hypot(re, im)) / values.length;
  };
  const sine = (hz: number): number[] =>
    Array.from({ length: 500 * 44 }, (_, i) =>
      Math.round(10_000 * Math.sin((2 * Math.PI * hz * i) / 500)),
    );
  const settled = (hz: number): number[] =>
    filtered('highpass-linear', sine(hz)).slice(1000, 1000 + 500 * 40);

  it.each([
    [0.05, 0, 200],
    [0.15, 0, 1000],
    [0.5, 6900, 7200],
    [1, 9800, 10_100],
    [5, 9900, 10_100],
    [40, 9950, 10_050],
  ])('%f Hz of 10 mV: %i to %i microvolt', (hz, from, to) => {
    const out = amplitude(settled(hz), hz);
    expect(out).toBeGreaterThanOrEqual(from);
    expect(out).toBeLessThanOrEqual(to);
  });

  it.each([57.5, 62, 65, 120, 187.2])('%f Hz folds back less than -50 dB', (hz) => {
    const input = sine(hz).slice(1000, 1000 + 500 * 40);
    const folded = settled(hz).map((value, i) => value - (input[i] ?? NaN));
    expect(Math.max(...folded.map(Math.abs))).toBeLessThan(30);
  });
});
