/**
 * The mappings that are compared: each turns what is known of one beat into a score for every region, and a point in the generic
 * heart. What each arm may know is said in ARMS; none but `network trained on the place` was ever told a place.
 */
import { depositByDirection, normalizedMap } from '../cineecg/deposit.js';
import { REGION_COUNT } from '../cineecg/geometry.js';
import { adjoint } from '../cineecg/leads.js';
import { adjointMap, PHASE_RULES } from '../cineecg/mapping/adjoint-arm.js';
import {
  column,
  foldedGradient,
  placeBeat,
  type BeatEvidence,
  type BeatPlace,
} from '../cineecg/mapping/beat-evidence.js';
import { paperLikeMap, plainMap } from '../cineecg/mapping/lead-arms.js';
import {
  asShares,
  byRegion,
  chainRule,
  chainRuleUnit,
  matchedFilter,
  type TemplateSet,
} from '../cineecg/mapping/pull-back.js';
import { VCG_TRANSFORMS } from '../cineecg/matrices.js';
import { scale } from '../cineecg/vector.js';
import { MEDIAN_BEAT_SAMPLES } from '../records/synthetic/median-beat.js';
import type { Random } from '../records/synthetic/random.js';
import type { Vector3 } from '../records/synthetic/vector3.js';
import type { BeatNetwork } from './beat-network.js';
import type { LesionKindOfCase } from './cases.js';
import { twelveLeadInput } from './explanations.js';
import { genericSegmentMm } from './generic-place.js';
import { ranking } from './metrics.js';
import { NOT_ASKED, occlude } from './occlusion.js';

export const ARMS = {
  random: 'scores drawn anew',
  plain: 'attribution by lead; a region has what the lead that faces it has',
  'paper-like': 'mean |attribution| of the leads, on the path, position kernel',
  'adjoint, position': 'Lᵀ of the gradient, position kernel',
  'adjoint, direction': 'Lᵀ of the gradient, direction kernel, signed by phase',
  'adjoint, transforms averaged':
    'direction kernel, mean over inverse Dower, Kors and the geometric matrix',
  'chain rule, unit': '⟨g, D_s⟩ / ‖D_s‖',
  'chain rule': 'c_s ⟨g, D_s⟩',
  'chain rule, seeds averaged': 'mean over networks of other seeds',
  occlusion: 'answer lost when the lesion is healed by its amplitude',
  'occlusion, seeds averaged': 'mean over networks of other seeds',
  'occlusion, against normal': 'asked for the logit minus that of normal, as the prototype did',
  'occlusion, unhealed': 'a network that saw no half-healed beats in training',
  'occlusion, unhealed, against normal': 'both as the prototype did',
  'methods averaged': 'chain rule and occlusion, each in its standard deviations over candidates',
  'methods and seeds averaged': 'the same over networks of other seeds',
  'chain rule, random weights': 'the same, weights shuffled within each layer',
  'occlusion, random weights': 'the same, weights shuffled within each layer',
  'direction, random weights': 'the same, weights shuffled within each layer',
  'chain rule, shuffled beats': 'the map of another beat of the same kind',
  'matched filter': 'no network: D_sᵀS⁻¹d / √(D_sᵀS⁻¹D_s)',
  'network trained on CineECG': 'its own attribution, on the path, position kernel',
  'network trained on the place': 'its answer; told the place in training',
} as const;
export type ArmName = keyof typeof ARMS;

export interface ArmScores {
  /** One a candidate region, index 0…20. */
  readonly regions: readonly number[];
  /** Generic heart. */
  readonly atMm: Vector3;
}

export interface ArmContext {
  readonly kind: LesionKindOfCase;
  readonly millivolt: Float64Array;
  readonly templates: TemplateSet;
  /** One a coarse network: integrated gradients from the normal beat. The first is the one that is asked where one is enough. */
  readonly evidence: readonly BeatEvidence[];
  /** In the order of the evidence; arms that average over networks are run where there are several. */
  readonly coarse: readonly BeatNetwork[];
  /** Where what half-healed beats and questions are worth is asked. */
  readonly unhealed: BeatNetwork | null;
  readonly randomised: { readonly network: BeatNetwork; readonly evidence: BeatEvidence };
  readonly placeNetwork: BeatNetwork;
  /** What a network of the path says of it: mass at each of 80 samples. */
  readonly pathMass: Float64Array;
  readonly random: Random;
}

