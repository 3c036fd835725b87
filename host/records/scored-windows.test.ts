import { describe, expect, it } from 'vitest';
import { TWELVE_LEAD_NAMES, type EcgRecord } from './record.js';
import { scoredWindows } from './scored-windows.js';

const RATE_HZ = 500;

function record(hz: number, offsetMicrovolt = 0): EcgRecord {
  const microvolt = Float64Array.from(
    { length: 10 * RATE_HZ },
    (_, i) => offsetMicrovolt + 1000 * Math.sin((2 * Math.PI * hz * i) / RATE_HZ),
  );
  return {
    name: 'sine',
    sampleRateHz: RATE_HZ,
    leads: TWELVE_LEAD_NAMES.map((name) => ({ name, microvolt })),
    source: 'test',
    remarks: [],
  };
}

const statistics = {
  mean: new Float64Array(12),
  deviation: Float64Array.from({ length: 12 }, (_, lead) => (lead === 3 ? 0.5 : 1)),
};

describe('records as z-scores', () => {
  it('a sine of the pass band comes through in place, at 100 Hz, scaled by lead', () => {
    const windows = scoredWindows(record(8, 3000), statistics, 300);
    expect(windows.length).toBe(5);
    const [, , middle = new Float32Array()] = windows;
    expect(middle.length).toBe(12 * 300);
    for (let i = 0; i < 300; i += 1) {
      const expected = Math.sin((2 * Math.PI * 8 * (300 + i)) / 100);
      expect(Math.abs((middle[i] ?? NaN) - expected)).toBeLessThan(0.02);
      expect(Math.abs((middle[3 * 300 + i] ?? NaN) - 2 * expected)).toBeLessThan(0.04);
    }
  });

  it.each([0.1, 90])('%s Hz does not', (hz) => {
    const [, , middle = new Float32Array()] = scoredWindows(record(hz), statistics, 300);
    expect(Math.max(...middle.subarray(0, 300).map(Math.abs))).toBeLessThan(0.02);
  });
});
