import { describe, expect, it } from 'vitest';
import { TWELVE_LEAD_NAMES } from '../record.js';
import { CLEAN } from './clean-patient.fixture.js';
import { NO_DISTURBANCE } from './disturbances.js';
import { synthesizePatient, type SyntheticPatient } from './patient.js';

type LeadName = (typeof TWELVE_LEAD_NAMES)[number];

describe('disturbances', () => {
  const disturbed = (change: Partial<typeof NO_DISTURBANCE>): SyntheticPatient =>
    synthesizePatient({ ...CLEAN, durationS: 12, disturbances: { ...NO_DISTURBANCE, ...change } });
  const clean = disturbed({});
  const lead = (patient: SyntheticPatient, name: LeadName): Float64Array =>
    patient.record.leads[TWELVE_LEAD_NAMES.indexOf(name)]?.microvolt ?? new Float64Array();

  it('exchanged arms turn I over and swap II with III', () => {
    const reversed = disturbed({ reversed: [['RA', 'LA']] });
    expect(lead(reversed, 'I')).toEqual(lead(clean, 'I').map((value) => 0 - value));
    // Two roundings to whole microvolts.
    const away = lead(reversed, 'II').map((v, t) => Math.abs(v - (lead(clean, 'III')[t] ?? 0)));
    expect(Math.max(...away)).toBeLessThanOrEqual(1);
    expect(lead(reversed, 'V3')).toEqual(lead(clean, 'V3'));
  });

  it('an electrode off spoils its lead while it is off, and no other chest lead', () => {
    const off = disturbed({ off: [{ electrode: 'V4', fromS: 2, toS: 4 }] });
    expect(off.truth.events).toEqual([{ kind: 'off', electrode: 'V4', begin: 1000, end: 2000 }]);
    expect(Math.abs(lead(off, 'V4')[1500] ?? 0)).toBeGreaterThan(3000);
    expect(lead(off, 'V4').slice(2000)).toEqual(lead(clean, 'V4').slice(2000));
    expect(lead(off, 'V5')).toEqual(lead(clean, 'V5'));
  });

  it('pops and pulls change what they say, and nothing else', () => {
    const restless = disturbed({ popsPerMinute: 10, motionsPerMinute: 10 });
    expect(restless.truth.events.map(({ kind }) => kind).sort()).toEqual([
      'motion',
      'motion',
      'pop',
      'pop',
    ]);
    const touched = new Uint8Array(restless.truth.sampleCount);
    for (const { begin, end } of restless.truth.events) touched.fill(1, begin, end);
    const [before, after] = [lead(clean, 'V2'), lead(restless, 'V2')];
    expect(before.some((value, t) => touched[t] === 0 && value !== after[t])).toBe(false);
    expect(
      restless.record.leads.some(({ microvolt }, k) =>
        microvolt.some(
          (value, t) => Math.abs(value - (clean.record.leads[k]?.microvolt[t] ?? 0)) > 100,
        ),
      ),
    ).toBe(true);
  });
});
