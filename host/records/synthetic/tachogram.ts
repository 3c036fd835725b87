/**
 * RR intervals with the spectrum of a resting adult: two bumps, slow (Mayer waves) and respiratory, as in ECGSYN
 * (McSharry, Clifford, Tarassenko, Smith 2003).
 */
import { seededRandom } from './random.js';

/** Centre and standard deviation of each bump, Hz, and its power relative to the other's (LF/HF 0.5). */
const BUMPS = [
  { hz: 0.1, sdHz: 0.01, power: 0.5 },
  { hz: 0.25, sdHz: 0.01, power: 1 },
] as const;
/** Standard deviation of RR over its mean. */
const VARIABILITY = 0.035;
const LINES = 200;
const HIGHEST_HZ = 0.4;

/** RR interval in ms as a function of time; the same for the same seed. */
export function tachogram(rrMs: number, seed: number): (atMs: number) => number {
  const random = seededRandom(seed, 'tachogram');
  const lines = Array.from({ length: LINES }, (_, k) => {
    const hz = ((k + 1) * HIGHEST_HZ) / LINES;
    const power = BUMPS.reduce(
      (sum, bump) =>
        sum + (bump.power / bump.sdHz) * Math.exp(-(((hz - bump.hz) / bump.sdHz) ** 2) / 2),
      0,
    );
    return { hz, power, phase: 2 * Math.PI * random.uniform() };
  });
  const whole = lines.reduce((sum, { power }) => sum + power, 0);
  return (atMs) =>
    rrMs *
    (1 +
      VARIABILITY *
        lines.reduce(
          (sum, { hz, power, phase }) =>
            sum +
            Math.sqrt((2 * power) / whole) * Math.cos((2 * Math.PI * hz * atMs) / 1000 + phase),
          0,
        ));
}
