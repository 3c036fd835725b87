/** A beat as CineECG shows it: what a network trained directly on that view is given. */
import { MEDIAN_BEAT_SAMPLES } from '../records/synthetic/median-beat.js';
import { placeBeat } from '../cineecg/mapping/beat-evidence.js';

export const PATH_ROWS = 3;

/**
 * The path of the mean temporal-spatial isochrone over the beat's own samples: `[axis 3][80]`, Frank millimetres. Before QRS onset
 * it stands at its start, after T at its end. All 0 where no QRS is found.
 */
export function cineEcgSignal(millivolt: Float64Array): Float32Array {
  const signal = new Float32Array(PATH_ROWS * MEDIAN_BEAT_SAMPLES);
  const place = placeBeat({ samples: MEDIAN_BEAT_SAMPLES, millivolt }, 'inverse-dower');
  if (place === undefined) return signal;
  const last = place.pathMm.length - 1;
  for (let t = 0; t < MEDIAN_BEAT_SAMPLES; t += 1) {
    const at = place.pathMm[Math.min(last, Math.max(0, t - place.ranges[1][0]))] ?? [0, 0, 0];
    for (let axis = 0; axis < PATH_ROWS; axis += 1) {
      signal[axis * MEDIAN_BEAT_SAMPLES + t] = at[axis] ?? 0;
    }
  }
  return signal;
}
