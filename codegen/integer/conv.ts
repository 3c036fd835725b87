import type { IntegerKernel } from './kernel.js';
import { convMacs, convNeeds, overlapGap } from './order-of-work.js';
import type { ConvGeometry } from '../operators/conv-geometry.js';
import type { RunContext } from './run.js';
import { clamp, multiplyRound } from './round.js';

/**
 * y = clamp(((bias + Σ w·x) · multiplier >> shift) + outputOffset), int8 weights, each end int8 or int16. Padding reads the input's zero point.
 * Dense layers are this too: a kernel as large as the input.
 */
export interface ConvOperation {
  readonly kind: 'conv';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly geometry: ConvGeometry;
  /** [output channel][kernel row][kernel column][input channel of the group]. */
  readonly weights: Int8Array;
  /** The input's zero point and the output's are folded in: b/(s·w) − z·Σw + z'/M. */
  readonly bias: Int32Array;
  readonly multiplier: Int32Array;
  readonly shift: number;
  /** Replaces `shift`, by output channel: networks that bring their own scales need it. */
  readonly channelShift?: Uint8Array;
  /** Added behind the shift, in front of the clamp; 0 when left out. */
  readonly outputOffset?: number;
  readonly clampLow: number;
  readonly clampHigh: number;
  readonly inputZeroPoint: number;
}

function runConv(op: ConvOperation, context: RunContext): void {
  const g = op.geometry;
  const x = context.values(op.input);
  const y = context.values(op.output);
  const groupIn = g.inputChannels / g.groups;
  const groupOut = g.outputChannels / g.groups;
  const w = op.weights;
  const offset = op.outputOffset ?? 0;
  let out = 0;
  for (let oh = 0; oh < g.outputHeight; oh += 1) {
    for (let ow = 0; ow < g.outputWidth; ow += 1) {
      for (let m = 0; m < g.outputChannels; m += 1) {
        const firstChannel = Math.floor(m / groupOut) * groupIn;
        let accumulator = op.bias[m] as number;
        let weight = m * g.kernelHeight * g.kernelWidth * groupIn;
        for (let kh = 0; kh < g.kernelHeight; kh += 1) {
          const row = oh * g.strideHeight - g.padTop + kh * g.dilationHeight;
          for (let kw = 0; kw < g.kernelWidth; kw += 1) {
            const column = ow * g.strideWidth - g.padLeft + kw * g.dilationWidth;
            const inside = row >= 0 && row < g.inputHeight && column >= 0 && column < g.inputWidth;
            const base = (row * g.inputWidth + column) * g.inputChannels + firstChannel;
            for (let c = 0; c < groupIn; c += 1) {
              const value = inside ? (x[base + c] as number) : op.inputZeroPoint;
              accumulator += (w[weight] as number) * value;
              weight += 1;
            }
          }
        }
        const shift = op.channelShift?.[m] ?? op.shift;
        y[out] = clamp(
          multiplyRound(accumulator, op.multiplier[m] as number, shift) + offset,
          op.clampLow,
          op.clampHigh,
        );
        out += 1;
      }
    }
  }
}

export const convKernel: IntegerKernel<ConvOperation> = {
  inputs: (op) => [op.input],
  run: runConv,
  overlaps: (op, tensor, positionsTogether) => [
    {
      input: op.input,
      gap: overlapGap(
        tensor(op.input),
        tensor(op.output),
        convNeeds(op.geometry),
        positionsTogether,
        op.geometry.inputHeight * op.geometry.inputWidth,
      ),
    },
  ],
  multiplyAccumulates: (op) => convMacs(op.geometry),
};
