/** The directions along which beats vary most, and the inverse of a covariance made of them and a floor. */

export interface Covariance {
  /** Unit vectors, most variance first. */
  readonly components: readonly Float64Array[];
  /** Variance along each beyond the floor. */
  readonly excess: readonly number[];
  /** Variance in every direction besides. */
  readonly floor: number;
}

export function inner(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

export function meanOf(rows: readonly ArrayLike<number>[]): Float64Array {
  const mean = new Float64Array(rows[0]?.length ?? 0);
  for (const row of rows) {
    for (let i = 0; i < mean.length; i += 1) mean[i] = (mean[i] ?? 0) + (row[i] ?? 0);
  }
  return mean.map((sum) => sum / rows.length);
}

function subtractScaled(from: Float64Array, factor: number, other: Float64Array): void {
  for (let i = 0; i < from.length; i += 1) from[i] = (from[i] ?? 0) - factor * (other[i] ?? 0);
}

/** Gram and Schmidt, twice each for the digits; directions that vanish are left out. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = Float64Array.from(vector);
    const before = Math.sqrt(inner(rest, rest));
    for (let pass = 0; pass < 2; pass += 1) {
      for (const unit of basis) subtractScaled(rest, inner(rest, unit), unit);
    }
    const length = Math.sqrt(inner(rest, rest));
    if (length > 1e-9 * before && length > 0) basis.push(rest.map((value) => value / length));
  }
  return basis;
}

/** Power steps: a wrong direction with nine tenths of the variance of a right one is down to 1e-3 after so many. */
const STEPS = 32;

/** Up to `count` orthonormal directions that hold the most of the rows' sum of squares; subspace iteration from the rows themselves. */
export function principalDirections(
  rows: readonly Float64Array[],
  count: number,
): { readonly directions: Float64Array[]; readonly squares: number[] } {
  const length = rows[0]?.length ?? 0;
  const spare = Math.min(rows.length, count + 8);
  // Sums of interleaved rows: any start does that is not blind to a direction.
  let basis = orthonormal(
    Array.from({ length: spare }, (_, k) => {
      const start = new Float64Array(length);
      rows.forEach((row, i) => subtractScaled(start, Math.cos(1 + i * (k + 1)), row));
      return start;
    }),
  );
  const seenBy = (vector: Float64Array): Float64Array => {
    const image = new Float64Array(length);
    for (const row of rows) subtractScaled(image, -inner(row, vector), row);
    return image;
  };
  const square = (vector: Float64Array): number =>
    rows.reduce((sum, row) => sum + inner(row, vector) ** 2, 0);
  for (let step = 0; step < STEPS; step += 1) {
    // Largest first, so that the orthogonalisation keeps what matters.
    basis = orthonormal(basis.map(seenBy));
  }
  const ranked = basis
    .map((direction) => ({ direction, square: square(direction) }))
    .sort((a, b) => b.square - a.square)
    .slice(0, count);
  return {
    directions: ranked.map(({ direction }) => direction),
    squares: ranked.map((entry) => entry.square),
  };
}

/**
 * @param rows beats; their mean is taken out
 * @param leastFloor variance that every direction has at least: noise and whatever the rows' maker knows nothing of
 */
export function covarianceOf(
  rows: readonly Float64Array[],
  count: number,
  leastFloor: number,
): Covariance {
  const mean = meanOf(rows);
  const centred = rows.map((row) => row.map((value, i) => value - (mean[i] ?? 0)));
  const degrees = Math.max(1, rows.length - 1);
  const { directions, squares } = principalDirections(centred, count);
  const variances = squares.map((square) => square / degrees);
  const whole = centred.reduce((sum, row) => sum + inner(row, row), 0) / degrees;
  const rest = whole - variances.reduce((a, b) => a + b, 0);
  const floor = Math.max(leastFloor, rest / Math.max(1, mean.length - directions.length));
  return {
    components: directions,
    excess: variances.map((variance) => Math.max(0, variance - floor)),
    floor,
  };
}

/** S⁻¹ y for S = floor·1 + Σ excess·v vᵀ (Woodbury; the v are orthonormal). */
export function whiten({ components, excess, floor }: Covariance, y: Float64Array): Float64Array {
  const result = y.map((value) => value / floor);
  components.forEach((component, k) => {
    const variance = excess[k] ?? 0;
    subtractScaled(
      result,
      (inner(component, y) * variance) / (variance + floor) / floor,
      component,
    );
  });
  return result;
}