/** Regions where a lesion of a kind can be: the left ventricle's, or all. */
export function candidateCount(kind: LesionKindOfCase): number {
  return kind === 'ectopic' ? REGION_COUNT : 17;
}

export function runArms(context: ArmContext): ReadonlyMap<ArmName, ArmScores> {
  const { kind, millivolt, templates, evidence, randomised } = context;
  const [own] = evidence;
  const results = new Map<ArmName, ArmScores>();
  if (own === undefined) return results;
  const addRegions = (name: ArmName, regions: readonly number[]): void => {
    results.set(name, ofRegions(kind, regions));
  };
  const addTemplates = (name: ArmName, scores: readonly number[]): void => {
    results.set(name, ofTemplates(kind, templates, scores));
  };
  addRegions(
    'random',
    Array.from({ length: REGION_COUNT }, () => context.random.uniform()),
  );
  const place = placeBeat(own, 'inverse-dower');
  if (place !== undefined) addMaps(context, own, place, addRegions);
  const gradients = evidence.map(foldedGradient);
  const gradient = gradients[0] ?? new Float64Array();
  const chains = gradients.map((g) => chainRule(templates, millivolt, g));
  const [chain] = chains;
  if (chain === undefined) return results;
  addTemplates('chain rule, unit', chainRuleUnit(templates, gradient));
  addTemplates('chain rule', chain);
  if (chains.length > 1) addTemplates('chain rule, seeds averaged', meanOfShares(chains));
  const occlusions = addOcclusions(context, (name, scores) => {
    results.set(name, ofTemplates(kind, templates, scores, oddsOf(scores)));
  });
  addTemplates('methods averaged', inDeviations([chain, ...occlusions.slice(0, 1)]));
  if (chains.length > 1) {
    addTemplates('methods and seeds averaged', inDeviations([...chains, ...occlusions]));
  }
  const randomGradient = foldedGradient(randomised.evidence);
  addTemplates('chain rule, random weights', chainRule(templates, millivolt, randomGradient));
  addTemplates('matched filter', matchedFilter(templates, millivolt));
  addRegions('network trained on the place', placeAnswer(context));
  return results;
}

/** @returns what each network's occlusion gives, one a template */
function addOcclusions(
  { kind, millivolt, templates, coarse, unhealed, randomised }: ArmContext,
  add: (name: ArmName, scores: readonly number[]) => void,
): number[][] {
  const [first, ...others] = coarse;
  if (first === undefined) return [];
  const own = occlude(first, kind, templates, millivolt);
  const ofNetworks = [
    own,
    ...others.map((network) => occlude(network, kind, templates, millivolt, own['the others'])),
  ];
  add('occlusion', own['the others']);
  add('occlusion, against normal', own.normal);
  if (others.length > 0) {
    add(
      'occlusion, seeds averaged',
      templates.templates.map((_, s) =>
        ofNetworks.reduce((sum, each) => sum + (each['the others'][s] ?? 0) / ofNetworks.length, 0),
      ),
    );
  }
  if (unhealed !== null) {
    const plainly = occlude(unhealed, kind, templates, millivolt);
    add('occlusion, unhealed', plainly['the others']);
    add('occlusion, unhealed, against normal', plainly.normal);
    add(
      'occlusion, random weights',
      occlude(randomised.network, kind, templates, millivolt)['the others'],
    );
  }
  return ofNetworks.map((each) => each['the others']);
}

function addMaps(
  context: ArmContext,
  own: BeatEvidence,
  place: BeatPlace,
  add: (name: ArmName, regions: readonly number[]) => void,
): void {
  const phaseWeight = PHASE_RULES[context.kind === 'ectopic' ? 'ectopic beat' : context.kind];
  add('plain', plainMap(own, place));
  add('paper-like', paperLikeMap(own, place).regions);
  add('adjoint, position', adjointMap(own, place, { kernel: 'position', phaseWeight }).regions);
  add('adjoint, direction', directionMap(own, place, phaseWeight));
  const places = VCG_TRANSFORMS.flatMap((transform) => placeBeat(own, transform) ?? []);
  add(
    'adjoint, transforms averaged',
    meanOfShares(places.map((at) => directionMap(own, at, phaseWeight))),
  );
  add('direction, random weights', directionMap(context.randomised.evidence, place, phaseWeight));
  const onPath = new Float64Array(12 * MEDIAN_BEAT_SAMPLES);
  for (let lead = 0; lead < 12; lead += 1) onPath.set(context.pathMass, lead * MEDIAN_BEAT_SAMPLES);
  add('network trained on CineECG', paperLikeMap({ ...own, attribution: onPath }, place).regions);
}

