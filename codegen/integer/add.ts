import type { IntegerKernel } from './kernel.js';
import type { RunContext } from './run.js';
import { elementwiseOverlaps } from './order-of-work.js';
import { clamp } from './round.js';

/**
 * y = clamp((a · multiplierA + b · multiplierB + bias) >> shift), each int8 or int16, int32 arithmetic throughout. `bias` holds
 * the three zero points and the rounding half.
 */
export interface AddOperation {
  readonly kind: 'add';
  readonly name: string;
  readonly inputA: string;
  readonly inputB: string;
  readonly output: string;
  readonly elements: number;
  readonly multiplierA: number;
  readonly multiplierB: number;
  readonly bias: number;
  readonly shift: number;
  readonly clampLow: number;
  readonly clampHigh: number;
}

function runAdd(op: AddOperation, context: RunContext): void {
  const a = context.values(op.inputA);
  const b = context.values(op.inputB);
  const y = context.values(op.output);
  for (let i = 0; i < op.elements; i += 1) {
    const sum = (a[i] as number) * op.multiplierA + (b[i] as number) * op.multiplierB + op.bias;
    y[i] = clamp(sum >> op.shift, op.clampLow, op.clampHigh);
  }
}

export const addKernel: IntegerKernel<AddOperation> = {
  inputs: (op) => [op.inputA, op.inputB],
  run: runAdd,
  overlaps: (op, tensor) => elementwiseOverlaps([op.inputA, op.inputB], op.output, tensor),
};
