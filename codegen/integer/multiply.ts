import type { IntegerKernel } from './kernel.js';
import type { RunContext } from './run.js';
import { clamp, multiplyRound } from './round.js';
import { isWhole, type Strides } from './strides.js';

/** y = clamp((a − za) · (b − zb) · multiplier >> shift, + zy), int8. */
export interface ScaledProduct {
  readonly zeroPointA: number;
  readonly zeroPointB: number;
  readonly multiplier: number;
  readonly shift: number;
  readonly zeroPoint: number;
  readonly clampLow: number;
}

/** Each operand whole or broadcast. */
export interface MultiplyOperation extends ScaledProduct {
  readonly kind: 'multiply';
  readonly name: string;
  readonly inputA: string;
  readonly inputB: string;
  readonly output: string;
  readonly positions: number;
  readonly channels: number;
  readonly stridesA: Strides;
  readonly stridesB: Strides;
}

export function scaledProduct(s: ScaledProduct, a: number, b: number): number {
  const product = (a - s.zeroPointA) * (b - s.zeroPointB);
  return clamp(multiplyRound(product, s.multiplier, s.shift) + s.zeroPoint, s.clampLow, 127);
}

function runMultiply(op: MultiplyOperation, context: RunContext): void {
  const a = context.values(op.inputA);
  const b = context.values(op.inputB);
  const y = context.values(op.output);
  for (let p = 0; p < op.positions; p += 1) {
    for (let c = 0; c < op.channels; c += 1) {
      const valueA = a[p * op.stridesA.position + c * op.stridesA.channel] as number;
      const valueB = b[p * op.stridesB.position + c * op.stridesB.channel] as number;
      y[p * op.channels + c] = scaledProduct(op, valueA, valueB);
    }
  }
}

export const multiplyKernel: IntegerKernel<MultiplyOperation> = {
  inputs: (op) => [op.inputA, op.inputB],
  run: runMultiply,
  overlaps: (op) =>
    [
      { input: op.inputA, strides: op.stridesA },
      { input: op.inputB, strides: op.stridesB },
    ]
      .filter(({ strides }) => isWhole(strides, op.channels, op.positions))
      .map(({ input }) => ({ input, gap: 0 })),
  multiplyAccumulates: (op) => op.positions * op.channels,
};
