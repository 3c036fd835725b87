/**
 * What disturbs a bedside recording, made at the electrodes: so the derived leads stay consistent, and a restless arm shows where it should.
 */
import { seededRandom } from './random.js';

export interface NoiseOptions {
  /** Root mean square of muscle noise at each electrode, µV. */
  readonly emgMicrovolt: number;
  /** Amplitude of mains pick-up at each electrode, µV. */
  readonly mainsMicrovolt: number;
  readonly mainsHz: number;
  /** Root mean square of the slow wander of each electrode, µV. */
  readonly wanderMicrovolt: number;
}

/** A calm patient and a fair amplifier. */
export const BEDSIDE_NOISE: NoiseOptions = {
  emgMicrovolt: 8,
  mainsMicrovolt: 4,
  mainsHz: 50,
  wanderMicrovolt: 40,
};
export const NO_NOISE: NoiseOptions = {
  emgMicrovolt: 0,
  mainsMicrovolt: 0,
  mainsHz: 50,
  wanderMicrovolt: 0,
};

/** Slow sines per electrode, Hz: below the heart rate, respiration among them. */
const WANDER_LOWEST_HZ = 0.05;
const WANDER_HIGHEST_HZ = 0.4;
const WANDER_SINES = 6;
/** Pole of the first difference that keeps muscle noise out of the baseline: about 20 Hz at 500 Hz. */
const EMG_POLE = 0.75;

/** Adds noise in place to `[electrode][t]`. */
export function addNoise(
  potentials: readonly Float64Array[],
  sampleRateHz: number,
  options: NoiseOptions,
  seed: number,
): void {
  for (const [electrode, row] of potentials.entries()) {
    const random = seededRandom(seed, `noise ${electrode}`);
    const mainsPhase = 2 * Math.PI * random.uniform();
    const mains = options.mainsMicrovolt * (0.5 + random.uniform());
    const sines = Array.from({ length: WANDER_SINES }, () => ({
      radiansPerSample:
        (2 *
          Math.PI *
          (WANDER_LOWEST_HZ + (WANDER_HIGHEST_HZ - WANDER_LOWEST_HZ) * random.uniform())) /
        sampleRateHz,
      phase: 2 * Math.PI * random.uniform(),
      amplitude: options.wanderMicrovolt * Math.sqrt(2 / WANDER_SINES),
    }));
    // White noise w through (1 − z⁻¹)/(1 − p z⁻¹) has the variance 2/(1 + p).
    const emg = options.emgMicrovolt / Math.sqrt(2 / (1 + EMG_POLE));
    let white = 0;
    let filtered = 0;
    for (let t = 0; t < row.length; t += 1) {
      const before = white;
      white = random.normal();
      filtered = white - before + EMG_POLE * filtered;
      let value =
        emg * filtered +
        mains * Math.sin((2 * Math.PI * options.mainsHz * t) / sampleRateHz + mainsPhase);
      for (const sine of sines) {
        value += sine.amplitude * Math.sin(sine.radiansPerSample * t + sine.phase);
      }
      row[t] = (row[t] ?? 0) + value;
    }
  }
}
