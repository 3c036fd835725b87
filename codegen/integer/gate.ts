/**
 * Sigmoid and tanh of recurrent gates in fixed point. An argument is int32 with 15 fraction bits, a value int16 with 15
 * fraction bits. One table serves both: σ at every 1/32 from 0 to 12, straight lines between, σ(−x) = 1 − σ(x) and
 * tanh(x) = 2·σ(2x) − 1.
 */

export const GATE_FRACTION_BITS = 15;
const STEP_BITS = GATE_FRACTION_BITS - 5;
/** σ(12) is 1 − 6e−6, nearer to 1 than half a step of the value. */
const STEPS = 12 * 32;
const LIMIT = STEPS << STEP_BITS;
const MOST = 32_767;

/** σ(k / 32) in steps of 2^−15; emitted into C as it is. A line between two misses σ by 1.2e−5 at most, 0.4 of a step. */
export const GATE_TABLE: Int16Array = Int16Array.from({ length: STEPS + 1 }, (_, k) =>
  Math.min(MOST, Math.round(32_768 / (1 + Math.exp(-k / 32)))),
);

/** σ of a non-negative argument. */
function gateHalf(argument: number): number {
  if (argument >= LIMIT) return GATE_TABLE[STEPS] as number;
  const k = argument >> STEP_BITS;
  const low = GATE_TABLE[k] as number;
  const rise = (GATE_TABLE[k + 1] as number) - low;
  return low + ((rise * (argument & ((1 << STEP_BITS) - 1)) + (1 << (STEP_BITS - 1))) >> STEP_BITS);
}

/** @param argument int32, 15 fraction bits */
export function gateSigmoid(argument: number): number {
  return argument >= 0 ? gateHalf(argument) : 32_768 - gateHalf(-argument);
}

/** @param argument int32, 15 fraction bits */
export function gateTanh(argument: number): number {
  const magnitude = Math.abs(argument);
  // Doubling must not leave int32 in C.
  const half = gateHalf(magnitude >= LIMIT ? LIMIT : 2 * magnitude);
  const value = 2 * half - 32_768;
  return argument >= 0 ? value : -value;
}
