/** Between twelve leads, eight independent leads and the three Frank axes. */
import {
  DOWER_FORWARD_MILLI,
  INDEPENDENT_IN_TWELVE,
  VCG_MATRIX_MILLI,
  type VcgTransform,
} from './matrices.js';
import type { FrankVector } from './vector.js';

const MILLI = 1000;

/** Σ of products over the shorter of both; missing entries do not occur, since every caller has fixed lengths. */
function inner(row: readonly number[], values: ArrayLike<number>): number {
  return row.reduce((sum, coefficient, i) => sum + coefficient * (values[i] ?? 0), 0);
}

/** V = T E, E in I II V1…V6 order, any unit. */
export function toFrank(transform: VcgTransform, leads: ArrayLike<number>): FrankVector {
  const rows = VCG_MATRIX_MILLI[transform];
  const axis = (i: number): number => inner(rows[i] ?? [], leads) / MILLI;
  return [axis(0), axis(1), axis(2)];
}

/** As `toFrank`, in whole microvolt rounded half up: exact on every machine, so fiducials are found alike everywhere. */
export function toFrankMicrovolt(
  transform: VcgTransform,
  microvolt: ArrayLike<number>,
): FrankVector {
  const rows = VCG_MATRIX_MILLI[transform];
  const axis = (i: number): number =>
    Math.floor((inner(rows[i] ?? [], microvolt) + MILLI / 2) / MILLI);
  return [axis(0), axis(1), axis(2)];
}

/** E = L V with Dower's forward matrix. */
export function dowerForward(frank: FrankVector): number[] {
  return DOWER_FORWARD_MILLI.map((row) => inner(row, frank) / MILLI);
}

/** g_V = Lᵀ g_E: the gradient by Frank axes of a function that sees leads L V. */
export function adjoint(leadGradient: ArrayLike<number>): FrankVector {
  const axis = (a: number): number =>
    DOWER_FORWARD_MILLI.reduce(
      (sum, row, lead) => sum + (row[a] ?? 0) * (leadGradient[lead] ?? 0),
      0,
    ) / MILLI;
  return [axis(0), axis(1), axis(2)];
}

/**
 * Gradient by twelve leads → gradient by the eight independent ones [D]. III = II − I, aVR = −(I + II)/2, aVL = I − II/2,
 * aVF = II − I/2, so each dependent lead's gradient belongs to I and II.
 */
export function foldGradient(twelve: ArrayLike<number>): number[] {
  const g = (i: number): number => twelve[i] ?? 0;
  const one = g(0) - g(2) - g(3) / 2 + g(4) - g(5) / 2;
  const two = g(1) + g(2) - g(3) / 2 - g(4) / 2 + g(5);
  return [one, two, g(6), g(7), g(8), g(9), g(10), g(11)];
}

/** Eight independent leads → the twelve, exactly (halves stay halves). */
export function expandLeads(independent: ArrayLike<number>): number[] {
  const e = (i: number): number => independent[i] ?? 0;
  const [one, two] = [e(0), e(1)];
  return [
    one,
    two,
    two - one,
    -(one + two) / 2,
    one - two / 2,
    two - one / 2,
    ...[2, 3, 4, 5, 6, 7].map(e),
  ];
}

/** The eight independent leads out of twelve. */
export function independentOf(twelve: ArrayLike<number>): number[] {
  return INDEPENDENT_IN_TWELVE.map((i) => twelve[i] ?? 0);
}
