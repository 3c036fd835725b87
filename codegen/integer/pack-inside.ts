import type { IntegerKernel } from './kernel.js';
import type { RunContext } from './run.js';

/** One bit per element of a Clip's output, set where it is strictly between the bounds: what its gradient keeps. */
export interface PackInsideOperation {
  readonly kind: 'packInside';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly elements: number;
  /** Codes of the bounds; beyond int8 where a bound is out of reach. */
  readonly low: number;
  readonly high: number;
}

function runPackInside(op: PackInsideOperation, context: RunContext): void {
  const x = context.values(op.input);
  const bits = context.values(op.output);
  bits.fill(0);
  for (let i = 0; i < op.elements; i += 1) {
    const value = x[i] as number;
    if (value > op.low && value < op.high) {
      bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
    }
  }
}

export const packInsideKernel: IntegerKernel<PackInsideOperation> = {
  inputs: (op) => [op.input],
  run: runPackInside,
};
