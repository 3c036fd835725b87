/** The adjoint mapping [D]: the gradient by Frank axes, deposited on the surface by position, by direction, or by both. */
import { DEFAULT_HEART_OPTIONS } from '../explain.js';
import { adjoint } from '../leads.js';
import { INDEPENDENT_LEAD_COUNT } from '../matrices.js';
import { type FrankVector, magnitude, scale } from '../vector.js';
import { type BeatEvidence, type BeatPlace, column, foldedGradient } from './beat-evidence.js';
import { type HeartMap, NODE_COUNT, dividedByNeutral, mapOfNodes } from './heart-map.js';
import { type KernelOptions, kernelWeights } from './kernels.js';

/**
 * The vector of a moment: g_V itself, or g_V ⊙ V axis by axis. The product is even in V and so forgets which way the heart
 * pointed; it is here because it is the first thing that one thinks of, and to show what it costs.
 */
export const EVIDENCE_VECTORS = ['gradient', 'product'] as const;
export type EvidenceVector = (typeof EVIDENCE_VECTORS)[number];

export interface AdjointOptions extends KernelOptions {
  readonly evidence?: EvidenceVector;
  /** Per phase P, QRS, ST-T: the evidence vector is weight × g_V. P never has a place in the ventricles. */
  readonly phaseWeight?: readonly [p: number, qrs: number, stt: number];
  /** Divide by the map that evidence without a preference leaves. */
  readonly neutral?: boolean;
}

/** Signs by what is looked for [D]: a scar removes forces in QRS, an injury current points at its segment, an ectopic beat leaves its origin. */
export const PHASE_RULES = {
  'scar or ischaemia': DEFAULT_HEART_OPTIONS.phaseWeight,
  scar: [0, -1, 0],
  ischaemia: [0, 0, 1],
  'ectopic beat': [0, -1, 0],
} as const satisfies Record<string, readonly [number, number, number]>;

export function adjointMap(
  beat: BeatEvidence,
  place: BeatPlace,
  options: AdjointOptions,
): HeartMap {
  const { evidence = 'gradient', phaseWeight = DEFAULT_HEART_OPTIONS.phaseWeight } = options;
  const folded = foldedGradient(beat);
  const vectors = place.pathMm.map((_, i): FrankVector => {
    const t = place.ranges[1][0] + i;
    const weight = phaseWeight[t < place.ranges[1][1] ? 1 : 2];
    const pulled = adjoint(column(folded, beat.samples, INDEPENDENT_LEAD_COUNT, t));
    const v = place.vcg[t] ?? [0, 0, 0];
    return scale(
      evidence === 'gradient' ? pulled : [pulled[0] * v[0], pulled[1] * v[1], pulled[2] * v[2]],
      weight,
    );
  });
  const map = deposit(vectors, place.pathMm, options);
  return options.neutral === true
    ? dividedByNeutral(map, neutralMap(vectors, place.pathMm, options))
    : map;
}

/** Mass |vector| of each moment; its sum over the nodes is the sum of the vectors' lengths. */
function deposit(
  vectors: readonly FrankVector[],
  pathMm: readonly FrankVector[],
  options: KernelOptions,
): HeartMap {
  const nodes = new Float64Array(NODE_COUNT);
  vectors.forEach((vector, i) => {
    const mass = magnitude(vector);
    if (mass === 0) return;
    kernelWeights(options, pathMm[i] ?? [0, 0, 0], vector).forEach((weight, node) => {
      nodes[node] = (nodes[node] ?? 0) + mass * weight;
    });
  });
  return mapOfNodes(nodes);
}

/** Six axis directions and the eight corners between them stand for evidence that points anywhere. */
const ALL_WAYS: readonly FrankVector[] = [-1, 0, 1].flatMap((x) =>
  [-1, 0, 1].flatMap((y) =>
    [-1, 0, 1]
      .map((z): FrankVector => [x, y, z])
      .filter((v) => [1, 3].includes(v.filter((c) => c !== 0).length)),
  ),
);

/** The same masses at the same places, pointing every way alike. */
function neutralMap(
  vectors: readonly FrankVector[],
  pathMm: readonly FrankVector[],
  options: KernelOptions,
): HeartMap {
  const ways = options.kernel === 'position' ? ALL_WAYS.slice(0, 1) : ALL_WAYS;
  return deposit(
    vectors.flatMap((vector) =>
      ways.map((way) => scale(way, magnitude(vector) / magnitude(way) / ways.length)),
    ),
    pathMm.flatMap((at) => ways.map(() => at)),
    options,
  );
}
