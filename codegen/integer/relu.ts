import type { IntegerKernel } from './kernel.js';
import type { RunContext } from './run.js';

/** y = max(x, zero point), int8 or int16: a ReLU that could not be fused into what computes its input. */
export interface ReluOperation {
  readonly kind: 'relu';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly elements: number;
  readonly zeroPoint: number;
}

function runRelu(op: ReluOperation, context: RunContext): void {
  const x = context.values(op.input);
  const y = context.values(op.output);
  for (let i = 0; i < op.elements; i += 1) y[i] = Math.max(x[i] as number, op.zeroPoint);
}

export const reluKernel: IntegerKernel<ReluOperation> = {
  inputs: (op) => [op.input],
  run: runRelu,
  overlaps: (op) => [{ input: op.input, gap: 0 }],
};
