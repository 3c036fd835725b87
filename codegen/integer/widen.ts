import type { IntegerKernel } from './kernel.js';
import type { RunContext } from './run.js';

/** y = x − zeroPoint, int8 → int16: the answer of a network whose own answer is int8, in the form of seam 2. */
export interface WidenOperation {
  readonly kind: 'widen';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly elements: number;
  readonly zeroPoint: number;
}

function runWiden(op: WidenOperation, context: RunContext): void {
  const x = context.values(op.input);
  const y = context.values(op.output);
  for (let i = 0; i < op.elements; i += 1) y[i] = (x[i] as number) - op.zeroPoint;
}

export const widenKernel: IntegerKernel<WidenOperation> = {
  inputs: (op) => [op.input],
  run: runWiden,
  // Upwards, two bytes are written for each that is read.
  overlaps: (op) => [{ input: op.input, gap: op.elements }],
};
