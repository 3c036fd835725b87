import { describe, expect, it } from 'vitest';
import { addScores, precision, quantile, scoreBeats, sensitivity } from './score.js';

describe('scoreBeats', () => {
  it('pairs the nearest, each once, and counts the rest', () => {
    const score = scoreBeats([500, 1000, 1500], [495, 510, 1060, 1580], 500);
    expect(score).toEqual({ found: 2, missed: 1, invented: 1, errorsMs: [-10, 120] });
  });

  it('says nothing of beats outside what was drawn', () => {
    const score = scoreBeats([500, 1000], [300, 500, 1000, 1200], 500);
    expect(score).toMatchObject({ found: 2, missed: 0, invented: 0 });
  });

  it('gives shares of the sums', () => {
    const sum = addScores([
      { found: 3, missed: 1, invented: 0, errorsMs: [1] },
      { found: 3, missed: 1, invented: 2, errorsMs: [2] },
    ]);
    expect([sensitivity(sum), precision(sum), sum.errorsMs]).toEqual([0.75, 0.75, [1, 2]]);
  });
});

it('quantile takes the value that the share of all lies below', () => {
  expect([0, 0.5, 0.95].map((share) => quantile([4, 1, 3, 2], share))).toEqual([1, 3, 4]);
});
