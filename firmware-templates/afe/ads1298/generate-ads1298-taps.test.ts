import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { gainAt } from '../../core/fir-design.js';
import { CONVERSION_RATES_HZ, ads1298Taps, ads1298TapsSource } from './generate-ads1298-taps.js';

const decibel = (gain: number): number => 20 * Math.log10(Math.abs(gain));
/** The chip's own filter (data sheet SBAS459K, 9.3.2.1): third-order sinc with its zeros at multiples of the rate. */
const sinc3 = (hz: number, rateHz: number): number => {
  const x = (Math.PI * hz) / rateHz;
  return x === 0 ? 1 : (Math.sin(x) / x) ** 3;
};

describe('ADS1298 taps', () => {
  it('iso_ads1298_taps.c is what the generator writes', () => {
    const checkedIn = readFileSync(new URL('./iso_ads1298_taps.c', import.meta.url), 'utf8');
    expect(checkedIn).toBe(ads1298TapsSource());
  });

  it.each(CONVERSION_RATES_HZ)('pass a constant unchanged at %i Hz', (rate) => {
    const taps = ads1298Taps(rate);
    expect(taps).toEqual([...taps].reverse());
    expect(taps.reduce((sum, tap) => sum + tap, 0)).toBe(32768);
  });

  it.each([1000, 2000] as const)('let nothing fold below 180 Hz from %i Hz', (rate) => {
    const taps = ads1298Taps(rate);
    for (let hz = 0; hz <= 150; hz += 5) {
      expect(Math.abs(decibel(gainAt(taps, hz, rate)))).toBeLessThan(0.05);
    }
    for (let hz = 320; hz <= rate / 2; hz += 5) {
      expect(decibel(gainAt(taps, hz, rate))).toBeLessThan(-55);
    }
  });

  it('keep 150 Hz within 0.3 dB at 2000 Hz, the chip included; 500 Hz alone would not', () => {
    expect(decibel(sinc3(150, 2000) * gainAt(ads1298Taps(2000), 150, 2000))).toBeGreaterThan(-0.3);
    expect(decibel(sinc3(150, 500))).toBeLessThan(-3);
  });
});
