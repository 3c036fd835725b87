import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { gainAt } from './fir-design.js';
import { lowpass150Taps, lowpass40Taps, lowpassTapsSource } from './generate-lowpass-taps.js';

const decibel = (taps: readonly number[], hz: number): number =>
  20 * Math.log10(Math.abs(gainAt(taps, hz, 500)));

describe('low-pass taps of the conditioner', () => {
  it('iso_lowpass_taps.c is what the generator writes', () => {
    const checkedIn = readFileSync(new URL('./iso_lowpass_taps.c', import.meta.url), 'utf8');
    expect(checkedIn).toBe(lowpassTapsSource());
  });

  it.each([
    ['150 Hz', lowpass150Taps()],
    ['40 Hz', lowpass40Taps()],
  ])('%s: 61, symmetric, Q15, and pass a constant unchanged', (_, taps) => {
    expect(taps).toHaveLength(61);
    expect(taps).toEqual([...taps].reverse());
    expect(taps.reduce((sum, tap) => sum + tap, 0)).toBe(32768);
    expect(Math.max(...taps.map(Math.abs))).toBeLessThan(32768);
    // Outputs of inputs within 24 bits stay within 26.
    expect(taps.reduce((sum, tap) => sum + Math.abs(tap), 0)).toBeLessThan(4 * 32768);
  });

  it.each([
    { name: '150 Hz', taps: lowpass150Taps(), flatTo: 140, edge: 150, stopFrom: 166, stop: -48 },
    { name: '40 Hz', taps: lowpass40Taps(), flatTo: 32, edge: 40, stopFrom: 53.5, stop: -39 },
  ])(
    '$name: flat to $flatTo Hz, -3 dB at the edge, $stop dB from $stopFrom Hz',
    ({ taps, flatTo, edge, stopFrom, stop }) => {
      for (let hz = 0; hz <= flatTo; hz += 0.5) {
        expect(Math.abs(decibel(taps, hz))).toBeLessThan(0.2);
      }
      expect(decibel(taps, edge)).toBeGreaterThan(-3.01);
      expect(decibel(taps, edge + 1.5)).toBeLessThan(-3.01);
      for (let hz = stopFrom; hz <= 250; hz += 0.25) {
        expect(decibel(taps, hz)).toBeLessThan(stop);
      }
    },
  );
});
