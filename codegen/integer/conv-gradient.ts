import { present, type IntegerKernel } from './kernel.js';
import { convGradientNeeds, convMacs, overlapGap } from './order-of-work.js';
import type { ConvGeometry } from '../operators/conv-geometry.js';
import { bitOf, type RunContext } from './run.js';
import { clamp, multiplyRound } from './round.js';

/**
 * Gradient of a convolution with respect to its input: dx = mask · clamp((Σ w·dy) · multiplier[c] >> shift), int16.
 * It reads the forward weights as they lie: no second copy in flash.
 */
export interface ConvGradientOperation {
  readonly kind: 'convGradient';
  readonly name: string;
  /** dY, in the conv's output shape. */
  readonly input: string;
  /** dX, in the conv's input shape. */
  readonly output: string;
  /** The forward conv whose weights these are. */
  readonly conv: string;
  readonly geometry: ConvGeometry;
  readonly weights: Int8Array;
  /** Per input channel. */
  readonly multiplier: Int32Array;
  readonly shift: number;
  /** `bits` tensor in the shape of the output: a cleared bit zeroes the gradient. */
  readonly mask?: string;
  /** Largest magnitude of an output; beyond it the value saturates and is counted. */
  readonly limit: number;
}

function runConvGradient(op: ConvGradientOperation, context: RunContext): void {
  const g = op.geometry;
  const dy = context.values(op.input);
  const dx = context.values(op.output);
  const mask = op.mask === undefined ? undefined : context.values(op.mask);
  const groupIn = g.inputChannels / g.groups;
  const groupOut = g.outputChannels / g.groups;
  const kernel = g.kernelHeight * g.kernelWidth;
  const sums = new Int32Array(g.inputChannels);
  for (let row = 0; row < g.inputHeight; row += 1) {
    for (let column = 0; column < g.inputWidth; column += 1) {
      sums.fill(0);
      for (let kh = 0; kh < g.kernelHeight; kh += 1) {
        const oh = (row + g.padTop - kh * g.dilationHeight) / g.strideHeight;
        if (!Number.isInteger(oh) || oh < 0 || oh >= g.outputHeight) continue;
        for (let kw = 0; kw < g.kernelWidth; kw += 1) {
          const ow = (column + g.padLeft - kw * g.dilationWidth) / g.strideWidth;
          if (!Number.isInteger(ow) || ow < 0 || ow >= g.outputWidth) continue;
          const from = (oh * g.outputWidth + ow) * g.outputChannels;
          for (let m = 0; m < g.outputChannels; m += 1) {
            const gradient = dy[from + m] as number;
            if (gradient === 0) continue;
            const firstChannel = Math.floor(m / groupOut) * groupIn;
            const weight = (m * kernel + kh * g.kernelWidth + kw) * groupIn;
            for (let c = 0; c < groupIn; c += 1) {
              sums[firstChannel + c] =
                (sums[firstChannel + c] as number) + (op.weights[weight + c] as number) * gradient;
            }
          }
        }
      }
      const to = (row * g.inputWidth + column) * g.inputChannels;
      for (let c = 0; c < g.inputChannels; c += 1) {
        if (mask !== undefined && bitOf(mask, to + c) === 0) {
          dx[to + c] = 0;
          continue;
        }
        const value = multiplyRound(sums[c] as number, op.multiplier[c] as number, op.shift);
        const kept = clamp(value, -op.limit, op.limit);
        if (kept !== value) context.saturate(1);
        dx[to + c] = kept;
      }
    }
  }
}

/**
 * Largest Σ|w| that meets in one sum of the gradient: over input channels and stride phases. The sum of an int16
 * gradient bounded by `limit` stays in int32 when limit · this < 2^31.
 */
export function largestGradientGain(g: ConvGeometry, weights: Int8Array): number {
  const groupIn = g.inputChannels / g.groups;
  const groupOut = g.outputChannels / g.groups;
  const phases = g.strideHeight * g.strideWidth;
  const gains = new Float64Array(g.inputChannels * phases);
  for (let m = 0; m < g.outputChannels; m += 1) {
    const firstChannel = Math.floor(m / groupOut) * groupIn;
    for (let kh = 0; kh < g.kernelHeight; kh += 1) {
      for (let kw = 0; kw < g.kernelWidth; kw += 1) {
        const phase =
          ((kh * g.dilationHeight) % g.strideHeight) * g.strideWidth +
          ((kw * g.dilationWidth) % g.strideWidth);
        for (let c = 0; c < groupIn; c += 1) {
          const index = ((m * g.kernelHeight + kh) * g.kernelWidth + kw) * groupIn + c;
          const slot = (firstChannel + c) * phases + phase;
          gains[slot] = (gains[slot] ?? 0) + Math.abs(weights[index] ?? 0);
        }
      }
    }
  }
  return gains.reduce((a, b) => Math.max(a, b), 0);
}

export const convGradientKernel: IntegerKernel<ConvGradientOperation> = {
  inputs: (op) => present(op.input, op.mask),
  run: runConvGradient,
  overlaps: (op, tensor, positionsTogether) => [
    {
      input: op.input,
      gap: overlapGap(
        tensor(op.input),
        tensor(op.output),
        convGradientNeeds(op.geometry),
        positionsTogether,
      ),
    },
  ],
  multiplyAccumulates: (op) => convMacs(op.geometry),
  backward: true,
};
