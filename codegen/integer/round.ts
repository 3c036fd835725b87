/**
 * The one rounding of the project: floor((value · multiplier + 2^(shift−1)) / 2^shift), exact, ties towards +∞.
 * It is what `((int64_t)value * multiplier + (1LL << (shift - 1))) >> shift` gives in C, and what
 * TFLite's single-rounding reference gives.
 * @param value int32
 * @param multiplier int32
 * @param shift 17…62; the lower bound keeps every intermediate below 2^53
 */
export function multiplyRound(value: number, multiplier: number, shift: number): number {
  const high = value >> 16;
  const low = value & 0xffff;
  // value·multiplier = high·multiplier·2^16 + low·multiplier; each product is below 2^47, exact in a double.
  const carried = Math.floor((low * multiplier) / 65_536) + 2 ** (shift - 17);
  return Math.floor((high * multiplier + carried) / 2 ** (shift - 16));
}

/** The same for sums beyond int32, in unbounded integers: slow, for the few values that need it. */
export function roundWide(value: number, multiplier: number, shift: number): number {
  const half = 1n << BigInt(shift - 1);
  return Number((BigInt(value) * BigInt(multiplier) + half) >> BigInt(shift));
}

/** Where the multiplier of a real factor lies: value · factor ≈ multiplyRound(value, multiplier, shift). */
export interface FixedFactors {
  readonly multiplier: Int32Array;
  readonly shift: number;
}

/** A scale that no multiplier holds: the ranges do not belong to the weights. Lowering names the node. */
export class FactorError extends RangeError {
  constructor(factor: number) {
    super(`factor ${factor} is out of range`);
    this.name = 'FactorError';
  }
}

/** Factors with fewer digits in their multipliers, for values wider than int32. */
export function narrowFactors(factors: readonly number[], bits: number): FixedFactors {
  const largest = factors.reduce((a, b) => Math.max(a, b), 0);
  if (!(largest < 2 ** (bits - 1))) throw new FactorError(largest);
  let shift = 1;
  while (shift < 62 && Math.round(largest * 2 ** (shift + 1)) < 2 ** bits) shift += 1;
  return {
    multiplier: Int32Array.from(factors, (factor) => Math.round(factor * 2 ** shift)),
    shift,
  };
}

/**
 * One shift for all factors, 32 when it can be: the rounded product is then the high word of the 64-bit product, which
 * Cortex-M has an instruction for (SMMULR).
 * @param factors non-negative, below 2^13
 */
export function fixedFactors(factors: readonly number[]): FixedFactors {
  const largest = factors.reduce((a, b) => Math.max(a, b), 0);
  if (!(largest < 2 ** 13)) throw new FactorError(largest);
  let shift = 32;
  while (Math.round(largest * 2 ** shift) >= 2 ** 31) shift -= 1;
  // Tiny factors would keep too few digits of the multiplier.
  while (shift < 62 && largest > 0 && largest * 2 ** shift < 2 ** 16) shift += 1;
  return {
    multiplier: Int32Array.from(factors, (factor) => Math.round(factor * 2 ** shift)),
    shift,
  };
}

/**
 * One factor as TFLite holds it: 31 significant bits and an exponent (QuantizeMultiplier, quantization_util.cc), here
 * as the right shift that `multiplyRound` takes. Factors too small for it become 0, as there.
 * @param factor non-negative, below `limit`
 * @param limit 2^13 keeps the shift in what `multiplyRound` takes
 */
export function exactFactor(
  factor: number,
  limit = 2 ** 13,
): {
  readonly multiplier: number;
  readonly shift: number;
} {
  if (!(factor >= 0 && factor < limit)) throw new FactorError(factor);
  if (factor < 2 ** -32) return { multiplier: 0, shift: 31 };
  let shift = 31;
  while (factor * 2 ** shift < 2 ** 30) shift += 1;
  while (factor * 2 ** shift >= 2 ** 31) shift -= 1;
  const multiplier = Math.round(factor * 2 ** shift);
  // Rounded up to the next power of two: the same number with one bit less.
  return multiplier === 2 ** 31 ? { multiplier: 2 ** 30, shift: shift - 1 } : { multiplier, shift };
}

export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}
