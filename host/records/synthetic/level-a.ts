/**
 * Level A, for rhythm alone: ECGSYN (McSharry 2003), a point that runs round a circle once a beat and is lifted by five waves.
 * It makes one trace; every lead gets it, larger or smaller, so shapes and axes mean nothing here.
 */
import { tachogram } from './tachogram.js';

/** P Q R S T: angle, amplitude and width of ECGSYN, published. */
const WAVES = [
  { degrees: -70, a: 1.2, b: 0.25 },
  { degrees: -15, a: -5, b: 0.1 },
  { degrees: 0, a: 30, b: 0.1 },
  { degrees: 15, a: -7.5, b: 0.1 },
  { degrees: 100, a: 0.75, b: 0.4 },
] as const;
/** The trace is scaled to this height. */
const R_MICROVOLT = 1200;
/** I II V1…V6 as shares of that trace: about the R waves of a normal record. */
const LEAD_SHARES = [0.6, 1, -0.5, 0.3, 0.7, 1.2, 1.1, 0.9] as const;
/** ECGSYN integrates at 256 Hz and more; four steps a sample are four times that at 500 Hz. */
const STEPS_PER_SAMPLE = 4;
/** The ECGSYN baseline follows breathing, 0.15 mV/s in its units. */
const BREATH_AMPLITUDE = 0.00015;
const BREATH_HZ = 0.25;

export interface RhythmRecord {
  /** I II V1…V6, µV. */
  readonly independent: readonly Float64Array[];
  readonly rSampleIndices: readonly number[];
}

export function synthesizeLevelA(
  seed: number,
  sampleCount: number,
  sampleRateHz: number,
  heartRateBpm: number,
): RhythmRecord {
  const rrMs = 60_000 / heartRateBpm;
  const rrAt = tachogram(rrMs, seed);
  // ECGSYN widens the waves with the square root of the mean RR, so that QT follows the rate.
  const stretch = Math.sqrt(rrMs / 1000);
  const waves = WAVES.map(({ degrees, a, b }) => ({
    at: ((degrees * Math.PI) / 180) * (Math.abs(degrees) === 15 ? stretch : 1),
    a,
    b: b * stretch,
  }));
  const dt = 1 / sampleRateHz / STEPS_PER_SAMPLE;
  const slope = (theta: number, z: number, s: number, omega: number): number =>
    waves.reduce((sum, { at, a, b }) => {
      const away = wrap(theta - at);
      return sum - a * omega * away * Math.exp(-(away * away) / (2 * b * b));
    }, 0) -
    (z - BREATH_AMPLITUDE * Math.sin(2 * Math.PI * BREATH_HZ * s));
  const trace = new Float64Array(sampleCount);
  const rSampleIndices: number[] = [];
  let [theta, z] = [-Math.PI, 0];
  for (let t = 0; t < sampleCount; t += 1) {
    trace[t] = z;
    for (let step = 0; step < STEPS_PER_SAMPLE; step += 1) {
      const s = (t + step / STEPS_PER_SAMPLE) / sampleRateHz;
      const omega = (2 * Math.PI * 1000) / rrAt(1000 * s);
      // The angle runs evenly, so the classical Runge–Kutta step needs the lift at its middle and end alone.
      const half = theta + (omega * dt) / 2;
      const k1 = slope(theta, z, s, omega);
      const k2 = slope(half, z + (dt * k1) / 2, s + dt / 2, omega);
      const k3 = slope(half, z + (dt * k2) / 2, s + dt / 2, omega);
      const k4 = slope(theta + omega * dt, z + dt * k3, s + dt, omega);
      z += (dt * (k1 + 2 * k2 + 2 * k3 + k4)) / 6;
      if (theta < 0 && theta + omega * dt >= 0) rSampleIndices.push(t);
      theta = wrap(theta + omega * dt);
    }
  }
  const top = trace.reduce((a, b) => Math.max(a, b), 0);
  const scale = top === 0 ? 0 : R_MICROVOLT / top;
  return {
    independent: LEAD_SHARES.map((share) => trace.map((value) => share * scale * value)),
    rSampleIndices,
  };
}

function wrap(radians: number): number {
  return radians - 2 * Math.PI * Math.floor((radians + Math.PI) / (2 * Math.PI));
}
