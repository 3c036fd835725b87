import { NO_NOISE } from './noise.js';
import type { PatientOptions } from './patient-options.js';

/** The generic heart without noise: what the model says. */
export const CLEAN: PatientOptions = {
  seed: 1,
  durationS: 5,
  heartRateBpm: 60,
  lesion: { kind: 'none', segments: [] },
  noise: NO_NOISE,
  variation: 0,
};
