import type { IntegerKernel } from './kernel.js';
import type { RunContext } from './run.js';

/** y = values, int8: a constant operand of an operation that reads signals. */
export interface LoadOperation {
  readonly kind: 'load';
  readonly name: string;
  readonly output: string;
  readonly values: Int8Array;
}

function runLoad(op: LoadOperation, context: RunContext): void {
  context.values(op.output).set(op.values);
}

export const loadKernel: IntegerKernel<LoadOperation> = {
  inputs: () => [],
  run: runLoad,
};
