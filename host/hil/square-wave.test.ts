import { describe, expect, it } from 'vitest';
import { Random } from '../../bench/link/random.js';
import { measureSquareWave } from './square-wave.js';

function wave(period: number, height: number, noise = 0, offset = 0): number[] {
  const random = new Random(7);
  return Array.from({ length: 1500 }, (_, i) => {
    const high = (i + 31) % period < period / 2;
    return offset + (high ? height / 2 : -height / 2) + noise * (2 * random.next() - 1);
  });
}

describe('a square wave', () => {
  it.each([
    [256, 2000, 0, 0],
    [256, 2000, 300, 5000],
    [250, 1000, 100, -9000],
    [73.5, 40, 4, 0],
  ])(
    'of period %f and height %f is measured, noise %f, offset %f',
    (period, height, noise, offset) => {
      const found = measureSquareWave(wave(period, height, noise, offset));
      expect(Math.abs(found.period - period)).toBeLessThan(0.5);
      expect(Math.abs(found.peakToPeak - height)).toBeLessThan(0.1 * noise + 1e-9);
    },
  );

  it('keeps its height under the overshoot of a filter', () => {
    const values = wave(256, 2000).map(
      (value, i, all) => value + (value === all[i - 1] ? 0 : value * 0.4),
    );
    expect(measureSquareWave(values).peakToPeak).toBe(2000);
  });

  it('is none where nothing changes', () => {
    expect(measureSquareWave([1, 1, 1, 1])).toMatchObject({ peakToPeak: 0, period: NaN });
    expect(measureSquareWave([]).peakToPeak).toBeNaN();
  });
});
