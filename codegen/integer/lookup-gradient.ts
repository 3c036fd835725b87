import type { IntegerKernel } from './kernel.js';
import type { RunContext } from './run.js';
import { clamp, multiplyRound } from './round.js';

/**
 * dx = clamp(dy · slope[x + 128] · multiplier[c] >> shift), int16: the gradient of a `lookup`. It reads the look-up's
 * int8 input, which therefore stays in memory until the explanation is done.
 */
export interface LookupGradientOperation {
  readonly kind: 'lookupGradient';
  readonly name: string;
  readonly input: string;
  /** The forward look-up's input. */
  readonly argument: string;
  readonly output: string;
  readonly positions: number;
  readonly channels: number;
  /** Derivative at each code, int16. */
  readonly slope: Int16Array;
  readonly multiplier: Int32Array;
  readonly shift: number;
  readonly limit: number;
}

function runLookupGradient(op: LookupGradientOperation, context: RunContext): void {
  const dy = context.values(op.input);
  const x = context.values(op.argument);
  const dx = context.values(op.output);
  for (let i = 0; i < op.positions * op.channels; i += 1) {
    const product = (dy[i] as number) * (op.slope[(x[i] as number) + 128] as number);
    const value = multiplyRound(product, op.multiplier[i % op.channels] as number, op.shift);
    const kept = clamp(value, -op.limit, op.limit);
    if (kept !== value) context.saturate(1);
    dx[i] = kept;
  }
}

export const lookupGradientKernel: IntegerKernel<LookupGradientOperation> = {
  inputs: (op) => [op.input, op.argument],
  run: runLookupGradient,
  overlaps: (op) => [{ input: op.input, gap: 0 }],
  backward: true,
};
