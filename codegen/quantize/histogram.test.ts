import { describe, expect, it } from 'vitest';
import { seededRandom } from '../testing/random.js';
import { Histogram, RANGE_RULES } from './histogram.js';

function histogramOf(...batches: readonly (readonly number[])[]): Histogram {
  const histogram = new Histogram();
  for (const batch of batches) histogram.add(Float32Array.from(batch));
  return histogram;
}

/** Sum of twelve uniform values: nearly normal, deviation 1. */
function bell(count: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from(
    { length: count },
    () => Array.from({ length: 12 }, random).reduce((a, b) => a + b, 0) - 6,
  );
}

describe('histogram', () => {
  it.each([
    ['nothing but zero', [[0, 0]], { low: 0, high: 0 }],
    ['no value yet', [], { low: 0, high: 0 }],
    ['one side', [[1, 2, 3]], { low: 0, high: 3 }],
    ['the other side', [[-1], [-5, -2]], { low: -5, high: 0 }],
    ['growing', [[0.1], [-0.4], [7]], { low: Math.fround(-0.4), high: 7 }],
  ])('min-max is exact and contains zero: %s', (_, batches, expected) => {
    const { low, high } = histogramOf(...batches).range('min-max');
    expect(low + 0).toBe(expected.low);
    expect(high + 0).toBe(expected.high);
  });

  it.each(RANGE_RULES)('%s stays inside min-max and contains zero', (rule) => {
    for (const values of [[0], [2, 2, 2], [-1, 5], bell(5000, 1), bell(500, 2).map(Math.abs)]) {
      const histogram = histogramOf(values);
      const { low, high } = histogram.range(rule);
      const whole = histogram.range('min-max');
      expect(low).toBeLessThanOrEqual(0);
      expect(high).toBeGreaterThanOrEqual(0);
      expect(low).toBeGreaterThanOrEqual(whole.low);
      expect(high).toBeLessThanOrEqual(whole.high);
    }
  });

  it('percentiles leave out just their share', () => {
    // 0.5, 1.5 … 999.5: half of 0.1 % is the half of one value, half of 1 % would be five.
    const histogram = histogramOf(Array.from({ length: 10_000 }, (_, i) => i - 4999.5));
    const width = 5000 / 4096;
    const { low, high } = histogram.range('percentile 99.9');
    expect(Math.abs(high - 4995)).toBeLessThan(2 * width);
    expect(Math.abs(low + 4995)).toBeLessThan(2 * width);
    expect(histogram.range('percentile 99.999').high).toBeGreaterThan(4999);
  });

  it.each(['mean square error', 'entropy'] as const)('%s clips a rare outlier', (rule) => {
    const histogram = histogramOf(bell(100_000, 3), [12]);
    const { low, high } = histogram.range(rule);
    expect(high).toBeGreaterThan(2);
    expect(high).toBeLessThan(10.5);
    expect(low).toBeLessThan(-1);
  });

  it.each(['mean square error', 'entropy'] as const)('%s keeps what fills its range', (rule) => {
    const random = seededRandom(4);
    const histogram = histogramOf(Array.from({ length: 200_000 }, () => 2 * random() - 1));
    expect(histogram.range(rule).high).toBeGreaterThan(0.9);
  });

  it('counts the same whatever the order of the batches', () => {
    const [small, large] = [bell(1000, 5), bell(1000, 6).map((value) => 40 * value)];
    const one = histogramOf(small, large).range('percentile 99.9');
    const other = histogramOf(large, small).range('percentile 99.9');
    // Bins are as wide as the limit that the first batch set and the doublings since: equal within two of the wider.
    expect(Math.abs(one.high - other.high)).toBeLessThan(0.2);
  });
});
