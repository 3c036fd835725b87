import { present, type IntegerKernel } from './kernel.js';
import { bitOf, type RunContext } from './run.js';
import { clamp, multiplyRound } from './round.js';

/**
 * dx = mask · clamp(a · multiplierA[c] + b · multiplierB[c] >> shift), int16: the sum of two gradients that meet at a
 * fork, or (without b) one gradient in another scale or under a mask. Each term is rounded by itself.
 */
export interface GradientMergeOperation {
  readonly kind: 'gradientMerge';
  readonly name: string;
  readonly inputA: string;
  readonly inputB?: string;
  readonly output: string;
  readonly positions: number;
  readonly channels: number;
  readonly multiplierA: Int32Array;
  readonly multiplierB?: Int32Array;
  readonly shift: number;
  readonly mask?: string;
  readonly limit: number;
}

function runGradientMerge(op: GradientMergeOperation, context: RunContext): void {
  const a = context.values(op.inputA);
  const b = op.inputB === undefined ? undefined : context.values(op.inputB);
  const dx = context.values(op.output);
  const mask = op.mask === undefined ? undefined : context.values(op.mask);
  for (let i = 0; i < op.positions * op.channels; i += 1) {
    if (mask !== undefined && bitOf(mask, i) === 0) {
      dx[i] = 0;
      continue;
    }
    const c = i % op.channels;
    let value = multiplyRound(a[i] as number, op.multiplierA[c] as number, op.shift);
    if (b !== undefined) {
      value += multiplyRound(b[i] as number, op.multiplierB?.[c] ?? 0, op.shift);
    }
    const kept = clamp(value, -op.limit, op.limit);
    if (kept !== value) context.saturate(1);
    dx[i] = kept;
  }
}

export const gradientMergeKernel: IntegerKernel<GradientMergeOperation> = {
  inputs: (op) => present(op.inputA, op.inputB, op.mask),
  run: runGradientMerge,
  overlaps: (op) => present(op.inputA, op.inputB).map((input) => ({ input, gap: 0 })),
  backward: true,
};