/** As the device does it: each moment's mass among the regions that face its way, the geometry's own bias divided out. */
function directionMap(
  evidence: BeatEvidence,
  { ranges }: BeatPlace,
  phaseWeight: readonly [number, number, number],
): readonly number[] {
  const folded = foldedGradient(evidence);
  const vectors = [1, 2].flatMap((phase) => {
    const [begin, end] = ranges[phase] ?? [0, 0];
    return Array.from({ length: Math.max(0, end - begin) }, (_, i) =>
      scale(adjoint(column(folded, MEDIAN_BEAT_SAMPLES, 8, begin + i)), phaseWeight[phase] ?? 0),
    );
  });
  return normalizedMap(depositByDirection(vectors)) ?? new Array<number>(REGION_COUNT).fill(0);
}

function placeAnswer({ kind, placeNetwork, millivolt }: ArmContext): number[] {
  const logits = placeNetwork.logits(twelveLeadInput(millivolt));
  return Array.from({ length: REGION_COUNT }, (_, region) => {
    const index = placeNetwork.classes.indexOf(`${kind} ${region + 1}`);
    return logits[index] ?? Number.NEGATIVE_INFINITY;
  });
}

function ofRegions(kind: LesionKindOfCase, regions: readonly number[]): ArmScores {
  const candidates = regions.slice(0, candidateCount(kind));
  return { regions: candidates, atMm: genericSegmentMm(1 + (ranking(candidates)[0] ?? 0)) };
}

/** The best few candidates lie around the place; their centre is nearer to it than the best one. */
const CENTRE_OF = 4;

/** @param weights one a template, for the centre of an ectopic beat's origin; the best few alike where nothing is said */
function ofTemplates(
  kind: LesionKindOfCase,
  templates: TemplateSet,
  scores: readonly number[],
  weights?: readonly number[],
): ArmScores {
  const regions = byRegion(templates, scores, candidateCount(kind), Number.NEGATIVE_INFINITY);
  const best = ranking(scores).slice(0, kind === 'ectopic' ? CENTRE_OF : 1);
  const weightOf = (index: number): number =>
    kind === 'ectopic' && weights !== undefined
      ? (weights[index] ?? 0)
      : best.includes(index)
        ? 1
        : 0;
  let sum = 0;
  const centre = [0, 0, 0];
  for (const [index, { frankMm }] of templates.templates.entries()) {
    const weight = weightOf(index);
    sum += weight;
    for (const axis of [0, 1, 2] as const) {
      centre[axis] = (centre[axis] ?? 0) + weight * frankMm[axis];
    }
  }
  const [x = 0, y = 0, z = 0] = centre.map((value) => value / sum);
  return { regions, atMm: [x, y, z] };
}

/** Drops of log-odds are logarithms of odds, so their exponentials weigh candidates as probabilities would. */
function oddsOf(drops: readonly number[]): number[] {
  const top = Math.max(...drops);
  return drops.map((drop) => Math.exp(drop - top));
}

/** Mean over methods, each in standard deviations over the candidates that all of them asked about. */
function inDeviations(methods: readonly (readonly number[])[]): number[] {
  const isAsked = (methods[0] ?? []).map((_, s) =>
    methods.every((scores) => scores[s] !== NOT_ASKED),
  );
  const scaled = methods.map((scores) => {
    const asked = scores.filter((_, s) => isAsked[s] === true);
    const middle = asked.reduce((a, b) => a + b, 0) / asked.length;
    const square = asked.reduce((sum, score) => sum + (score - middle) ** 2, 0) / asked.length;
    return scores.map((score) => (score - middle) / Math.sqrt(square || 1));
  });
  return isAsked.map((asked, s) =>
    asked ? scaled.reduce((sum, scores) => sum + (scores[s] ?? 0), 0) / methods.length : NOT_ASKED,
  );
}

/** Each as shares of what speaks for a place, then their mean. */
function meanOfShares(all: readonly (readonly number[])[]): number[] {
  const shares = all.map((scores) => asShares(scores) ?? scores.map(() => 0));
  return (shares[0] ?? []).map(
    (_, index) => shares.reduce((sum, own) => sum + (own[index] ?? 0), 0) / shares.length,
  );
}
