import { describe, expect, it } from 'vitest';
import { sampleRate } from './rate.js';

const TICKS = 25_000_000;
const line = (hz: number, jitterTicks = 0, first = 0): { sampleIndex: number; tick: number }[] =>
  Array.from({ length: 500 }, (_, i) => ({
    sampleIndex: i * 10,
    tick: (first + Math.round((i * 10 * TICKS) / hz) + (i % 7) * jitterTicks) >>> 0,
  }));

describe('the rate of an axis', () => {
  it.each([500, 499.9, 4000])('of %f Hz is found, over a wrap of the clock too', (hz) => {
    expect(sampleRate(line(hz), TICKS)).toBeCloseTo(hz, 3);
    expect(sampleRate(line(hz, 0, 2 ** 32 - 1000), TICKS)).toBeCloseTo(hz, 3);
  });

  it('averages out when single frames came', () => {
    // Up to 6 ms.
    expect(Math.abs(sampleRate(line(500, TICKS / 1000), TICKS) - 500)).toBeLessThan(0.1);
  });

  it('is none of fewer than two moments', () => {
    expect(sampleRate([], TICKS)).toBeNaN();
    expect(sampleRate(line(500).slice(0, 1), TICKS)).toBeNaN();
  });
});
