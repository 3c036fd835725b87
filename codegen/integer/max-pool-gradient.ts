import type { ConvGeometry } from '../operators/conv-geometry.js';
import { present, type IntegerKernel } from './kernel.js';
import { eachTap } from './pool-window.js';
import { bitOf, type RunContext } from './run.js';
import { clamp, multiplyRound } from './round.js';

/**
 * Each window's gradient goes to its winner: dx = mask · clamp((Σ dy of the windows won) · multiplier[c] >> shift),
 * int16.
 */
export interface MaxPoolGradientOperation {
  readonly kind: 'maxPoolGradient';
  readonly name: string;
  readonly input: string;
  readonly winner: string;
  readonly output: string;
  readonly geometry: ConvGeometry;
  readonly multiplier: Int32Array;
  readonly shift: number;
  readonly mask?: string;
  readonly limit: number;
}

function runMaxPoolGradient(op: MaxPoolGradientOperation, context: RunContext): void {
  const g = op.geometry;
  const dy = context.values(op.input);
  const winner = context.values(op.winner);
  const sums = new Int32Array(g.inputHeight * g.inputWidth * g.inputChannels);
  eachTap(g, ({ output, input, tap }) => {
    for (let c = 0; c < g.inputChannels; c += 1) {
      const from = output * g.inputChannels + c;
      const to = input * g.inputChannels + c;
      if (winner[from] === tap) sums[to] = (sums[to] as number) + (dy[from] as number);
    }
  });
  writePoolGradient(op, sums, context);
}

/** Rescales, masks and clamps the sums that a pooling's gradient has gathered. */
export function writePoolGradient(
  op: Pick<MaxPoolGradientOperation, 'output' | 'mask' | 'multiplier' | 'shift' | 'limit'>,
  sums: Int32Array,
  context: RunContext,
): void {
  const dx = context.values(op.output);
  const mask = op.mask === undefined ? undefined : context.values(op.mask);
  const channels = op.multiplier.length;
  for (let i = 0; i < sums.length; i += 1) {
    if (mask !== undefined && bitOf(mask, i) === 0) {
      dx[i] = 0;
      continue;
    }
    const value = multiplyRound(sums[i] as number, op.multiplier[i % channels] as number, op.shift);
    const kept = clamp(value, -op.limit, op.limit);
    if (kept !== value) context.saturate(1);
    dx[i] = kept;
  }
}

export const maxPoolGradientKernel: IntegerKernel<MaxPoolGradientOperation> = {
  inputs: (op) => present(op.input, op.winner, op.mask),
  run: runMaxPoolGradient,
  backward: true,
};
