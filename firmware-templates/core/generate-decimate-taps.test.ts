import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { gainAt } from './fir-design.js';
import { decimateTaps, decimateTapsSource } from './generate-decimate-taps.js';

describe('decimation taps', () => {
  it('iso_decimate_taps.c is what the generator writes', () => {
    const checkedIn = readFileSync(new URL('./iso_decimate_taps.c', import.meta.url), 'utf8');
    expect(checkedIn).toBe(decimateTapsSource());
  });

  it('are symmetric, Q15, and pass a constant unchanged', () => {
    const taps = decimateTaps();
    expect(taps).toHaveLength(101);
    expect(taps).toEqual([...taps].reverse());
    expect(taps.reduce((sum, tap) => sum + tap, 0)).toBe(32768);
    expect(Math.max(...taps.map(Math.abs))).toBeLessThan(32768);
  });

  it('keep sums inside the bounds that the chain promises to the baseline filter', () => {
    const largestGain = decimateTaps().reduce((sum, tap) => sum + Math.abs(tap), 0) / 32768;
    expect(largestGain * 8388607).toBeLessThan(2 ** 24);
  });

  it('pass to 37 Hz within 0.1 dB and stop from 50 Hz by 40 dB', () => {
    const gain = (hz: number): number => gainAt(decimateTaps(), hz, 500);
    for (let hz = 0; hz <= 37; hz += 0.5) {
      expect(Math.abs(20 * Math.log10(gain(hz)))).toBeLessThan(0.1);
    }
    for (let hz = 50; hz <= 250; hz += 0.25) expect(Math.abs(gain(hz))).toBeLessThan(0.01);
  });
});
