import type { IntegerKernel } from './kernel.js';
import type { RunContext } from './run.js';
import { clamp, multiplyRound } from './round.js';

/** Room below the integers of a sum, so that rescaling its terms loses nothing (add.h of TFLite's reference kernels). */
export const RESCALED_ADD_LEFT_SHIFT = 20;

/**
 * Sum as TFLite computes it, int8: each term (x + offset) · 2^20 is rescaled by itself to a common scale, the sum of
 * both to the output's: y = clamp((a' + b') · multiplier >> shift + outputOffset).
 */
export interface RescaledAddOperation {
  readonly kind: 'rescaledAdd';
  readonly name: string;
  readonly inputA: string;
  readonly inputB: string;
  readonly output: string;
  readonly elements: number;
  readonly offsetA: number;
  readonly multiplierA: number;
  readonly shiftA: number;
  readonly offsetB: number;
  readonly multiplierB: number;
  readonly shiftB: number;
  readonly multiplier: number;
  readonly shift: number;
  readonly outputOffset: number;
  readonly clampLow: number;
  readonly clampHigh: number;
}

function runRescaledAdd(op: RescaledAddOperation, context: RunContext): void {
  const a = context.values(op.inputA);
  const b = context.values(op.inputB);
  const y = context.values(op.output);
  const unit = 2 ** RESCALED_ADD_LEFT_SHIFT;
  for (let i = 0; i < op.elements; i += 1) {
    const termA = multiplyRound(((a[i] as number) + op.offsetA) * unit, op.multiplierA, op.shiftA);
    const termB = multiplyRound(((b[i] as number) + op.offsetB) * unit, op.multiplierB, op.shiftB);
    const sum = multiplyRound(termA + termB, op.multiplier, op.shift) + op.outputOffset;
    y[i] = clamp(sum, op.clampLow, op.clampHigh);
  }
}

export const rescaledAddKernel: IntegerKernel<RescaledAddOperation> = {
  inputs: (op) => [op.inputA, op.inputB],
  run: runRescaledAdd,
  overlaps: (op) => [
    { input: op.inputA, gap: 0 },
    { input: op.inputB, gap: 0 },
  ],
};
