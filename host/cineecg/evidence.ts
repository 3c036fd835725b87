/** Evidence of single moments and beats: its dipolar part, what lies outside it, and its direction. */
import type { PhaseRanges } from './path.js';
import { adjoint, dowerForward, foldGradient, independentOf, toFrank } from './leads.js';
import { INDEPENDENT_LEAD_COUNT, type VcgTransform } from './matrices.js';
import { WINDOW_SAMPLES, type NetworkCodes } from './beats.js';
import { type FrankVector, dot, magnitude, scale } from './vector.js';

export interface SplitEvidence {
  /** g_Vᵀ V: what a vectorcardiographic view can show. */
  readonly dipolar: number;
  /** g_Eᵀ (E − L V): what none can. */
  readonly residual: number;
}

/** g_Eᵀ E = g_Vᵀ V + g_Eᵀ (E − L V), exactly, for any V; g_E and E by the eight independent leads. */
export function splitEvidence(
  gradient: readonly number[],
  leads: readonly number[],
  transform: VcgTransform,
): SplitEvidence {
  const vcg = toFrank(transform, leads);
  const shown = dowerForward(vcg);
  const residual = gradient.reduce((sum, g, i) => sum + g * ((leads[i] ?? 0) - (shown[i] ?? 0)), 0);
  return { dipolar: dot(adjoint(gradient), vcg), residual };
}

/** One moment of what a network of twelve or of the eight independent leads saw or gave. */
function rowOf(rows: NetworkCodes, sample: number): number[] {
  const leads = rows.length / WINDOW_SAMPLES;
  return Array.from(rows.subarray(sample * leads, (sample + 1) * leads));
}

/** Gradient of one moment by the eight independent leads. */
export function foldedGradientRow(gradient: Int16Array, sample: number): number[] {
  const row = rowOf(gradient, sample);
  return row.length === INDEPENDENT_LEAD_COUNT ? row : foldGradient(row);
}

function independentLeads(input: NetworkCodes, sample: number): number[] {
  const row = rowOf(input, sample);
  return row.length === INDEPENDENT_LEAD_COUNT ? row : independentOf(row);
}

/**
 * Residual share: Σ|residual| / Σ(|dipolar| + |residual|) over every moment of P, QRS and ST-T of every beat. In 0…1: 0 when
 * all evidence is dipolar, 1 when none is; 0 when there is none at all. Absolute values, since signed sums may cancel. Leads
 * are the eight independent ones as the network saw them. Scale-free, so steps serve as units.
 */
export function residualShare(
  gradient: Int16Array,
  input: NetworkCodes,
  first: readonly number[],
  ranges: PhaseRanges,
  transform: VcgTransform,
): number {
  let [dipolarSum, residualSum] = [0, 0];
  for (const start of first) {
    for (let t = ranges[0][0]; t < ranges[2][1]; t += 1) {
      const folded = foldedGradientRow(gradient, start + t);
      const leads = independentLeads(input, start + t);
      const { dipolar, residual } = splitEvidence(folded, leads, transform);
      dipolarSum += Math.abs(dipolar);
      residualSum += Math.abs(residual);
    }
  }
  const sum = dipolarSum + residualSum;
  return sum > 0 ? residualSum / sum : 0;
}

/** g_V = Lᵀ g̃ at each sample of one beat, in gradient steps. */
export function adjointOfBeat(gradient: Int16Array, start: number, samples: number): FrankVector[] {
  return Array.from({ length: samples }, (_t, t) =>
    adjoint(foldedGradientRow(gradient, start + t)),
  );
}

/** Signed, weighted evidence vectors of one beat: weight × g_V in each phase; a phase of weight 0 takes no part. */
export function evidenceVectors(
  beatAdjoint: readonly FrankVector[],
  ranges: PhaseRanges,
  phaseWeight: readonly [number, number, number],
): FrankVector[] {
  return ranges.flatMap(([begin, end], phase) => {
    const weight = phaseWeight[phase] ?? 0;
    return weight === 0
      ? []
      : beatAdjoint
          .slice(begin, end)
          .filter((v) => magnitude(v) > 0)
          .map((v) => scale(v, weight));
  });
}
