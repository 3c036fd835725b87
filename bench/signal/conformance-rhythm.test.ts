import { describe, expect, it } from 'vitest';
import { measureRhythmConformance } from './conformance-rhythm.js';

describe('rhythm conformance signals', () => {
  it('are passed, each', () => {
    const results = measureRhythmConformance([20]);
    expect(results.length).toBeGreaterThan(60);
    expect(results.filter(({ pass }) => !pass)).toEqual([]);
  }, 120_000);
});
