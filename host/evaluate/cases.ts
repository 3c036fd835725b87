/** Simulated beats with a known place: what the evaluation draws from each heart. */
import type { HeartCondition, Population, SimulatedHeart } from '../records/synthetic/heart.js';
import { drawHeart } from '../records/synthetic/heart.js';
import { SEGMENT_COUNT, ventricularLattice } from '../records/synthetic/lattice.js';
import {
  simulateAlongside,
  simulateMedianBeat,
  type MedianBeat,
} from '../records/synthetic/median-beat.js';
import { seededRandom, type Random } from '../records/synthetic/random.js';
import { growLesion, LEFT_SEGMENTS } from '../records/synthetic/segments.js';
import { NO_LESION } from '../records/synthetic/tissue.js';
import { distance } from '../records/synthetic/vector3.js';
import { buildVentricles, GENERIC_POSE, positionMm } from '../records/synthetic/ventricles.js';

export const CASE_KINDS = ['normal', 'scar', 'ischaemia', 'ectopic'] as const;
export type CaseKind = (typeof CASE_KINDS)[number];
export type LesionKindOfCase = Exclude<CaseKind, 'normal'>;

export interface SimulatedCase {
  readonly heartSeed: number;
  readonly kind: CaseKind;
  /** 1…21, ascending; empty in a normal beat; the origin's own in an ectopic one. */
  readonly segments: readonly number[];
  readonly beat: MedianBeat;
}

/** How many beats of each sort are drawn from every heart. */
export interface CasePlan {
  readonly normal: number;
  /** Scars, and as many ischaemias, of one segment. */
  readonly single: number;
  /** Scars, and as many ischaemias, of 2–6 neighbouring segments. */
  readonly multiple: number;
  readonly ectopic: number;
}

export const NORMAL_CONDITION: HeartCondition = {
  lesion: NO_LESION,
  origin: { conduction: 'normal' },
};

const LARGEST_LESION = 6;
/** Above the number of cases of any plan, so that no two cases of a population share their noise. */
const LARGEST_PLAN = 1024;
/** What averaging some ten beats leaves of 8–25 µV of muscle noise, and of baseline wander. */
const NOISE_MICROVOLT = { least: 2, spread: 6 } as const;
const WANDER_MICROVOLT = { least: 3, spread: 12 } as const;

/** Every place once, instead of a drawn few: for templates. */
export const EVERY_PLACE = 'every place';

/** Cases of one heart; the same for the same population, seed and plan. Normal ones first, then scars, ischaemias, ectopic beats. */
export function casesOfHeart(
  population: Population,
  heartSeed: number,
  plan: CasePlan | typeof EVERY_PLACE,
): { readonly heart: SimulatedHeart; readonly cases: readonly SimulatedCase[] } {
  const heart = drawHeart(population, heartSeed);
  const random = seededRandom(heartSeed, `cases ${population.name}`);
  const wanted = plan === EVERY_PLACE ? everyPlace() : drawPlaces(random, plan);
  const cases = wanted.map(({ kind, segments, node }, index): SimulatedCase => {
    const condition: HeartCondition = {
      lesion: kind === 'scar' || kind === 'ischaemia' ? { kind, segments } : NO_LESION,
      origin: node === null ? NORMAL_CONDITION.origin : { ectopicNode: node },
    };
    const beat = simulateMedianBeat(heart, condition, {
      phaseMs: 10 * random.uniform(),
      noise: {
        seed: heartSeed * LARGEST_PLAN + index,
        emgMicrovolt: NOISE_MICROVOLT.least + NOISE_MICROVOLT.spread * random.uniform(),
        wanderMicrovolt: WANDER_MICROVOLT.least + WANDER_MICROVOLT.spread * random.uniform(),
      },
    });
    return { heartSeed, kind, segments, beat };
  });
  return { heart, cases };
}

interface Place {
  readonly kind: CaseKind;
  readonly segments: readonly number[];
  readonly node: number | null;
}

function drawPlaces(random: Random, plan: CasePlan): readonly Place[] {
  const times = <T>(count: number, draw: (k: number) => T): T[] =>
    Array.from({ length: count }, (_, k) => draw(k));
  const lesions = (kind: 'scar' | 'ischaemia'): Place[] =>
    times(plan.single + plan.multiple, (k) => {
      const size = k < plan.single ? 1 : 2 + Math.floor(random.uniform() * (LARGEST_LESION - 1));
      return { kind, segments: growLesion(random, size), node: null };
    });
  return [
    ...times(plan.normal, (): Place => ({ kind: 'normal', segments: [], node: null })),
    ...lesions('scar'),
    ...lesions('ischaemia'),
    ...times(plan.ectopic, (): Place => {
      const { node, segment } = drawOrigin(random);
      return { kind: 'ectopic', segments: [segment], node };
    }),
  ];
}

const NORMALS_OF_EVERY_PLACE = 4;

function everyPlace(): readonly Place[] {
  const { nodes } = ventricularLattice();
  return [
    ...Array.from({ length: NORMALS_OF_EVERY_PLACE }, (): Place => ({
      kind: 'normal',
      segments: [],
      node: null,
    })),
    ...(['scar', 'ischaemia'] as const).flatMap((kind) =>
      LEFT_SEGMENTS.map((segment): Place => ({ kind, segments: [segment], node: null })),
    ),
    ...candidateOrigins().map((node): Place => ({
      kind: 'ectopic',
      segments: [nodes[node]?.segment ?? 0],
      node,
    })),
  ];
}

/** Nearer than this two origins are one candidate. */
const CANDIDATE_SPACING_MM = 9;

/** Nodes in the middle of the generic heart's walls, evenly spread: where an ectopic beat is looked for. */
export function candidateOrigins(): readonly number[] {
  const generic = buildVentricles(GENERIC_POSE);
  const chosen: number[] = [];
  for (const [index, { chamber, depth }] of generic.lattice.nodes.entries()) {
    // The left wall has layers at 0, 1/3, 2/3 and 1; the right one is thin.
    const isMiddle = chamber === 'left' ? depth > 0.3 && depth < 0.4 : depth === 1;
    if (!isMiddle) continue;
    const at = positionMm(generic, index);
    const isFar = chosen.every(
      (other) => distance(at, positionMm(generic, other)) >= CANDIDATE_SPACING_MM,
    );
    if (isFar) chosen.push(index);
  }
  return chosen;
}

/** Every region alike, and every node within it. */
function drawOrigin(random: Random): { readonly node: number; readonly segment: number } {
  const segment = 1 + Math.floor(random.uniform() * SEGMENT_COUNT);
  const own = ventricularLattice().nodes.flatMap((node, index) =>
    node.segment === segment ? [index] : [],
  );
  return { node: own[Math.floor(random.uniform() * own.length)] ?? 0, segment };
}

/** The same heart's normal beat at the same moments, without noise, and the case's own without noise: what the lesion changed. */
export function cleanPair(
  heart: SimulatedHeart,
  { beat }: SimulatedCase,
): { readonly lesion: MedianBeat; readonly normal: MedianBeat } {
  return {
    lesion: simulateAlongside(heart, beat.condition, beat),
    normal: simulateAlongside(heart, NORMAL_CONDITION, beat),
  };
}

/** Eight independent leads, lead after lead, millivolt: the form that mappings read. */
export function independentMillivolt({ millivolt }: MedianBeat): Float64Array {
  const rows = [0, 1, 6, 7, 8, 9, 10, 11].map((lead) => millivolt[lead] ?? new Float32Array());
  return Float64Array.from(rows.flatMap((row) => [...row]));
}
