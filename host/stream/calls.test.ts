import { describe, expect, it } from 'vitest';
import { callsWords, isCalled } from './calls.js';

const answer = {
  classNames: ['NORM', 'MI', 'CD'],
  probabilities: [0.4, 0.3, 0.1],
};

describe('operating points', () => {
  it.each([
    ['each class by its own, from the point on', [0.5, 0.3, 0.05], [false, true, true], 'MI, CD'],
    ['none', [0.5, 0.5, 0.5], [false, false, false], 'none'],
  ])('call %s', (_, operatingPoints, called, words) => {
    expect(isCalled({ ...answer, operatingPoints })).toEqual(called);
    expect(callsWords({ ...answer, operatingPoints })).toBe(`calls ${words}`);
  });

  it.each([[{}], [{ operatingPoints: [] }]])(
    'that a model does not name call nothing',
    (points) => {
      expect(isCalled({ ...answer, ...points })).toBeUndefined();
      expect(callsWords({ ...answer, ...points })).toBe('');
    },
  );
});
