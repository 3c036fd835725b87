import { describe, expect, it } from 'vitest';
import { agreement } from './agreement.js';

describe('agreement', () => {
  it.each([
    { name: 'scaled', a: [1, 2, 3, 4], b: [10, 20, 30, 40], cosine: 1, spearman: 1 },
    { name: 'of other sign', a: [1, -2, 3], b: [-1, 2, -3], cosine: -1, spearman: -1 },
    {
      name: 'bent, in the same order',
      a: [0, 1, 2, 3],
      b: [0, 1, 8, 27],
      cosine: 0.9295,
      spearman: 1,
    },
    // Ranks 0.5 0.5 2 3 against 0 1 2 3: 4.5 / √(4.5 · 5).
    {
      name: 'with equal values',
      a: [1, 1, 2, 3],
      b: [1, 2, 3, 4],
      cosine: 0.9899,
      spearman: 0.9487,
    },
    { name: 'nothing and nothing', a: [0, 0], b: [0, 0], cosine: 1, spearman: 1 },
    { name: 'nothing and something', a: [0, 0], b: [1, 2], cosine: 0, spearman: 0 },
  ])('$name', ({ a, b, ...expected }) => {
    const found = agreement(a, b);
    expect(found.cosine).toBeCloseTo(expected.cosine, 4);
    expect(found.spearman).toBeCloseTo(expected.spearman, 4);
  });
});
