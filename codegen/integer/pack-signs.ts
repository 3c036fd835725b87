import type { IntegerKernel } from './kernel.js';
import type { RunContext } from './run.js';

/** One bit per element of a ReLU's output, set where it is above zero: all that its gradient needs to keep. */
export interface PackSignsOperation {
  readonly kind: 'packSigns';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly elements: number;
  /** The input's zero point: a bit is set where the element is above it. */
  readonly zeroPoint: number;
}

function runPackSigns(op: PackSignsOperation, context: RunContext): void {
  const x = context.values(op.input);
  const bits = context.values(op.output);
  bits.fill(0);
  for (let i = 0; i < op.elements; i += 1) {
    if ((x[i] as number) > op.zeroPoint) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
  }
}

export const packSignsKernel: IntegerKernel<PackSignsOperation> = {
  inputs: (op) => [op.input],
  run: runPackSigns,
};
