import { describe, expect, it } from 'vitest';
import { IsochroneError } from '../../codegen/errors.js';
import { resample, resampledLength, resampleRatio } from './resample.js';

function sine(rateHz: number, hz: number, seconds: number): Float64Array {
  const length = Math.round(rateHz * seconds);
  return Float64Array.from({ length }, (_, n) => 1000 * Math.sin((2 * Math.PI * hz * n) / rateHz));
}

/** Largest error against the same sine at the output rate, away from the ends. */
function worstError(inputRateHz: number, hz: number, gain = 1): number {
  const output = resample(sine(inputRateHz, hz, 4), inputRateHz, 500);
  const wanted = sine(500, hz, 4);
  let worst = 0;
  for (let n = 200; n < output.length - 200; n += 1) {
    worst = Math.max(worst, Math.abs((output[n] ?? 0) - gain * (wanted[n] ?? 0)));
  }
  return worst;
}

describe('resample', () => {
  it('leaves a record at 500 Hz as it is, in its own array', () => {
    const input = Float64Array.from([1, -2, 3.5]);
    const output = resample(input, 500, 500);
    expect(output).toEqual(input);
    expect(output).not.toBe(input);
  });

  // 80 dB of 1000 µV are 0.1 µV; what the last figure allows is a tenth of one microvolt of the wire.
  it.each([
    [1000, 1],
    [1000, 40],
    [1000, 150],
    [1000, 195],
    [360, 10],
    [360, 140],
    [257, 5],
    [257, 100],
    [128.5, 20],
    [2000, 150],
  ])('keeps time and size from %d Hz to 500 Hz at %d Hz', (rate, hz) => {
    expect(worstError(rate, hz)).toBeLessThan(0.3);
  });

  it.each([
    [1000, 260],
    [1000, 400],
    [2000, 700],
  ])('suppresses from %d Hz what would alias, at %d Hz', (rate, hz) => {
    const output = resample(sine(rate, hz, 4), rate, 500);
    expect(Math.max(...output.slice(200, -200).map(Math.abs))).toBeLessThan(0.3);
  });

  it.each([1000, 360, 257, 250])('keeps a constant exact to its ends from %d Hz', (rate) => {
    const output = resample(new Float64Array(300).fill(-123.5), rate, 500);
    for (const value of output) expect(value).toBeCloseTo(-123.5, 9);
  });

  it('is linear in phase: an impulse stays symmetric about its time', () => {
    const input = new Float64Array(1001);
    input[500] = 1;
    const output = resample(input, 1000, 500);
    for (let k = 0; k < 100; k += 1) {
      expect(output[250 + k]).toBeCloseTo(output[250 - k] ?? Number.NaN, 12);
    }
    expect(output.indexOf(Math.max(...output))).toBe(250);
  });

  it.each([
    [1000, 1000, 500],
    [1001, 1000, 501],
    [1, 1000, 1],
    [0, 1000, 0],
    [360, 360, 499],
    [257, 257, 499],
    [5000, 500, 5000],
  ])('%d samples at %d Hz become %d', (length, rate, expected) => {
    expect(resample(new Float64Array(length), rate, 500)).toHaveLength(expected);
    expect(resampledLength(length, resampleRatio(rate, 500))).toBe(expected);
  });

  it.each([0, -500, Number.NaN, Number.POSITIVE_INFINITY, 2e6])('refuses a rate of %d', (rate) => {
    expect(() => resampleRatio(rate, 500)).toThrow(IsochroneError);
  });

  it.each([
    [1000, { up: 1, down: 2 }],
    [360, { up: 25, down: 18 }],
    [257, { up: 500, down: 257 }],
    [128.5, { up: 1000, down: 257 }],
  ])('finds the ratio from %d Hz', (rate, ratio) => {
    expect(resampleRatio(rate, 500)).toEqual(ratio);
  });
});
