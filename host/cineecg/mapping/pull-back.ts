/**
 * Model-based pull-back [D]: a generic heart says how a lesion of each place changes the leads; the network's gradient says how its
 * answer follows. Templates: build-templates.ts. Everything here is a pure function of one beat.
 *
 * A beat is `[lead 8][t]`, millivolt, flat, on the templates' grid; a gradient is folded onto the eight independent leads.
 */
import type { FrankVector } from '../vector.js';
import { checkShape } from './beat-evidence.js';
import { inner } from './principal-components.js';

export interface LesionTemplate {
  /** Index into SEGMENT_NAMES. */
  readonly region: number;
  /** Where the lesion is: the centre of its segment, or the ectopic beat's origin. */
  readonly frankMm: FrankVector;
  /** Node of the simulator's lattice where an ectopic beat began; −1 of a lesion that fills its segment. */
  readonly site: number;
  /** D_s: with the lesion minus without, mean over many hearts, `[lead 8][t]`, millivolt. */
  readonly difference: Float64Array;
  /** S⁻¹D_s / (D_sᵀS⁻¹D_s), per millivolt: its product with a beat's departure from normal is the lesion's amplitude. */
  readonly filter: Float64Array;
  /** √(D_sᵀS⁻¹D_s): in how many standard deviations of normal beats the whole lesion stands out. */
  readonly detectability: number;
}

export const LESION_KINDS = ['scar', 'ischaemia', 'ectopic'] as const;
export type TemplateKind = (typeof LESION_KINDS)[number];

export interface TemplateSet {
  readonly kind: TemplateKind;
  readonly samples: number;
  /** b: the mean normal beat, `[lead 8][t]`, millivolt. */
  readonly normal: Float64Array;
  readonly templates: readonly LesionTemplate[];
}

/** d = x − b. */
export function departure({ normal }: TemplateSet, millivolt: Float64Array): Float64Array {
  checkShape('millivolt', millivolt.length, normal.length);
  return millivolt.map((value, i) => value - (normal[i] ?? 0));
}

/** Signed amplitude of each template in the beat: 1 is the lesion as it is on average, below 0 is its opposite. */
export function signedAmplitudes(set: TemplateSet, millivolt: Float64Array): number[] {
  const d = departure(set, millivolt);
  return set.templates.map(({ filter }) => inner(filter, d));
}

/** c_s = max(0, D_sᵀS⁻¹d / D_sᵀS⁻¹D_s). */
export function amplitudes(set: TemplateSet, millivolt: Float64Array): number[] {
  return signedAmplitudes(set, millivolt).map((amplitude) => Math.max(0, amplitude));
}

/** R_s = c_s Σ g·D_s, logit: what the network's answer owes to the lesion of that place, to first order. */
export function chainRule(
  set: TemplateSet,
  millivolt: Float64Array,
  foldedGradient: Float64Array,
): number[] {
  checkShape('gradient', foldedGradient.length, set.normal.length);
  const amplitude = amplitudes(set, millivolt);
  return set.templates.map(
    ({ difference }, s) => (amplitude[s] ?? 0) * inner(foldedGradient, difference),
  );
}

/** ⟨g, D_s⟩ / ‖D_s‖: the same without asking how much of the lesion the beat has. */
export function chainRuleUnit(set: TemplateSet, foldedGradient: Float64Array): number[] {
  checkShape('gradient', foldedGradient.length, set.normal.length);
  return set.templates.map(({ difference }) => {
    const length = Math.sqrt(inner(difference, difference));
    return length === 0 ? 0 : inner(foldedGradient, difference) / length;
  });
}

/** D_sᵀS⁻¹d / √(D_sᵀS⁻¹D_s): what the beat alone says, no network. Always shown beside the mappings. */
export function matchedFilter(set: TemplateSet, millivolt: Float64Array): number[] {
  return signedAmplitudes(set, millivolt).map(
    (amplitude, s) => amplitude * (set.templates[s]?.detectability ?? 0),
  );
}

/** The beat with a lesion taken out: x − c_s D_s. */
export function healedBeat(
  { difference }: LesionTemplate,
  millivolt: Float64Array,
  amplitude: number,
): Float64Array {
  return millivolt.map((value, i) => value - amplitude * (difference[i] ?? 0));
}

/** The largest of each region's templates, `absent` where it has none: ectopic beats have several origins a region. */
export function byRegion(
  set: TemplateSet,
  scores: readonly number[],
  regionCount: number,
  absent = 0,
): number[] {
  const regions = new Array<number>(regionCount).fill(Number.NEGATIVE_INFINITY);
  set.templates.forEach(({ region }, s) => {
    regions[region] = Math.max(regions[region] ?? 0, scores[s] ?? Number.NEGATIVE_INFINITY);
  });
  return regions.map((score) => (score === Number.NEGATIVE_INFINITY ? absent : score));
}

/** Scores that sum to 1, what is below zero left out; undefined where nothing speaks for any place. */
export function asShares(scores: readonly number[]): number[] | undefined {
  const positive = scores.map((score) => Math.max(0, score));
  const sum = positive.reduce((a, b) => a + b, 0);
  return sum > 0 ? positive.map((score) => score / sum) : undefined;
}
