import type { IntegerKernel } from './kernel.js';
import type { RunContext } from './run.js';
import { clamp, multiplyRound } from './round.js';

/** Mean over all positions, each end int8 or int16: y[c] = clamp((Σ x + bias) · multiplier >> shift). */
export interface AveragePoolOperation {
  readonly kind: 'averagePool';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly positions: number;
  readonly channels: number;
  /** Both zero points: −positions · z + z'/M. */
  readonly bias: number;
  readonly multiplier: number;
  readonly shift: number;
  readonly clampLow: number;
  readonly clampHigh: number;
}

function runAveragePool(op: AveragePoolOperation, context: RunContext): void {
  const x = context.values(op.input);
  const y = context.values(op.output);
  for (let c = 0; c < op.channels; c += 1) {
    let sum = op.bias;
    for (let p = 0; p < op.positions; p += 1) sum += x[p * op.channels + c] as number;
    y[c] = clamp(multiplyRound(sum, op.multiplier, op.shift), op.clampLow, op.clampHigh);
  }
}

export const averagePoolKernel: IntegerKernel<AveragePoolOperation> = {
  inputs: (op) => [op.input],
  run: runAveragePool,
};
