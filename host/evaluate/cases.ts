/** Simulated beats with a known place: what the evaluation draws from each heart. */
import type { HeartCondition, Population, SimulatedHeart } from '../records/synthetic/heart.js';
import { drawHeart } from '../records/synthetic/heart.js';
import { SEGMENT_COUNT, ventricularLattice } from '../records/synthetic/lattice.js';
import {
  simulateAlongside,
  simulateMedianBeat,
  type MedianBeat,
  type MedianBeatOptions,
} from '../records/synthetic/median-beat.js';
import { seededRandom, type Random } from '../records/synthetic/random.js';
import { growLesion } from '../records/synthetic/segments.js';
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

/**
 * Cases of one heart; the same for the same population, seed and plan. Normal ones first, then scars, ischaemias, ectopic beats.
 * @param isWanted kinds that are left out cost nothing, and change no other case
 */
export function casesOfHeart(
  population: Population,
  heartSeed: number,
  plan: CasePlan | typeof EVERY_PLACE,
  isWanted: (kind: CaseKind) => boolean = () => true,
): { readonly heart: SimulatedHeart; readonly cases: readonly SimulatedCase[] } {
  const heart = drawHeart(population, heartSeed);
  const random = seededRandom(heartSeed, `cases ${population.name}`);
  const wanted = plan === EVERY_PLACE ? everyPlace() : drawPlaces(random, plan);
  const cases = wanted.flatMap(({ kind, segments, node }, index): SimulatedCase[] => {
    const options: MedianBeatOptions = {
      phaseMs: 10 * random.uniform(),
      noise: {
        seed: heartSeed * LARGEST_PLAN + index,
        emgMicrovolt: NOISE_MICROVOLT.least + NOISE_MICROVOLT.spread * random.uniform(),
        wanderMicrovolt: WANDER_MICROVOLT.least + WANDER_MICROVOLT.spread * random.uniform(),
      },
    };
    if (!isWanted(kind)) return [];
    const condition: HeartCondition = {
      lesion: kind === 'scar' || kind === 'ischaemia' ? { kind, segments } : NO_LESION,
      origin: node === null ? NORMAL_CONDITION.origin : { ectopicNode: node },
    };
    const beat = simulateMedianBeat(heart, condition, options);
    return [{ heartSeed, kind, segments, beat }];
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
/** The right ventricle's four regions too. */
const LESION_SEGMENTS = Array.from({ length: SEGMENT_COUNT }, (_, index) => index + 1);

function everyPlace(): readonly Place[] {
  const { nodes } = ventricularLattice();
  return [
    ...Array.from({ length: NORMALS_OF_EVERY_PLACE }, (): Place => ({
      kind: 'normal',
      segments: [],
      node: null,
    })),
    ...(['scar', 'ischaemia'] as const).flatMap((kind) =>
      LESION_SEGMENTS.map((segment): Place => ({ kind, segments: [segment], node: null })),
    ),
    ...candidateOrigins().map((node): Place => ({
      kind: 'ectopic',
      segments: [nodes[node]?.segment ?? 0],
      node,
    })),
  ];
}

/** Nearer than this two origins are one candidate. */
const CANDIDATE_SPACING_MM = 8;

/**
 * Where an ectopic beat is looked for: nodes of the generic heart, each the farthest from all before it, so that the first few are
 * as evenly spread as all of them. Through the wall too: what begins under the epicardium looks unlike what begins 10 mm deeper.
 */
export function candidateOrigins(): readonly number[] {
  const generic = buildVentricles(GENERIC_POSE);
  const places = generic.lattice.nodes.map((_, node) => positionMm(generic, node));
  const away = new Float64Array(places.length).fill(Number.POSITIVE_INFINITY);
  const chosen: number[] = [];
  for (let next = 0; (away[next] ?? 0) >= CANDIDATE_SPACING_MM;) {
    const own = places[next];
    if (own === undefined) break;
    chosen.push(next);
    for (const [node, other] of places.entries()) {
      away[node] = Math.min(away[node] ?? 0, distance(own, other));
    }
    next = away.reduce((best, value, node) => (value > (away[best] ?? 0) ? node : best), 0);
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

/** The same heart's normal beat at the same moments, without noise: what the case's own beat without noise is to be compared with. */
export function normalAlongside(heart: SimulatedHeart, { beat }: SimulatedCase): MedianBeat {
  return simulateAlongside(heart, NORMAL_CONDITION, beat);
}

/** Eight independent leads, lead after lead, millivolt: the form that mappings read. */
export function independentMillivolt({ millivolt }: MedianBeat): Float64Array {
  const rows = [0, 1, 6, 7, 8, 9, 10, 11].map((lead) => millivolt[lead] ?? new Float32Array());
  return Float64Array.from(rows.flatMap((row) => [...row]));
}
