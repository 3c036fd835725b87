import type { IntegerKernel } from './kernel.js';
import type { RunContext } from './run.js';

/**
 * A dense output whose elements are taken from the input at regular distances:
 * y[i0][i1][i2][i3][r] = x[offset + Σ i_k · strides[k] + r], r below `run`. Slices, transpositions, reshapes that move
 * values between channels, and repetition (stride 0) are this; values keep their code.
 */
export interface RearrangeOperation {
  readonly kind: 'rearrange';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  /** Exactly four, outermost first; unused ones are 1. */
  readonly extents: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  /** Neighbouring elements that move together. */
  readonly run: number;
}

/** Visits the start of each run in order. */
export function eachRun(
  op: Pick<RearrangeOperation, 'extents' | 'strides' | 'offset'>,
  visit: (position: number) => void,
): void {
  const [a = 1, b = 1, c = 1, d = 1] = op.extents;
  const [sa = 0, sb = 0, sc = 0, sd = 0] = op.strides;
  for (let i = 0; i < a; i += 1) {
    for (let j = 0; j < b; j += 1) {
      for (let k = 0; k < c; k += 1) {
        for (let l = 0; l < d; l += 1) visit(op.offset + i * sa + j * sb + k * sc + l * sd);
      }
    }
  }
}

function runRearrange(op: RearrangeOperation, context: RunContext): void {
  const x = context.values(op.input);
  const y = context.values(op.output);
  let to = 0;
  eachRun(op, (position) => {
    for (let r = 0; r < op.run; r += 1) y[to + r] = x[position + r] as number;
    to += op.run;
  });
}

export const rearrangeKernel: IntegerKernel<RearrangeOperation> = {
  inputs: (op) => [op.input],
  run: runRearrange,
};
