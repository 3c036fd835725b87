import type { IntegerKernel } from './kernel.js';
import type { RunContext } from './run.js';
import { clamp } from './round.js';

/** One input of a concatenation, rescaled as in an addition: (x · multiplier + bias) >> shift in int32. */
export interface ConcatPart {
  readonly input: string;
  /** Neighbouring elements that it gives to each row of the output. */
  readonly elements: number;
  readonly multiplier: number;
  readonly bias: number;
  readonly shift: number;
}

/** y = rows of [part 0 | part 1 | …], each part int8 or int16, brought to the output's scale. */
export interface ConcatOperation {
  readonly kind: 'concat';
  readonly name: string;
  readonly parts: readonly ConcatPart[];
  readonly output: string;
  readonly rows: number;
  readonly clampLow: number;
  readonly clampHigh: number;
}

/** Elements of one row of the output. */
export function concatRow(op: ConcatOperation): number {
  return op.parts.reduce((sum, part) => sum + part.elements, 0);
}

function runConcat(op: ConcatOperation, context: RunContext): void {
  const y = context.values(op.output);
  const row = concatRow(op);
  let first = 0;
  for (const part of op.parts) {
    const x = context.values(part.input);
    for (let i = 0; i < op.rows * part.elements; i += 1) {
      const to = Math.floor(i / part.elements) * row + first + (i % part.elements);
      const sum = (x[i] as number) * part.multiplier + part.bias;
      y[to] = clamp(sum >> part.shift, op.clampLow, op.clampHigh);
    }
    first += part.elements;
  }
}

export const concatKernel: IntegerKernel<ConcatOperation> = {
  inputs: (op) => op.parts.map((part) => part.input),
  run: runConcat,
};
