import type { IntegerKernel } from './kernel.js';
import { bitOf, type RunContext } from './run.js';
import { clamp, multiplyRound } from './round.js';

/** dx = clamp(dy · (bit set ? multiplier[c] : slope[c]) >> shift), int16; the bits say where the input was above zero. */
export interface PReluGradientOperation {
  readonly kind: 'preluGradient';
  readonly name: string;
  readonly input: string;
  /** `bits` tensor of the forward input's signs. */
  readonly signs: string;
  readonly output: string;
  readonly positions: number;
  readonly channels: number;
  readonly multiplier: Int32Array;
  /** May be negative. */
  readonly slope: Int32Array;
  readonly shift: number;
  readonly limit: number;
}

function runPReluGradient(op: PReluGradientOperation, context: RunContext): void {
  const dy = context.values(op.input);
  const signs = context.values(op.signs);
  const dx = context.values(op.output);
  for (let i = 0; i < op.positions * op.channels; i += 1) {
    const c = i % op.channels;
    const factor = (bitOf(signs, i) === 1 ? op.multiplier[c] : op.slope[c]) as number;
    const value = multiplyRound(dy[i] as number, factor, op.shift);
    const kept = clamp(value, -op.limit, op.limit);
    if (kept !== value) context.saturate(1);
    dx[i] = kept;
  }
}

export const preluGradientKernel: IntegerKernel<PReluGradientOperation> = {
  inputs: (op) => [op.input, op.signs],
  run: runPReluGradient,
  overlaps: (op) => [{ input: op.input, gap: 0 }],
  backward: true,
};
