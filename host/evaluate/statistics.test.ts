import { describe, expect, it } from 'vitest';
import { seededRandom } from '../records/synthetic/random.js';
import {
  bootstrapMean,
  median,
  pearson,
  quantile,
  ranks,
  spearman,
  wilcoxon,
} from './statistics.js';

describe('summaries', () => {
  it.each([
    [[3, 1, 2], 0.5, 2],
    [[1, 2, 3, 4], 0.5, 2.5],
    [[1, 2, 3, 4, 5], 0.25, 2],
    [[7], 0.9, 7],
  ])('quantile of %j at %d is %d', (values, share, expected) => {
    expect(quantile(values, share)).toBe(expected);
  });

  it('ranks share what they tie for', () => {
    expect(ranks([10, 20, 10, 5])).toEqual([2.5, 4, 2.5, 1]);
    expect(median([])).toBeNaN();
  });

  it('correlations: exact, opposite, by rank, and of a constant', () => {
    expect(pearson([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
    expect(pearson([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
    expect(spearman([1, 2, 3, 4], [1, 10, 100, 1000])).toBeCloseTo(1, 12);
    expect(pearson([1, 1, 1], [1, 2, 3])).toBe(0);
  });
});

describe('bootstrap', () => {
  it('covers the mean with about the width of two standard errors, and is the same each time', () => {
    const random = seededRandom(4, 'statistics');
    const values = Array.from({ length: 400 }, () => 3 + random.normal());
    const interval = bootstrapMean(values);
    expect(interval.low).toBeLessThan(3);
    expect(interval.high).toBeGreaterThan(3);
    expect(interval.high - interval.low).toBeGreaterThan(0.16);
    expect(interval.high - interval.low).toBeLessThan(0.24);
    expect(bootstrapMean(values)).toEqual(interval);
  });
});

describe('Wilcoxon', () => {
  it('agrees with scipy.stats.wilcoxon(correction=True, mode="approx") on a textbook sample', () => {
    // Depression scores before and after (Hollander and Wolfe, table 3.1).
    const differences = [0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01];
    const { pairs, positiveRankSum, p } = wilcoxon(differences);
    expect(pairs).toBe(9);
    expect(positiveRankSum).toBe(40);
    expect(p).toBeCloseTo(0.044, 3);
  });

  it('sees nothing in symmetric differences and leaves zeros out', () => {
    expect(wilcoxon([1, -1, 2, -2, 3, -3, 0, 0]).p).toBeCloseTo(1, 6);
    expect(wilcoxon([0, 0]).pairs).toBe(0);
  });
});
