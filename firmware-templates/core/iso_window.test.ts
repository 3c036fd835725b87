import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../codegen/testing/random.js';

import { SignalScript, all, buildSignalHarness } from './test-harness/signal.js';

const run = buildSignalHarness('iso-window');
const WINDOW = 1000;

function noise(count: number, seed: number): number[][] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () =>
    Array.from({ length: 8 }, () => Math.floor(random() * 65536) - 32768),
  );
}

function fill(samples: readonly (readonly number[])[], firstIndex: number): SignalScript {
  const script = new SignalScript();
  samples.forEach((sample, i) => script.chainSample(firstIndex + 5 * i, sample));
  return script;
}

function twelve(eight: readonly number[]): number[] {
  const [one = NaN, two = NaN, ...chest] = eight;
  const half = (value: number): number => Math.floor(value / 2) + 0; // + 0: no minus zero
  return [
    one,
    two,
    two - one,
    half(-one - two),
    half(2 * one - two),
    half(2 * two - one),
    ...chest,
  ];
}

describe('iso_leads', () => {
  it('derives the four leads as floors of exact sums, beyond int16 where they are', () => {
    const cases = [
      all(0),
      [1, 0, 1, 2, 3, 4, 5, 6],
      [0, 1, 0, 0, 0, 0, 0, 0],
      [-1, 0, 0, 0, 0, 0, 0, 0],
      [32767, -32768, 0, 0, 0, 0, 0, 0],
      [-32768, 32767, -32768, 32767, -32768, 32767, -32768, 32767],
      ...noise(50, 3),
    ];
    const script = new SignalScript();
    cases.forEach((eight) => script.twelve(eight));
    expect(run(script).twelve).toEqual(cases.map(twelve));
    expect(twelve([32767, -32768, 0, 0, 0, 0, 0, 0])[4]).toBe(49151);
  });
});

describe('iso_window', () => {
  it.each([0, 1, 999])('is not full after %i samples', (count) => {
    expect(run(fill(noise(count, 1), 500).window()).windows[0]?.full).toBe(false);
  });

  it.each([1000, 1001, 1999, 2000, 2501])('holds the last 1000 of %i, in time order', (count) => {
    const samples = noise(count, count);
    const window = run(fill(samples, 500).window()).windows[0];
    expect(window?.full).toBe(true);
    expect(window?.firstIndex).toBe(500 + 5 * (count - WINDOW));
    expect(window?.samples).toEqual(samples.slice(-WINDOW));
    expect(window?.leads).toEqual(samples.slice(-WINDOW));
  });

  it('goes on rightly after its ring was turned for reading', () => {
    const samples = noise(1600, 9);
    const script = new SignalScript();
    samples.forEach((sample, i) => {
      script.chainSample(5 * i, sample);
      if (i === 1300) script.window();
    });
    const windows = run(script.window()).windows;
    expect(windows[0]?.samples).toEqual(samples.slice(301, 1301));
    expect(windows[1]?.samples).toEqual(samples.slice(600));
    expect(windows[1]?.firstIndex).toBe(3000);
  });

  it.each([
    [1, 1],
    [1_342_177, 25],
    [2_147_483_647, 31],
    [-77, 3],
    [0, 5],
  ])('quantises with multiplier %i and shift %i as the seam says', (multiplier, shift) => {
    const samples = noise(1003, 5);
    const window = run(fill(samples, 0).window(multiplier, shift)).windows[0];
    const half = 1n << BigInt(shift - 1);
    const expected = samples.slice(-WINDOW).map((eight) =>
      twelve(eight).map((value) => {
        const scaled = (BigInt(value) * BigInt(multiplier) + half) >> BigInt(shift);
        return Math.min(Math.max(Number(scaled), -128), 127);
      }),
    );
    expect(window?.input).toEqual(expected);
  });

  it.each([
    { leads: 12, bits: 16, multiplier: 3 },
    { leads: 8, bits: 8, multiplier: 1 },
    { leads: 8, bits: 16, multiplier: 5 },
  ])('writes $leads leads of $bits bits', ({ leads, bits, multiplier }) => {
    const samples = noise(1000, 6);
    const window = run(fill(samples, 0).window(multiplier, 1, { leads, bits })).windows[0];
    const largest = 2 ** (bits - 1);
    const expected = samples.map((eight) =>
      (leads === 12 ? twelve(eight) : eight).map((value) =>
        Math.min(Math.max(Math.floor((value * multiplier + 1) / 2), -largest), largest - 1),
      ),
    );
    expect(window?.input.map((row) => row.slice(0, leads))).toEqual(expected);
  });

  it('is emptied by a gap, announced or seen, and fills again from there', () => {
    const first = noise(1200, 21);
    const second = noise(1000, 22);
    const announced = fill(first, 0).gap(5);
    const seen = fill(first, 0);
    for (const script of [announced, seen]) {
      second.forEach((sample, i) => {
        script.chainSample(8005 + 5 * i, sample);
        if (i === 998) script.window();
      });
      const windows = run(script.window()).windows;
      expect(windows[0]?.full).toBe(false);
      expect(windows[0]?.firstIndex).toBe(8005);
      expect(windows[1]?.samples).toEqual(second);
    }
  });
});
