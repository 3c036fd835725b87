import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';
import { isFamiliarity, type Familiarity } from '../../codegen/quantize/familiarity.js';
import { buildDriver, Rows } from '../../firmware-templates/core/test-harness/rows.js';
import { seededRandom, type Random } from '../records/synthetic/random.js';
import { describeWindow, log2In256ths, type WindowDescription } from './describe.js';
import { fitFamiliarity } from './fit.js';
import { unfamiliarity, unfamiliarityIn256ths, UNFAMILIARITY_MOST } from './unfamiliarity.js';

const SAMPLES = 1000;
const LEADS = 8;
const FORGIVEN = 160;
const drive = buildDriver('familiarity', [
  'iso_familiarity',
  'iso_reversal',
  'iso_reversal_weights',
]);

const calibration = JSON.parse(
  readFileSync(join(packageRoot(), 'models/default/default.calibration.json'), 'utf8'),
) as { familiarity: Familiarity };

/** Leads as mixtures of three sources, the sources as spiky as beats. */
function mixture(random: Random, gain = 400): Int16Array {
  const weights = Array.from({ length: LEADS }, (_, lead) =>
    [1, 2, 3].map((k) => Math.cos(lead * k) + 0.15 * random.normal()),
  );
  const periods = [0, 1, 2].map(() => 70 + 20 * random.uniform());
  return Int16Array.from({ length: SAMPLES * LEADS }, (_, i) => {
    const t = Math.floor(i / LEADS);
    const sources = periods.map((period, k) =>
      Math.exp(-(((((t + 9 * k) % period) - 30) / 4) ** 2)),
    );
    const own = weights[i % LEADS] ?? [];
    return Math.round(gain * sources.reduce((sum, s, k) => sum + s * (own[k] ?? 0), 0));
  });
}

const noise = (random: Random, microvolt: number): Int16Array =>
  Int16Array.from({ length: SAMPLES * LEADS }, () => Math.round(microvolt * random.normal()));

/** What C says of the same windows. */
function inC(trained: Familiarity, windows: readonly Int16Array[]): (number | undefined)[] {
  const rows = new Rows();
  const known = new Array<number>(FORGIVEN).fill(0);
  const { mean, gain, middle, halfWidth, limit, forgiven, directions } = trained;
  [...mean, ...gain, ...middle, ...halfWidth, limit, directions.length].forEach((value, i) => {
    known[i] = value;
  });
  const padded = [...forgiven, ...new Array<number>(72 - forgiven.length).fill(0)];
  const words = [...known, ...padded, ...directions.flat()];
  for (let at = 0; at < words.length; at += 8) rows.push(1, at, words.slice(at, at + 8));
  for (const window of windows) {
    for (let at = 0; at < window.length; at += LEADS) rows.push(0, 0, window.subarray(at, at + 8));
    rows.push(2, 0);
  }
  return drive(rows).map(({ first, values }) => (first === 1 ? values[0] : undefined));
}

describe('how unlike the training data a window is', () => {
  it('is the same in C to the last bit', () => {
    const random = seededRandom(7, 'windows');
    const windows = [
      mixture(random),
      mixture(random, 4000),
      mixture(random, 40),
      noise(random, 300),
      noise(random, 20_000),
      Int16Array.from({ length: SAMPLES * LEADS }, (_, i) =>
        (Math.floor(i / LEADS) >> (i % LEADS)) & 1 ? 32_767 : -32_768,
      ),
      new Int16Array(SAMPLES * LEADS),
      mixture(random).map((value, i) => (i % LEADS === 5 ? 0 : value)),
    ];
    const described = windows.map((window) => describeWindow(window));
    const expected = described.map((one) =>
      one === undefined ? undefined : unfamiliarityIn256ths(calibration.familiarity, one),
    );
    expect(inC(calibration.familiarity, windows)).toEqual(expected);
    expect(new Set(expected).size).toBeGreaterThan(4);
    expect(expected.slice(-2)).toEqual([undefined, undefined]);
    expect(unfamiliarityIn256ths(calibration.familiarity, undefined)).toBe(UNFAMILIARITY_MOST);
  });

  it.each([
    0n,
    1n,
    2n,
    3n,
    255n,
    256n,
    257n,
    2n ** 31n - 1n,
    2n ** 32n,
    2n ** 63n + 1n,
    2n ** 64n - 1n,
  ])('has the logarithm of %s as C has it', (value) => {
    const words = [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
    const [row] = drive(new Rows().push(3, 0, words));
    expect(row?.values[0]).toBe(log2In256ths(value));
    if (value > 0n) expect(log2In256ths(value) / 256).toBeCloseTo(Math.log2(Number(value)), 2);
  });
});

describe('statistics of training windows', () => {
  const described = (window: Int16Array): WindowDescription => {
    const one = describeWindow(window);
    if (one === undefined) throw new Error('a lead has no signal');
    return one;
  };
  const random = seededRandom(3, 'training');
  const sets = Array.from({ length: 4 }, () =>
    Array.from({ length: 130 }, () => described(mixture(random, 250 + 300 * random.uniform()))),
  );
  const trained = fitFamiliarity(sets);
  if (trained === undefined) throw new Error('520 windows are enough');

  it('know their like, and what is not', () => {
    const fresh = Array.from({ length: 40 }, () =>
      unfamiliarity(trained, described(mixture(random))),
    );
    expect(fresh.filter((value) => value > 1).length).toBeLessThan(4);
    expect(unfamiliarity(trained, described(noise(random, 300)))).toBeGreaterThan(1);
    expect(unfamiliarity(trained, described(mixture(random, 4000)))).toBeGreaterThan(1);
    const permuted = mixture(random).map(
      (_, i, all) => all[i - (i % LEADS) + ((i + 3) % LEADS)] ?? 0,
    );
    expect(unfamiliarity(trained, described(permuted))).toBeGreaterThan(1);
    expect(isFamiliarity(JSON.parse(JSON.stringify(trained)))).toBe(true);
  });

  it('are not made of too few windows, or of one set', () => {
    expect(fitFamiliarity(sets.slice(0, 2))).toBeUndefined();
    expect(fitFamiliarity([sets.flat()])).toBeUndefined();
  });

  it.each<[string, Partial<Record<keyof Familiarity, unknown>>]>([
    ['a missing feature', { mean: calibration.familiarity.mean.slice(1) }],
    ['a direction too long', { directions: [[...calibration.familiarity.mean, 0]] }],
    ['a number that C could not hold', { gain: calibration.familiarity.gain.map(() => 65_536) }],
    ['a width of nothing', { halfWidth: [1, 1, 1, 0] }],
    ['a limit that divides by zero', { limit: 0 }],
    ['fractions', { middle: [0.5, 0, 0, 0] }],
    ['more shares than directions', { forgiven: [...calibration.familiarity.forgiven, 1] }],
  ])('are refused with %s', (_, change) => {
    expect(isFamiliarity(calibration.familiarity)).toBe(true);
    expect(isFamiliarity({ ...calibration.familiarity, ...change })).toBe(false);
  });
});
