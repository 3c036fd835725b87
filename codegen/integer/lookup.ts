import type { IntegerKernel } from './kernel.js';
import type { RunContext } from './run.js';

/** y = table[x + 128], int8: any function of one value, exact for its 256 arguments by construction. */
export interface LookupOperation {
  readonly kind: 'lookup';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly elements: number;
  readonly table: Int8Array;
}

function runLookup(op: LookupOperation, context: RunContext): void {
  const x = context.values(op.input);
  const y = context.values(op.output);
  for (let i = 0; i < op.elements; i += 1) y[i] = op.table[(x[i] as number) + 128] as number;
}

export const lookupKernel: IntegerKernel<LookupOperation> = {
  inputs: (op) => [op.input],
  run: runLookup,
  overlaps: (op) => [{ input: op.input, gap: 0 }],
};
