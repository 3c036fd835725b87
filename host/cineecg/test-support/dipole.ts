/** Synthetic windows for the heart's tests: the dipole model of Sameni and Clifford (OSET), seeded. */
import { WINDOW_SAMPLES } from '../beats.js';
import type { HeartInput } from '../explain.js';
import { dowerForward, expandLeads } from '../leads.js';
import type { FrankVector } from '../vector.js';

/** Uniform in [0, 1); mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface Kernels {
  readonly theta: readonly number[];
  readonly alpha: readonly number[];
  readonly width: readonly number[];
}

/** [P, OSET] X, Y, Z; millivolt, phase in radians with R at 0. */
const AXES: readonly [Kernels, Kernels, Kernels] = [
  {
    theta: [-1.09, -0.83, -0.19, -0.07, 0, 0.06, 0.22, 1.2, 1.42, 1.68, 2.9],
    alpha: [0.03, 0.08, -0.13, 0.85, 1.11, 0.75, 0.06, 0.1, 0.17, 0.39, 0.03],
    width: [0.0906, 0.1057, 0.0453, 0.0378, 0.0332, 0.0302, 0.0378, 0.604, 0.302, 0.1812, 0.5],
  },
  {
    theta: [-1.1, -0.9, -0.76, -0.11, -0.01, 0.065, 0.8, 1.58, 2.9],
    alpha: [0.035, 0.015, -0.019, 0.32, 0.51, -0.32, 0.04, 0.08, 0.014],
    width: [0.07, 0.07, 0.04, 0.055, 0.037, 0.0604, 0.45, 0.3, 0.5],
  },
  {
    theta: [-1.1, -0.93, -0.7, -0.4, -0.15, 0.095, 1.05, 1.25, 1.55, 2.8],
    alpha: [-0.03, -0.14, -0.035, 0.045, -0.4, 0.46, -0.12, -0.2, -0.35, -0.035],
    width: [0.03, 0.12, 0.04, 0.4, 0.045, 0.05, 0.8, 0.4, 0.2, 0.4],
  },
];

/** Dipole in millivolt at a phase of the beat, R at 0, one cycle 2π. */
export function dipoleMillivolt(phase: number): FrankVector {
  const axis = ({ theta, alpha, width }: Kernels): number =>
    theta.reduce((sum, centre, i) => {
      const turn = phase - centre;
      const distance = Math.atan2(Math.sin(turn), Math.cos(turn));
      return sum + (alpha[i] ?? 0) * Math.exp(-(distance ** 2) / (2 * (width[i] ?? 1) ** 2));
    }, 0);
  return [axis(AXES[0]), axis(AXES[1]), axis(AXES[2])];
}

export const INPUT_SCALE_MILLIVOLT = 1 / 32;
export const GRADIENT_SCALE = 2e-4;

export interface WindowOptions {
  readonly seed: number;
  /** 100 Hz samples from R to R. */
  readonly rrSamples: number;
  readonly firstR: number;
  readonly noiseMicrovolt: number;
  /** Gradient of a sample, 12 leads, in steps; t counts from the nearest R. Noise by default. */
  readonly gradient?: (fromR: number, lead: number) => number;
}

/** A window of regular dipole beats: what the network saw, quantised per lead, and a gradient. */
export function dipoleWindow(options: WindowOptions): HeartInput {
  const random = seededRandom(options.seed);
  const noise = (size: number): number => (random() + random() + random() - 1.5) * size;
  const gains = Array.from({ length: 8 }, () => 0.8 + 0.4 * random());
  const microvolt = new Int16Array(WINDOW_SAMPLES * 8);
  const input = new Int8Array(WINDOW_SAMPLES * 12);
  const gradient = new Int16Array(WINDOW_SAMPLES * 12);
  const rIndex: number[] = [];
  for (let r = options.firstR; r < WINDOW_SAMPLES; r += options.rrSamples) rIndex.push(r);
  for (let t = 0; t < WINDOW_SAMPLES; t += 1) {
    const phase = (2 * Math.PI * (t - options.firstR)) / options.rrSamples;
    const leads = dowerForward(dipoleMillivolt(phase)).map((mv, lead) =>
      Math.round(1000 * mv * (gains[lead] ?? 1) + noise(options.noiseMicrovolt)),
    );
    microvolt.set(leads, t * 8);
    const seen = expandLeads(leads).map((uv) =>
      Math.max(-128, Math.min(127, Math.round(uv / 1000 / INPUT_SCALE_MILLIVOLT))),
    );
    input.set(seen, t * 12);
    const beat = Math.round((t - options.firstR) / options.rrSamples);
    const fromR = t - options.firstR - beat * options.rrSamples;
    for (let lead = 0; lead < 12; lead += 1) {
      gradient[t * 12 + lead] = Math.round(options.gradient?.(fromR, lead) ?? noise(20_000));
    }
  }
  return {
    microvolt,
    input,
    gradient,
    inputScaleMillivolt: INPUT_SCALE_MILLIVOLT,
    gradientScale: GRADIENT_SCALE,
    rIndex,
  };
}
