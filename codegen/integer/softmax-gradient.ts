import type { IntegerKernel } from './kernel.js';
import { clamp, roundWide } from './round.js';
import type { RunContext } from './run.js';

/**
 * dx = clamp(p · (dy · 2^bits − Σ dy · p) · multiplier >> shift), int16, row by row over the channels, with p the softmax's output,
 * which stays in memory for it. Exact in 64 bits, rounded once.
 */
export interface SoftmaxGradientOperation {
  readonly kind: 'softmaxGradient';
  readonly name: string;
  /** dY, int16. */
  readonly input: string;
  /** int16 with 15 fraction bits, or int8 with 8 and zero point −128. */
  readonly probabilities: string;
  readonly probabilitiesAreInt16: boolean;
  readonly output: string;
  readonly rows: number;
  readonly columns: number;
  /** Below 2^SOFTMAX_GRADIENT_BITS. */
  readonly multiplier: number;
  readonly shift: number;
  readonly limit: number;
}

/** p · (dy · 2^15 − Σ dy · p) stays below 2^47, its product with a multiplier of 15 bits below 2^62. */
export const SOFTMAX_GRADIENT_BITS = 15;

function runSoftmaxGradient(op: SoftmaxGradientOperation, context: RunContext): void {
  const dy = context.values(op.input);
  const p = context.values(op.probabilities);
  const dx = context.values(op.output);
  const [zeroPoint, one] = op.probabilitiesAreInt16 ? [0, 2 ** 15] : [-128, 2 ** 8];
  for (let from = 0; from < op.rows * op.columns; from += op.columns) {
    let sum = 0;
    for (let i = from; i < from + op.columns; i += 1) {
      sum += (dy[i] as number) * ((p[i] as number) - zeroPoint);
    }
    for (let i = from; i < from + op.columns; i += 1) {
      const share = (p[i] as number) - zeroPoint;
      const value = roundWide(share * ((dy[i] as number) * one - sum), op.multiplier, op.shift);
      const kept = clamp(value, -op.limit, op.limit);
      if (kept !== value) context.saturate(1);
      dx[i] = kept;
    }
  }
}

export const softmaxGradientKernel: IntegerKernel<SoftmaxGradientOperation> = {
  inputs: (op) => [op.input, op.probabilities],
  run: runSoftmaxGradient,
  overlaps: (op) => [{ input: op.input, gap: 0 }],
  backward: true,
};
