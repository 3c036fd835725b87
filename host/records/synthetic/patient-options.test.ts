import { describe, expect, it } from 'vitest';
import { CLEAN } from './clean-patient.fixture.js';
import { NO_DISTURBANCE } from './disturbances.js';
import { NO_NOISE } from './noise.js';
import { synthesizePatient, type PatientOptions } from './patient.js';

describe('options', () => {
  it.each<[string, Partial<PatientOptions>]>([
    ['a fractional seed', { seed: 1.5 }],
    ['no time', { durationS: 1 }],
    ['a rate of 0', { heartRateBpm: 0 }],
    ['segment 22', { lesion: { kind: 'scar', segments: [22] } }],
    ['a lesion without segments', { lesion: { kind: 'scar', segments: [] } }],
    ['segments without a lesion', { lesion: { kind: 'none', segments: [3] } }],
    [
      'a scar of every seed',
      { lesion: { kind: 'scar', segments: Array.from({ length: 20 }, (_, s) => s + 1) } },
    ],
    ['a negative variation', { variation: -1 }],
    ['not a number', { durationS: Number.NaN }],
    ['a lesion without a heart', { level: 'B', lesion: { kind: 'scar', segments: [3] } }],
    ['a node that is not there', { ectopic: { node: 4000, every: 1 } }],
    ['an ectopic beat every 0 beats', { ectopic: { node: 5, every: 0 } }],
    [
      'an ectopic beat out of a scar',
      { ectopic: { node: 0, every: 2 }, lesion: { kind: 'scar', segments: [1] } },
    ],
    ['noise below 0', { noise: { ...NO_NOISE, emgMicrovolt: -1 } }],
    [
      'an electrode off for no time',
      { disturbances: { ...NO_DISTURBANCE, off: [{ electrode: 'V1', fromS: 3, toS: 3 }] } },
    ],
  ])('refuses %s', (_, change) => {
    let code = 'none';
    try {
      synthesizePatient({ ...CLEAN, ...change });
    } catch (error) {
      code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    }
    expect(code).toBe('SYNTHETIC_OPTION_INVALID');
  });
});
