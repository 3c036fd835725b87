import type { IntegerKernel } from './kernel.js';
import type { RunContext } from './run.js';
import { clamp, multiplyRound } from './round.js';

/** y = clamp((x − zx) · (x above zx ? multiplier : slope[c]) >> shift, + zy), int8: a slope for each channel. */
export interface PReluOperation {
  readonly kind: 'prelu';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly positions: number;
  readonly channels: number;
  readonly inputZeroPoint: number;
  readonly multiplier: number;
  /** May be negative. */
  readonly slope: Int32Array;
  readonly shift: number;
  readonly zeroPoint: number;
}

function runPRelu(op: PReluOperation, context: RunContext): void {
  const x = context.values(op.input);
  const y = context.values(op.output);
  for (let i = 0; i < op.positions * op.channels; i += 1) {
    const value = (x[i] as number) - op.inputZeroPoint;
    const factor = value > 0 ? op.multiplier : (op.slope[i % op.channels] as number);
    y[i] = clamp(multiplyRound(value, factor, op.shift) + op.zeroPoint, -128, 127);
  }
}

export const preluKernel: IntegerKernel<PReluOperation> = {
  inputs: (op) => [op.input],
  run: runPRelu,
  overlaps: (op) => [{ input: op.input, gap: 0 }],
};
