/** What is looked at of a window: golden model of `iso_reversal_features` and of the measures of `iso_familiarity.c`, equal to the last bit. */

const LEADS = 8;
const PAIRS = (LEADS * (LEADS - 1)) / 2;
/** A lead below 5 microvolt root mean square has no signal. */
const LEAST_SQUARE = 25;
const LOG_FRACTION_BITS = 8;
const MANTISSA_BITS = 31n;

export interface WindowDescription {
  /** Of the signal, then of its first difference: 28 correlations, 8 shares; 12 fraction bits. */
  readonly features: Int32Array;
  /** Power, slope, bend (binary logarithms in 256ths), alikeness (4096ths). */
  readonly measures: Int32Array;
}

/**
 * @param microvolt `[samples][8]`, 100 Hz, baseline removed
 * @returns undefined where a lead has no signal
 */
export function describeWindow(microvolt: Int16Array): WindowDescription | undefined {
  const slopes = differences(microvolt);
  const level = featuresOf(microvolt, LEAST_SQUARE);
  const slope = featuresOf(slopes, 1);
  if (level === undefined || slope === undefined) return undefined;
  const bends = differences(slopes);
  const [power, steepness, bend] = [microvolt, slopes, bends].map((values) =>
    log2In256ths(BigInt(sumOfSquares(values)) + 1n),
  ) as [number, number, number];
  const alikeness = level
    .slice(0, PAIRS)
    .reduce((sum, value) => sum + Math.floor((value * value) / 4096), 0);
  return {
    features: Int32Array.of(...level, ...slope),
    measures: Int32Array.of(
      power - log2In256ths(BigInt(microvolt.length)),
      steepness - power,
      bend - steepness,
      Math.floor(alikeness / PAIRS),
    ),
  };
}

/** Row by row; one row fewer. Every value is a whole number that a double holds. */
function differences(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(
    { length: values.length - LEADS },
    (_, i) => (values[i + LEADS] ?? 0) - (values[i] ?? 0),
  );
}

function sumOfSquares(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += (values[i] ?? 0) ** 2;
  return sum;
}

function featuresOf(values: ArrayLike<number>, leastSquare: number): number[] | undefined {
  const count = values.length / LEADS;
  const sums = new Float64Array(LEADS);
  const products = new Float64Array(LEADS * LEADS);
  for (let row = 0; row < values.length; row += LEADS) {
    for (let a = 0; a < LEADS; a += 1) {
      const value = values[row + a] ?? 0;
      sums[a] = (sums[a] ?? 0) + value;
      for (let b = a; b < LEADS; b += 1) {
        const at = a * LEADS + b;
        products[at] = (products[at] ?? 0) + value * (values[row + b] ?? 0);
      }
    }
  }
  // BigInt divides as C does: towards zero.
  const centred = (a: number, b: number): bigint =>
    BigInt(products[a * LEADS + b] ?? 0) -
    (BigInt(sums[a] ?? 0) * BigInt(sums[b] ?? 0)) / BigInt(count);
  const powers = Array.from({ length: LEADS }, (_, lead) => centred(lead, lead));
  if (powers.some((power) => power < BigInt(leastSquare * count))) return undefined;
  const roots = powers.map((power) => squareRoot(power << 6n));
  const features: number[] = [];
  for (let a = 0; a < LEADS; a += 1) {
    for (let b = a + 1; b < LEADS; b += 1) {
      features.push(Number((centred(a, b) << 18n) / ((roots[a] ?? 1n) * (roots[b] ?? 1n))));
    }
  }
  const mean = squareRoot((powers.reduce((sum, power) => sum + power, 0n) << 6n) / BigInt(LEADS));
  return [...features, ...roots.map((root) => Number((root << 12n) / (mean === 0n ? 1n : mean)))];
}

/** Rounded downwards. */
function squareRoot(value: bigint): bigint {
  let root = BigInt(Math.floor(Math.sqrt(Number(value))));
  while (root * root > value) root -= 1n;
  while ((root + 1n) * (root + 1n) <= value) root += 1n;
  return root;
}

/** `iso_log2_256ths`. */
export function log2In256ths(value: bigint): number {
  if (value === 0n) return 0;
  const whole = BigInt(value.toString(2).length - 1);
  let mantissa =
    whole >= MANTISSA_BITS ? value >> (whole - MANTISSA_BITS) : value << (MANTISSA_BITS - whole);
  let fraction = 0;
  for (let bit = 0; bit < LOG_FRACTION_BITS; bit += 1) {
    mantissa = (mantissa * mantissa) >> MANTISSA_BITS;
    const reached = mantissa >> (MANTISSA_BITS + 1n);
    mantissa >>= reached;
    fraction = 2 * fraction + Number(reached);
  }
  return (Number(whole) << LOG_FRACTION_BITS) + fraction;
}
