/** Synthetic windows for the heart's tests: the dipole model of Sameni and Clifford (OSET), seeded. */
import { seededRandom } from '../../../codegen/testing/random.js';
import { WINDOW_SAMPLES } from '../beats.js';
import type { HeartInput } from '../explain.js';
import { dowerForward, expandLeads } from '../leads.js';
import { dipoleMillivolt } from '../../records/synthetic/level-b.js';

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
