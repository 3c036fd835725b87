/**
 * The body as a volume conductor: what each electrode sees of a current source in the heart.
 *
 * A homogeneous torso in air, by boundary elements (constant potential on flat triangles). For the surface potential φ
 *
 *   φ_i = 2 φ∞_i + (1/2π) Σ_j Ω_ij φ_j
 *
 * (Barr, Pilkington, Boineau, Spach 1966), Ω_ij the solid angle of triangle j from the centre of triangle i (van Oosterom and
 * Strackee 1983). Only electrode potentials are wanted, so the system is solved once per electrode, transposed
 * (reciprocity): afterwards a source costs one sum over the triangles.
 *
 * Frame: Frank (X left, Y inferior, Z posterior), millimetres, origin in the ventricular centre.
 */
import { add, cross, distance, dot, norm, scale, subtract, unit, type Vector3 } from './vector3.js';

export const ELECTRODE_NAMES = ['RA', 'LA', 'LL', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6'] as const;

/** ECGSIM's electrodes: metres, x anterior, y left, z superior. Same order as ELECTRODE_NAMES. */
const ELECTRODES_ECGSIM_M: readonly Vector3[] = [
  [-0.0205, -0.1982, 0.1312],
  [-0.0161, 0.199, 0.1273],
  [-0.0112, 0.1278, -0.2561],
  [0.109, -0.0272, 0.0],
  [0.1126, 0.0276, 0.0],
  [0.1151, 0.0821, -0.0246],
  [0.089, 0.1258, -0.05],
  [0.0455, 0.1565, -0.05],
  [-0.0057, 0.1703, -0.05],
];
const VENTRICULAR_CENTRE_ECGSIM_M: Vector3 = [0.0461, 0.0394, -0.0098];

/** ECGSIM's frame → Frank millimetres about the ventricular centre. The only place where frames meet. */
function frankMm(ecgsimM: Vector3): Vector3 {
  const [anterior, left, superior] = subtract(ecgsimM, VENTRICULAR_CENTRE_ECGSIM_M);
  return [left * 1000, -superior * 1000, -anterior * 1000];
}

export const ELECTRODES_FRANK_MM: readonly Vector3[] = ELECTRODES_ECGSIM_M.map(frankMm);

/** A closed surface: triangle centres and corners, outward. */
export interface ClosedSurface {
  readonly centres: readonly Vector3[];
  readonly corners: readonly (readonly [Vector3, Vector3, Vector3])[];
}

export interface SuperellipsoidShape {
  readonly centre: Vector3;
  /** Half axes along X, Y, Z. */
  readonly halfAxes: Vector3;
  /** 2 is an ellipse; larger is squarer. */
  readonly transverseExponent: number;
  readonly verticalExponent: number;
  readonly rings: number;
  /** Above 1 the rings crowd about the middle. */
  readonly crowding: number;
  readonly columns: number;
}

/**
 * Fitted by hand to the chest electrodes above (V1…V6 within 12 mm of it); the arms and legs are left out, and RA, LA, LL
 * sit on its nearest points, shoulders and hip.
 */
export const TORSO: SuperellipsoidShape = {
  centre: frankMm([0, 0, -0.06]),
  halfAxes: [170, 300, 117],
  transverseExponent: 2.3,
  verticalExponent: 5,
  rings: 18,
  crowding: 1.3,
  columns: 28,
};

/** Latitude–longitude mesh about the Y axis. Points are spread by angle: the usual powers of sine and cosine leave gaps of a hand. */
export function superellipsoid(shape: SuperellipsoidShape): ClosedSurface {
  const { rings, columns, halfAxes } = shape;
  const point = (ring: number, column: number): Vector3 => {
    const fraction = (2 * ring) / rings - 1;
    const latitude = Math.sign(fraction) * Math.abs(fraction) ** shape.crowding * (Math.PI / 2);
    const longitude = (column / columns) * 2 * Math.PI;
    const [waist, height] = superellipsePoint(1, 1, shape.verticalExponent, latitude);
    const [left, behind] = superellipsePoint(
      halfAxes[0],
      halfAxes[2],
      shape.transverseExponent,
      longitude,
    );
    // At the poles the cosine is not exactly 0, and all columns must meet.
    const reach = ring === 0 || ring === rings ? 0 : waist;
    return add(shape.centre, [left * reach, halfAxes[1] * height, behind * reach]);
  };
  const corners: (readonly [Vector3, Vector3, Vector3])[] = [];
  for (let ring = 0; ring < rings; ring += 1) {
    for (let column = 0; column < columns; column += 1) {
      const a = point(ring, column);
      const b = point(ring, column + 1);
      const c = point(ring + 1, column);
      const d = point(ring + 1, column + 1);
      if (ring > 0) corners.push([a, b, d]);
      if (ring < rings - 1) corners.push([a, d, c]);
    }
  }
  const outward = corners.map(([a, b, c]): readonly [Vector3, Vector3, Vector3] =>
    dot(cross(subtract(b, a), subtract(c, a)), subtract(a, shape.centre)) > 0
      ? [a, b, c]
      : [a, c, b],
  );
  return {
    corners: outward,
    centres: outward.map(([a, b, c]) => scale(add(add(a, b), c), 1 / 3)),
  };
}

/** Where the ray at an angle meets |x/a|ⁿ + |y/b|ⁿ = 1. */
function superellipsePoint(
  a: number,
  b: number,
  exponent: number,
  angle: number,
): readonly [number, number] {
  const [x, y] = [Math.cos(angle), Math.sin(angle)];
  const radius = (Math.abs(x / a) ** exponent + Math.abs(y / b) ** exponent) ** (-1 / exponent);
  return [radius * x, radius * y];
}

/** Solid angle of a triangle, positive when its outward side looks away from the point. */
function solidAngle(point: Vector3, triangle: readonly [Vector3, Vector3, Vector3]): number {
  const a = subtract(triangle[0], point);
  const b = subtract(triangle[1], point);
  const c = subtract(triangle[2], point);
  const [la, lb, lc] = [norm(a), norm(b), norm(c)];
  return (
    2 *
    Math.atan2(dot(a, cross(b, c)), la * lb * lc + dot(a, b) * lc + dot(a, c) * lb + dot(b, c) * la)
  );
}

/**
 * Electrode potential of unit current sources: `at(r)` is such that a dipole p at r gives the potential p · ∇at(r), up to
 * 1/(4πσ) and a constant common to all electrodes.
 */
export interface LeadField {
  readonly electrodeCount: number;
  /** Writes one value an electrode, 1/mm. */
  readonly at: (x: number, y: number, z: number, into: Float64Array) => void;
}

export function solveLeadField(surface: ClosedSurface, electrodes: readonly Vector3[]): LeadField {
  return bodySolver(surface)(electrodes);
}

/** The costly part once for a body; any number of electrode placements after it. */
export function bodySolver(surface: ClosedSurface): (electrodes: readonly Vector3[]) => LeadField {
  const n = surface.centres.length;
  const system = new Float64Array(n * n);
  for (const [i, centre] of surface.centres.entries()) {
    for (const [j, triangle] of surface.corners.entries()) {
      // Transposed; a flat triangle sees itself under no angle. 1/n deflates the constant, which air leaves undetermined.
      const omega = i === j ? 0 : solidAngle(centre, triangle);
      system[j * n + i] = (i === j ? 1 : 0) - omega / (2 * Math.PI) + 1 / n;
    }
  }
  const solve = factorize(system, n);
  const centres = Float64Array.from(surface.centres.flat());
  return (electrodes) => {
    const weights = electrodes.map((electrode) =>
      solve(interpolation(surface, electrode)).map((weight) => 2 * weight),
    );
    const inverse = new Float64Array(n);
    return {
      electrodeCount: electrodes.length,
      at: (x, y, z, into) => {
        for (let i = 0; i < n; i += 1) {
          const dx = (centres[3 * i] ?? 0) - x;
          const dy = (centres[3 * i + 1] ?? 0) - y;
          const dz = (centres[3 * i + 2] ?? 0) - z;
          inverse[i] = 1 / Math.sqrt(dx * dx + dy * dy + dz * dz);
        }
        for (let e = 0; e < weights.length; e += 1) into[e] = inner(weights[e], inverse);
      },
    };
  };
}

function inner(a: Float64Array | undefined, b: Float64Array): number {
  let sum = 0;
  if (a !== undefined) for (let i = 0; i < b.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** Further from any triangle's centre than the mesh is wide: not on the trunk. */
const LIMB_BEGINS_MM = 30;

/**
 * The potential between triangle centres: moving least squares, linear along the surface, over the six nearest.
 * (A plain weighted mean would move the electrode to the centroid of those triangles, up to a centimetre away.)
 */
function interpolation(surface: ClosedSurface, wanted: Vector3): Float64Array {
  const right = new Float64Array(surface.centres.length);
  // An arm or leg is as good as a wire to the place of the trunk where it begins.
  const onTrunk = surface.centres.reduce((a, b) =>
    distance(b, wanted) < distance(a, wanted) ? b : a,
  );
  const electrode = distance(onTrunk, wanted) > LIMB_BEGINS_MM ? onTrunk : wanted;
  const nearest = surface.centres
    .map((centre, index) => ({ index, centre, away: distance(centre, electrode) }))
    .sort((a, b) => a.away - b.away)
    .slice(0, 6);
  const corners = surface.corners[nearest[0]?.index ?? 0];
  const farthest = nearest[nearest.length - 1]?.away ?? 1;
  if (corners === undefined) return right;
  const along = unit(subtract(corners[1], corners[0]));
  const across = unit(cross(cross(along, subtract(corners[2], corners[0])), along));
  const moments = new Float64Array(9);
  const terms = nearest.map(({ index, centre, away }) => {
    const offset = subtract(centre, electrode);
    const basis: Vector3 = [1, dot(offset, along), dot(offset, across)];
    const weight = Math.exp(-2 * (away / farthest) ** 2);
    for (let i = 0; i < 9; i += 1) {
      moments[i] =
        (moments[i] ?? 0) + weight * (basis[Math.floor(i / 3)] ?? 0) * (basis[i % 3] ?? 0);
    }
    return { index, basis, weight };
  });
  const [c0 = 0, c1 = 0, c2 = 0] = factorize(moments, 3)(Float64Array.of(1, 0, 0));
  for (const { index, basis, weight } of terms) {
    right[index] = weight * dot(basis, [c0, c1, c2]);
  }
  return right;
}

/** LU with row pivoting, in place; returns the solver. */
function factorize(matrix: Float64Array, n: number): (right: Float64Array) => Float64Array {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let k = 0; k < n; k += 1) {
    let pivot = k;
    for (let i = k + 1; i < n; i += 1) {
      if (Math.abs(matrix[i * n + k] ?? 0) > Math.abs(matrix[pivot * n + k] ?? 0)) pivot = i;
    }
    if (pivot !== k) {
      for (let j = 0; j < n; j += 1) {
        const held = matrix[k * n + j] ?? 0;
        matrix[k * n + j] = matrix[pivot * n + j] ?? 0;
        matrix[pivot * n + j] = held;
      }
      const held = order[k] ?? 0;
      order[k] = order[pivot] ?? 0;
      order[pivot] = held;
    }
    const diagonal = matrix[k * n + k] ?? 1;
    for (let i = k + 1; i < n; i += 1) {
      const factor = (matrix[i * n + k] ?? 0) / diagonal;
      matrix[i * n + k] = factor;
      for (let j = k + 1; j < n; j += 1) {
        matrix[i * n + j] = (matrix[i * n + j] ?? 0) - factor * (matrix[k * n + j] ?? 0);
      }
    }
  }
  return (right) => {
    const x = Float64Array.from(order, (from) => right[from] ?? 0);
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j < i; j += 1) x[i] = (x[i] ?? 0) - (matrix[i * n + j] ?? 0) * (x[j] ?? 0);
    }
    for (let i = n - 1; i >= 0; i -= 1) {
      for (let j = i + 1; j < n; j += 1) {
        x[i] = (x[i] ?? 0) - (matrix[i * n + j] ?? 0) * (x[j] ?? 0);
      }
      x[i] = (x[i] ?? 0) / (matrix[i * n + i] ?? 1);
    }
    return x;
  };
}

export const TORSO_SURFACE = superellipsoid(TORSO);
