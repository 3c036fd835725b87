import type { IntegerKernel } from './kernel.js';
import { eachRun } from './rearrange.js';
import type { RunContext } from './run.js';

/**
 * The counterpart of a rearrangement: the output is `fill` but where the input, taken in order, is written at regular
 * distances: y[offset + Σ i_k · strides[k] + r] = next of x. Padding is this, and the gradient of a slice.
 */
export interface EmbedOperation {
  readonly kind: 'embed';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  /** Exactly four, outermost first; unused ones are 1. */
  readonly extents: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly run: number;
  /** Code of what is not written; 0 where elements are int16. */
  readonly fill: number;
}

function runEmbed(op: EmbedOperation, context: RunContext): void {
  const x = context.values(op.input);
  const y = context.values(op.output);
  y.fill(op.fill);
  let from = 0;
  eachRun(op, (position) => {
    for (let r = 0; r < op.run; r += 1) y[position + r] = x[from + r] as number;
    from += op.run;
  });
}

export const embedKernel: IntegerKernel<EmbedOperation> = {
  inputs: (op) => [op.input],
  run: runEmbed,
};
