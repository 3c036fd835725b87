/**
 * Golden model of iso_heart_attribution.c: explanations that say when, or when and in which lead, but give no gradient, laid on the
 * mean beat and painted on the path. Place comes from the path alone (paper-like [?]), which says when, not where: a display.
 */
import { BEAT_SAMPLES } from './beats.js';
import type { HeartPathPoint } from './explain.js';
import { REGIONS } from './geometry.js';
import { SIGMA_MM } from './mapping/kernels.js';
import { INDEPENDENT_IN_TWELVE, TWELVE_LEAD_COUNT } from './matrices.js';
import { magnitude, subtract } from './vector.js';

/** The device's exp goes no further; weights below are not worth a place. */
const LEAST_EXPONENT = -8;

const emptyBeat = (): number[][] =>
  Array.from({ length: TWELVE_LEAD_COUNT }, () => new Array<number>(BEAT_SAMPLES).fill(0));

const rowOf = (lead: number, leads: number): number =>
  leads === TWELVE_LEAD_COUNT ? lead : (INDEPENDENT_IN_TWELVE[lead] ?? 0);

/**
 * Grad-CAM over a window: each position's value spread over the samples that it stands for, and over the network's leads, which it does not
 * tell apart; mean over beats. [12][80], logit units.
 * @param first window index of each beat's first sample
 */
export function camAttribution(
  cam: ArrayLike<number>,
  first: readonly number[],
  windowSamples: number,
  leads: number,
): number[][] {
  const beat = emptyBeat();
  const perSample = cam.length / windowSamples / leads / first.length;
  for (let lead = 0; lead < leads; lead += 1) {
    const row = beat[rowOf(lead, leads)] ?? [];
    for (let t = 0; t < BEAT_SAMPLES; t += 1) {
      const sum = first.reduce(
        (total, start) =>
          total + (cam[Math.floor(((start + t) * cam.length) / windowSamples)] ?? 0),
        0,
      );
      row[t] = sum * perSample;
    }
  }
  return beat;
}

/**
 * What the logit loses without a wave of a lead in every beat, spread over the wave; mean per beat. [12][80], logit units.
 * @param drop [phase 3][leads] logits
 */
export function occlusionAttribution(
  drop: ArrayLike<number>,
  ranges: readonly (readonly [begin: number, end: number])[],
  beatCount: number,
  leads: number,
): number[][] {
  const beat = emptyBeat();
  ranges.forEach(([begin, end], phase) => {
    for (let lead = 0; lead < leads; lead += 1) {
      const row = beat[rowOf(lead, leads)] ?? [];
      for (let t = begin; t < end; t += 1) {
        row[t] = (drop[phase * leads + lead] ?? 0) / (beatCount * (end - begin));
      }
    }
  });
  return beat;
}

/** The path's evidence from QRS onset on, shared among the regions by their centres' distance; sums to 1, undefined without any. */
export function positionScores(path: readonly HeartPathPoint[]): number[] | undefined {
  const scores = new Array<number>(REGIONS.length).fill(0);
  for (const { frankMm, phase, evidence } of path) {
    if (phase === 'P') continue;
    const exponents = REGIONS.map(
      ({ centreMm }) => -(magnitude(subtract(centreMm, frankMm)) ** 2) / (2 * SIGMA_MM ** 2),
    );
    const top = Math.max(...exponents);
    const weights = exponents.map((value) => Math.exp(Math.max(LEAST_EXPONENT, value - top)));
    const sum = weights.reduce((a, b) => a + b, 0);
    weights.forEach((weight, region) => {
      scores[region] = (scores[region] ?? 0) + (evidence * weight) / sum;
    });
  }
  const total = scores.reduce((a, b) => a + b, 0);
  return total > 0 ? scores.map((score) => score / total) : undefined;
}
