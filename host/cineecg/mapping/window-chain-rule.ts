/**
 * The chain rule on a window, as the device computes it: the golden model of firmware-templates/core/iso_pull_back.c. Whole
 * numbers up to the last step, so that the device's sums are the same.
 */
import { BEAT_R_INDEX, BEAT_SAMPLES, selectBeats } from '../beats.js';
import { foldedGradientRow } from '../evidence.js';
import type { HeartExplanation, HeartInput } from '../explain.js';
import { ISOELECTRIC_SAMPLES } from '../fiducials.js';
import { expandLeads } from '../leads.js';
import { INDEPENDENT_LEAD_COUNT } from '../matrices.js';
import { REGION_COUNT } from '../geometry.js';
import { meanAndSpread } from './average.js';
import { inner } from './principal-components.js';
import type { SharedShapes, StoredTemplates } from './template-file.js';

export interface WindowChainRule {
  /** By region: what each has of the evidence that speaks for a place; sum 1. */
  readonly scores: readonly number[];
  /** Standard deviation over beats, in the same shares. */
  readonly spread: readonly number[];
  readonly topRegion: number;
  /** By template: c_s, and R_s in logit, mean per beat. */
  readonly amplitudes: readonly number[];
  readonly evidence: readonly number[];
  /** `√(DᵀS⁻¹D)·amplitude` by template: the matched filter, without the network. */
  readonly matched: readonly number[];
}

/** The mean beat in thirds of a microvolt from its isoelectric level, `[lead 8][t]`. */
function levelThirds(meanBeat: readonly (readonly number[])[], qrsOnset: number): number[][] {
  return meanBeat.map((lead) => {
    let level = 0;
    for (let k = 0; k < ISOELECTRIC_SAMPLES; k += 1) level += lead[Math.max(0, qrsOnset - k)] ?? 0;
    return lead.map((value) => ISOELECTRIC_SAMPLES * value - level);
  });
}

/** How far the beat's R lies behind the templates': the largest vector sum over the twelve leads within QRS is R there. */
function templateShift(
  thirds: readonly (readonly number[])[],
  [begin, end]: readonly [number, number],
): number {
  let [at, top] = [begin, -1];
  for (let t = begin; t < end; t += 1) {
    const square = expandLeads(thirds.map((lead) => lead[t] ?? 0)).reduce(
      (sum, value) => sum + 4 * value * value,
      0,
    );
    if (square > top) [at, top] = [t, square];
  }
  return at - BEAT_R_INDEX;
}

/** A template's sample t is the beat's t + shift, for t in [begin, end): what the beat has and shares with no neighbour. */
export interface TemplatePlacement {
  readonly shift: number;
  readonly begin: number;
  readonly end: number;
}

export function placeTemplates(
  { rIndex }: Pick<HeartInput, 'rIndex'>,
  { meanBeatMicrovolt, fiducials }: Pick<HeartExplanation, 'meanBeatMicrovolt' | 'fiducials'>,
): TemplatePlacement {
  const { rangeBegin, rangeEnd } = selectBeats(rIndex);
  const thirds = levelThirds(meanBeatMicrovolt, fiducials.qrsOnset);
  const shift = templateShift(thirds, [fiducials.qrsOnset, fiducials.jPoint]);
  return {
    shift,
    begin: Math.max(0, rangeBegin - shift),
    end: Math.min(BEAT_SAMPLES, rangeEnd - shift),
  };
}

/** Σ_k weights · scales · (shape_k · vector), by template. */
function products({ shapes, weights, scales }: SharedShapes, vector: Float64Array): number[] {
  const projections = shapes.map((shape, k) => (scales[k] ?? 0) * inner(shape, vector));
  return weights.map((row) => inner(row, projections));
}

/** @returns undefined where nothing speaks for any place */
export function windowChainRule(
  heart: HeartInput,
  explanation: HeartExplanation,
  stored: StoredTemplates,
): WindowChainRule | undefined {
  const { first } = selectBeats(heart.rIndex);
  const thirds = levelThirds(explanation.meanBeatMicrovolt, explanation.fiducials.qrsOnset);
  const { shift, begin, end } = placeTemplates(heart, explanation);
  const length = INDEPENDENT_LEAD_COUNT * BEAT_SAMPLES;
  const departure = new Float64Array(length);
  for (let t = begin; t < end; t += 1) {
    thirds.forEach((lead, i) => {
      const at = i * BEAT_SAMPLES + t;
      departure[at] =
        (lead[t + shift] ?? 0) - ISOELECTRIC_SAMPLES * (stored.normalMicrovolt[at] ?? 0);
    });
  }
  const signed = products(stored.filter, departure).map(
    (value) => value / (1000 * ISOELECTRIC_SAMPLES),
  );
  const amplitudes = signed.map((value) => Math.max(0, value));
  const byBeat = first.map((start) => {
    const gradient = new Float64Array(length);
    for (let t = begin; t < end; t += 1) {
      foldedGradientRow(heart.gradient, start + t + shift).forEach((value, lead) => {
        gradient[lead * BEAT_SAMPLES + t] = value;
      });
    }
    return products(stored.difference, gradient).map(
      (value, s) => (amplitudes[s] ?? 0) * value * heart.gradientScale,
    );
  });
  const { mean: evidence } = meanAndSpread(byBeat);
  const regional = byBeat.map((beat) => regionsOf(stored, evidence, beat));
  const { mean, spread } = meanAndSpread(regional);
  const positive = mean.map((value) => Math.max(0, value));
  const sum = positive.reduce((a, b) => a + b, 0);
  if (!(sum > 0)) return undefined;
  const scores = positive.map((value) => value / sum);
  return {
    scores,
    spread: spread.map((value) => value / sum),
    topRegion: scores.indexOf(Math.max(...scores)),
    amplitudes,
    evidence,
    matched: signed.map((value, s) => value * (stored.detectability[s] ?? 0)),
  };
}

/** Each region has its strongest template's value; strongest in the mean over beats, so that all beats tell of the same one. */
function regionsOf(
  { places }: StoredTemplates,
  mean: readonly number[],
  beat: readonly number[],
): number[] {
  const best = new Array<number>(REGION_COUNT).fill(-1);
  places.forEach(({ region }, s) => {
    const before = best[region] ?? -1;
    if (before < 0 || (mean[s] ?? 0) > (mean[before] ?? 0)) best[region] = s;
  });
  return best.map((s) => (s < 0 ? 0 : (beat[s] ?? 0)));
}
