import { present, type IntegerKernel } from './kernel.js';
import type { RunContext } from './run.js';
import { clamp, roundWide } from './round.js';
import type { Strides } from './strides.js';

/**
 * dx = clamp(Σ dy · (factor − z) · multiplier[c] >> shift), int16: the gradient of a product, whose other factor stays
 * in memory as it was, and (without a factor) of a broadcast sum. The sum runs over the axes along which the forward
 * operand was broadcast: positions in blocks (of one: none), all channels or none. It is exact in 64 bits and rounded once.
 */
export interface ProductGradientOperation {
  readonly kind: 'productGradient';
  readonly name: string;
  /** dY: [positions][channels]. */
  readonly input: string;
  readonly factor?: string;
  readonly output: string;
  readonly positions: number;
  readonly channels: number;
  readonly factorStrides: Strides;
  readonly factorZeroPoint: number;
  /** Neighbouring positions that add up: 1, all, or a number between that divides them. */
  readonly sumPositions: number;
  readonly sumsChannels: boolean;
  /** Per channel of the output, below 2^MULTIPLIER_BITS. */
  readonly multiplier: Int32Array;
  readonly shift: number;
  readonly limit: number;
}

/** With int16 gradients and 9-bit factors, 2^17 terms times this stay in 62 bits. */
export const PRODUCT_MULTIPLIER_BITS = 21;
export const MOST_PRODUCT_TERMS = 2 ** 17;

function runProductGradient(op: ProductGradientOperation, context: RunContext): void {
  const dy = context.values(op.input);
  const factor = op.factor === undefined ? undefined : context.values(op.factor);
  const dx = context.values(op.output);
  const outPositions = op.positions / op.sumPositions;
  const outChannels = op.sumsChannels ? 1 : op.channels;
  const overChannels = op.sumsChannels ? op.channels : 1;
  for (let p = 0; p < outPositions; p += 1) {
    for (let c = 0; c < outChannels; c += 1) {
      let sum = 0;
      for (let q = p * op.sumPositions; q < (p + 1) * op.sumPositions; q += 1) {
        for (let d = c; d < c + overChannels; d += 1) {
          const at = q * op.factorStrides.position + d * op.factorStrides.channel;
          const scale = factor === undefined ? 1 : (factor[at] as number) - op.factorZeroPoint;
          sum += (dy[q * op.channels + d] as number) * scale;
        }
      }
      const value = roundWide(sum, op.multiplier[c] as number, op.shift);
      const kept = clamp(value, -op.limit, op.limit);
      if (kept !== value) context.saturate(1);
      dx[p * outChannels + c] = kept;
    }
  }
}

export const productGradientKernel: IntegerKernel<ProductGradientOperation> = {
  inputs: (op) => present(op.input, op.factor),
  run: runProductGradient,
  overlaps: (op) =>
    op.sumPositions === 1 && !op.sumsChannels ? [{ input: op.input, gap: 0 }] : [],
  multiplyAccumulates: (op) => op.positions * op.channels,
  backward: true,
};
