import type { IntegerKernel } from './kernel.js';
import type { RunContext } from './run.js';
import { clamp, multiplyRound } from './round.js';
import { isWhole, type Strides } from './strides.js';

/** Room below the integers of a sum, so that rescaling its terms loses nothing (add.h of TFLite's reference kernels). */
export const RESCALED_ADD_LEFT_SHIFT = 20;

/**
 * Sum as TFLite computes it, int8: each term (x + offset) · 2^20 is rescaled by itself to a common scale, the sum of
 * both to the output's: y = clamp((a' + b') · multiplier >> shift + outputOffset). A negative multiplierB subtracts.
 */
export interface RescaledSum {
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

/** Each operand whole or broadcast. */
export interface RescaledAddOperation extends RescaledSum {
  readonly kind: 'rescaledAdd';
  readonly name: string;
  readonly inputA: string;
  readonly inputB: string;
  readonly output: string;
  readonly positions: number;
  readonly channels: number;
  readonly stridesA: Strides;
  readonly stridesB: Strides;
}

export function rescaledSum(s: RescaledSum, a: number, b: number): number {
  const unit = 2 ** RESCALED_ADD_LEFT_SHIFT;
  const termA = multiplyRound((a + s.offsetA) * unit, s.multiplierA, s.shiftA);
  const termB = multiplyRound((b + s.offsetB) * unit, s.multiplierB, s.shiftB);
  const sum = multiplyRound(termA + termB, s.multiplier, s.shift) + s.outputOffset;
  return clamp(sum, s.clampLow, s.clampHigh);
}

function runRescaledAdd(op: RescaledAddOperation, context: RunContext): void {
  const a = context.values(op.inputA);
  const b = context.values(op.inputB);
  const y = context.values(op.output);
  for (let p = 0; p < op.positions; p += 1) {
    for (let c = 0; c < op.channels; c += 1) {
      const valueA = a[p * op.stridesA.position + c * op.stridesA.channel] as number;
      const valueB = b[p * op.stridesB.position + c * op.stridesB.channel] as number;
      y[p * op.channels + c] = rescaledSum(op, valueA, valueB);
    }
  }
}

export const rescaledAddKernel: IntegerKernel<RescaledAddOperation> = {
  inputs: (op) => [op.inputA, op.inputB],
  run: runRescaledAdd,
  overlaps: (op) =>
    [
      { input: op.inputA, strides: op.stridesA },
      { input: op.inputB, strides: op.stridesB },
    ]
      .filter(({ strides }) => isWhole(strides, op.channels, op.positions))
      .map(({ input }) => ({ input, gap: 0 })),
};
