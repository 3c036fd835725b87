/** Whether an explanation deserves trust, truth aside: what it loses, what it depends on, with what it agrees. */
import { splitEvidence } from '../cineecg/evidence.js';
import { chainRule, type TemplateSet } from '../cineecg/mapping/pull-back.js';
import { column, foldedGradient, type BeatEvidence } from '../cineecg/mapping/beat-evidence.js';
import type { SimulatedHeart } from '../records/synthetic/heart.js';
import { MEDIAN_BEAT_SAMPLES } from '../records/synthetic/median-beat.js';
import type { Random } from '../records/synthetic/random.js';
import type { ArmName, ArmScores } from './arms.js';
import type { SimulatedCase } from './cases.js';
import { integratedGradients, type Question } from './explanations.js';
import { completenessGap, infidelities } from './faithfulness.js';
import { stabilityOf, type Stability } from './stability.js';
import { spearman } from './statistics.js';
import type { TimeArmName } from './time-arms.js';

/** Pairs of arms whose maps are compared by rank correlation over regions. */
export const COMPARED_METHODS = [
  ['chain rule', 'occlusion'],
  ['chain rule', 'plain'],
  ['occlusion', 'plain'],
  ['chain rule', 'adjoint, direction'],
  ['chain rule', 'matched filter'],
  ['occlusion', 'matched filter'],
] as const satisfies readonly (readonly [ArmName, ArmName])[];

export interface Trust {
  readonly completenessGap: number;
  /** Share of the evidence that no view by a dipole can show. */
  readonly residualShare: number;
  /** In the order of COMPARED_METHODS. */
  readonly methods: readonly number[];
  /** Rank correlation with the trained network after 1, 2 … layers from the answer downwards were shuffled. */
  readonly cascade: readonly { readonly attribution: number; readonly map: number }[];
  readonly infidelity: Partial<Readonly<Record<TimeArmName, number>>>;
  readonly stability: Stability;
}

export interface TrustInput {
  readonly heart: SimulatedHeart;
  readonly one: SimulatedCase;
  readonly millivolt: Float64Array;
  readonly templates: TemplateSet;
  readonly question: Question;
  readonly evidence: BeatEvidence;
  /** The same question to networks with more and more layers shuffled. */
  readonly cascade: readonly Question[];
  readonly arms: ReadonlyMap<ArmName, ArmScores>;
  readonly time: Partial<Readonly<Record<TimeArmName, Float64Array>>>;
  readonly random: Random;
}

export function trustOf(input: TrustInput): Trust {
  const { millivolt, templates, question, evidence, arms, random } = input;
  const map = chainRule(templates, millivolt, foldedGradient(evidence));
  return {
    completenessGap: completenessGap(question, millivolt, templates.normal, evidence.attribution),
    residualShare: residualShareOf(evidence, templates),
    methods: COMPARED_METHODS.map(([a, b]) =>
      spearman(arms.get(a)?.regions ?? [], arms.get(b)?.regions ?? []),
    ),
    cascade: input.cascade.map((shuffled) => {
      const other = integratedGradients(shuffled, millivolt, templates.normal);
      return {
        attribution: spearman([...evidence.attribution], [...other.attribution]),
        map: spearman(map, chainRule(templates, millivolt, foldedGradient(other))),
      };
    }),
    // Attribution has signs, and infidelity asks for them.
    infidelity: infidelities(
      question,
      millivolt,
      templates.normal,
      { ...input.time, plain: evidence.attribution },
      random,
    ),
    stability: stabilityOf(question, templates, input.heart, input.one, random),
  };
}

/** Of the departure from the normal beat, by inverse Dower and Dower. */
function residualShareOf(evidence: BeatEvidence, { normal }: TemplateSet): number {
  const folded = foldedGradient(evidence);
  const departure = evidence.millivolt.map((value, i) => value - (normal[i] ?? 0));
  let [dipolarSum, residualSum] = [0, 0];
  for (let t = 0; t < MEDIAN_BEAT_SAMPLES; t += 1) {
    const at = (rows: Float64Array): number[] => column(rows, MEDIAN_BEAT_SAMPLES, 8, t);
    const { dipolar, residual } = splitEvidence(at(folded), at(departure), 'inverse-dower');
    dipolarSum += Math.abs(dipolar);
    residualSum += Math.abs(residual);
  }
  const sum = dipolarSum + residualSum;
  return sum > 0 ? residualSum / sum : 0;
}
