import type { IntegerKernel } from './kernel.js';
import { clamp } from './round.js';
import type { RunContext } from './run.js';

/**
 * Softmax over the channels, row by row. With d = largest − x, the power is 2^−(d·multiplier >> shift): the exponent has
 * 12 fraction bits, powers have 20, the reciprocal of their sum 50 in all.
 */
export interface SoftmaxOperation {
  readonly kind: 'softmax';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly rows: number;
  readonly columns: number;
  readonly multiplier: number;
  readonly shift: number;
  /** int16 with 15 fraction bits for a product to come, else int8 with 8 and zero point −128. */
  readonly outputIsInt16: boolean;
}

export const SOFTMAX_EXPONENT_BITS = 12;
/** The sum of so many powers of 20 bits stays below 2^31. */
export const SOFTMAX_MOST_COLUMNS = 2047;
const POWER_BITS = 20;
const RECIPROCAL_BITS = 50;

/** 2^(−k/128) with 20 fraction bits; emitted into C as it is. Lines between two miss by 4e−6. */
export const POWER_TABLE: Int32Array = Int32Array.from({ length: 129 }, (_, k) =>
  Math.round(2 ** POWER_BITS * 2 ** (-k / 128)),
);

/** 2^−exponent, 20 fraction bits, of a non-negative exponent with 12. */
export function negativePower(exponent: number): number {
  const whole = exponent >> SOFTMAX_EXPONENT_BITS;
  if (whole > POWER_BITS) return 0;
  const k = (exponent >> 5) & 127;
  const low = POWER_TABLE[k] as number;
  const fall = (POWER_TABLE[k + 1] as number) - low;
  const power = low + ((fall * (exponent & 31) + 16) >> 5);
  return (power + ((1 << whole) >> 1)) >> whole;
}

function runSoftmax(op: SoftmaxOperation, context: RunContext): void {
  const x = context.values(op.input);
  const y = context.values(op.output);
  const shift = RECIPROCAL_BITS - (op.outputIsInt16 ? 15 : 8);
  const [zeroPoint, high] = op.outputIsInt16 ? [0, 32_767] : [-128, 127];
  for (let from = 0; from < op.rows * op.columns; from += op.columns) {
    const row = x.subarray(from, from + op.columns);
    let largest = -32_768;
    for (const value of row) largest = Math.max(largest, value);
    // A difference has 16 bits at most: its product is exact in a double whatever the shift.
    const power = (value: number): number =>
      negativePower(
        Math.floor(((largest - value) * op.multiplier + 2 ** (op.shift - 1)) / 2 ** op.shift),
      );
    let sum = 0;
    for (const value of row) sum += power(value);
    // The largest itself gives 2^20, so the reciprocal stays below 2^31; the quotient is exact enough in a double.
    const reciprocal = Math.floor(2 ** RECIPROCAL_BITS / sum);
    row.forEach((value, i) => {
      const share = Math.floor((power(value) * reciprocal + 2 ** (shift - 1)) / 2 ** shift);
      y[from + i] = clamp(share + zeroPoint, -128, high);
    });
  }
}

export const softmaxKernel: IntegerKernel<SoftmaxOperation> = {
  inputs: (op) => [op.input],
  run: runSoftmax,
};
