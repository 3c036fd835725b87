import { describe, expect, it } from 'vitest';
import { CLEAN } from './clean-patient.fixture.js';
import { synthesizePatient } from './patient.js';

describe('levels without anatomy', () => {
  it.each([
    ['A', 50],
    ['A', 120],
    ['B', 50],
    ['B', 120],
  ] as const)(
    'level %s keeps %d/min, R where the mark is, and has no heart',
    (level, heartRateBpm) => {
      const { record, truth } = synthesizePatient({ ...CLEAN, level, heartRateBpm, durationS: 30 });
      const r = truth.rSampleIndices;
      const perMinute = (60 * 500 * (r.length - 1)) / ((r[r.length - 1] ?? 0) - (r[0] ?? 0));
      expect(Math.abs(perMinute / heartRateBpm - 1)).toBeLessThan(0.05);
      const two = record.leads[1]?.microvolt ?? new Float64Array();
      for (const mark of r.slice(1, -1)) {
        const top = two.slice(mark - 15, mark + 15).reduce((a, b) => Math.max(a, b), 0);
        expect(Math.abs(two.indexOf(top, mark - 15) - mark)).toBeLessThanOrEqual(8);
        expect(top).toBeGreaterThan(500);
      }
      expect(truth).toMatchObject({ level, heart: null, fiducials: null });
    },
  );

  it('level A varies its rate slowly and with breathing', () => {
    const { truth } = synthesizePatient({ ...CLEAN, level: 'A', durationS: 120 });
    const rr = truth.rSampleIndices
      .slice(1)
      .map((r, k) => 2 * (r - (truth.rSampleIndices[k] ?? 0)));
    const mean = rr.reduce((a, b) => a + b, 0) / rr.length;
    const sd = Math.sqrt(rr.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rr.length);
    expect(sd / mean).toBeGreaterThan(0.015);
    expect(sd / mean).toBeLessThan(0.06);
  });
});
