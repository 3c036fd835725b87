/**
 * Level B, one dipole: the three-dimensional generator of Sameni and Clifford (OSET), a normal adult's loop as sums of Gaussians
 * over the cardiac phase, seen through Dower's forward matrix. It knows no anatomy; every lead is exactly dipolar.
 */
import { breathPhase } from './rhythm.js';
import type { RhythmRecord } from './level-a.js';
import { tachogram } from './tachogram.js';
import type { Vector3 } from './vector3.js';

interface Loop {
  readonly theta: readonly number[];
  readonly alpha: readonly number[];
  readonly b: readonly number[];
}

/** OSET's parameters, published; mV and radians. */
const AXES: readonly [Loop, Loop, Loop] = [
  {
    theta: [-1.09, -0.83, -0.19, -0.07, 0, 0.06, 0.22, 1.2, 1.42, 1.68, 2.9],
    alpha: [0.03, 0.08, -0.13, 0.85, 1.11, 0.75, 0.06, 0.1, 0.17, 0.39, 0.03],
    b: [0.0906, 0.1057, 0.0453, 0.0378, 0.0332, 0.0302, 0.0378, 0.604, 0.302, 0.1812, 0.5],
  },
  {
    theta: [-1.1, -0.9, -0.76, -0.11, -0.01, 0.065, 0.8, 1.58, 2.9],
    alpha: [0.035, 0.015, -0.019, 0.32, 0.51, -0.32, 0.04, 0.08, 0.014],
    b: [0.07, 0.07, 0.04, 0.055, 0.037, 0.0604, 0.45, 0.3, 0.5],
  },
  {
    theta: [-1.1, -0.93, -0.7, -0.4, -0.15, 0.095, 1.05, 1.25, 1.55, 2.8],
    alpha: [-0.03, -0.14, -0.035, 0.045, -0.4, 0.46, -0.12, -0.2, -0.35, -0.035],
    b: [0.03, 0.12, 0.04, 0.4, 0.045, 0.05, 0.8, 0.4, 0.2, 0.4],
  },
];

/** Dower's forward matrix, I II V1…V6 from X Y Z. */
const DOWER: readonly (readonly [number, number, number])[] = [
  [0.632, -0.235, 0.059],
  [0.235, 1.066, -0.132],
  [-0.515, 0.157, -0.917],
  [0.044, 0.164, -1.387],
  [0.882, 0.098, -1.277],
  [1.213, 0.127, -0.601],
  [1.125, 0.127, -0.086],
  [0.831, 0.076, 0.23],
];

/** Breathing turns the dipole about the left-right axis by a few degrees. */
const BREATH_RADIANS = (4 * Math.PI) / 180;

export function synthesizeLevelB(
  seed: number,
  sampleCount: number,
  sampleRateHz: number,
  heartRateBpm: number,
): RhythmRecord {
  const rrAt = tachogram(60_000 / heartRateBpm, seed);
  const independent = DOWER.map(() => new Float64Array(sampleCount));
  const rSampleIndices: number[] = [];
  let phase = -Math.PI;
  for (let t = 0; t < sampleCount; t += 1) {
    const atMs = (1000 * t) / sampleRateHz;
    const [x, y0, z0] = dipoleMillivolt(phase);
    const turn = BREATH_RADIANS * Math.sin(breathPhase(atMs));
    const [cosine, sine] = [Math.cos(turn), Math.sin(turn)];
    const [y, z] = [cosine * y0 - sine * z0, sine * y0 + cosine * z0];
    for (const [lead, [a, b, c]] of DOWER.entries()) {
      const row = independent[lead];
      if (row !== undefined) row[t] = 1000 * (a * x + b * y + c * z);
    }
    const next = phase + (2 * Math.PI * 1000) / sampleRateHz / rrAt(atMs);
    if (phase < 0 && next >= 0) rSampleIndices.push(t);
    phase = next >= Math.PI ? next - 2 * Math.PI : next;
  }
  return { independent, rSampleIndices };
}

/** Dipole along X, Y, Z at a phase of the beat: R at 0, one cycle 2π. */
export function dipoleMillivolt(phase: number): Vector3 {
  return [heightAt(AXES[0], phase), heightAt(AXES[1], phase), heightAt(AXES[2], phase)];
}

function heightAt({ theta, alpha, b }: Loop, phase: number): number {
  return theta.reduce((sum, centre, k) => {
    const away = phase - centre;
    const wrapped = away - 2 * Math.PI * Math.round(away / (2 * Math.PI));
    return sum + (alpha[k] ?? 0) * Math.exp(-(wrapped * wrapped) / (2 * (b[k] ?? 1) ** 2));
  }, 0);
}
