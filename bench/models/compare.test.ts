import { describe, expect, it } from 'vitest';
import { answerError, stepError } from './compare.js';

describe('answers against a reference', () => {
  it('largest and mean square error, their share of the largest value, equal winners', () => {
    const error = answerError(
      [
        [1, 2, 2.5],
        [0, -8, 1],
      ],
      [
        [1, 2, 4],
        [0.5, -8, 0],
      ],
    );
    expect(error.maximum).toBe(1.5);
    expect(error.rms).toBeCloseTo(Math.sqrt((1.5 ** 2 + 0.5 ** 2 + 1) / 6), 12);
    expect(error.ofLargest).toBe(1.5 / 8);
    expect(error.sameWinner).toBe(1);
  });

  it('an answer that is missing shows', () => {
    expect(answerError([[1]], [[1, 2]]).maximum).toBeNaN();
    expect(answerError([], [[1]]).maximum).toBeNaN();
  });

  it('codes: how many differ, and by how many steps', () => {
    expect(stepError([[1, 2, 3, 4]], [[1, 3, 3, -1]])).toEqual({
      compared: 4,
      differing: 2,
      share: 0.5,
      most: 5,
    });
  });
});
