import { present, type IntegerKernel } from './kernel.js';
import { bitOf, type RunContext } from './run.js';
import { clamp, multiplyRound } from './round.js';

/** Spreads the gradient of a mean over its positions: dx[p][c] = mask · clamp(dy[c] · multiplier[c] >> shift), int16. */
export interface AveragePoolGradientOperation {
  readonly kind: 'averagePoolGradient';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly positions: number;
  readonly channels: number;
  readonly multiplier: Int32Array;
  readonly shift: number;
  readonly mask?: string;
  readonly limit: number;
}

function runAveragePoolGradient(op: AveragePoolGradientOperation, context: RunContext): void {
  const dy = context.values(op.input);
  const dx = context.values(op.output);
  const mask = op.mask === undefined ? undefined : context.values(op.mask);
  for (let c = 0; c < op.channels; c += 1) {
    const value = multiplyRound(dy[c] as number, op.multiplier[c] as number, op.shift);
    const kept = clamp(value, -op.limit, op.limit);
    // One value, however many positions show it: counted once.
    if (kept !== value) context.saturate(1);
    for (let p = 0; p < op.positions; p += 1) {
      const to = p * op.channels + c;
      dx[to] = mask !== undefined && bitOf(mask, to) === 0 ? 0 : kept;
    }
  }
}

export const averagePoolGradientKernel: IntegerKernel<AveragePoolGradientOperation> = {
  inputs: (op) => present(op.input, op.mask),
  run: runAveragePoolGradient,
  backward: true,
};
