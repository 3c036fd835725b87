import type { IntegerKernel } from './kernel.js';
import type { RunContext } from './run.js';
import { elementwiseOverlaps } from './order-of-work.js';
import { clamp } from './round.js';
import { isWhole, type Strides } from './strides.js';

/**
 * y = clamp((a · multiplierA + b · multiplierB + bias) >> shift), each int8 or int16: `add` for operands of which one is broadcast, and
 * for differences (a negative multiplier).
 */
export interface BroadcastAddOperation {
  readonly kind: 'broadcastAdd';
  readonly name: string;
  readonly inputA: string;
  readonly inputB: string;
  readonly output: string;
  readonly positions: number;
  readonly channels: number;
  readonly stridesA: Strides;
  readonly stridesB: Strides;
  readonly multiplierA: number;
  readonly multiplierB: number;
  readonly bias: number;
  readonly shift: number;
  readonly clampLow: number;
  readonly clampHigh: number;
}

function runBroadcastAdd(op: BroadcastAddOperation, context: RunContext): void {
  const a = context.values(op.inputA);
  const b = context.values(op.inputB);
  const y = context.values(op.output);
  for (let p = 0; p < op.positions; p += 1) {
    for (let c = 0; c < op.channels; c += 1) {
      const valueA = a[p * op.stridesA.position + c * op.stridesA.channel] as number;
      const valueB = b[p * op.stridesB.position + c * op.stridesB.channel] as number;
      const sum = valueA * op.multiplierA + valueB * op.multiplierB + op.bias;
      y[p * op.channels + c] = clamp(sum >> op.shift, op.clampLow, op.clampHigh);
    }
  }
}

export const broadcastAddKernel: IntegerKernel<BroadcastAddOperation> = {
  inputs: (op) => [op.inputA, op.inputB],
  run: runBroadcastAdd,
  overlaps: (op, tensor) => {
    const whole = [
      { input: op.inputA, strides: op.stridesA },
      { input: op.inputB, strides: op.stridesB },
    ].filter(({ strides }) => isWhole(strides, op.channels, op.positions));
    return elementwiseOverlaps(
      whole.map(({ input }) => input),
      op.output,
      tensor,
    );
  },
};
