import type { ConvGeometry } from '../operators/conv-geometry.js';
import type { IntegerKernel } from './kernel.js';
import { convNeeds, overlapGap } from './order-of-work.js';
import type { RunContext } from './run.js';
import { clamp, multiplyRound } from './round.js';

/**
 * Mean of a window as TFLite computes AVERAGE_POOL_2D and MEAN, int8: the sum over the n elements inside the input is
 * rescaled and then divided, ties away from zero:
 * y = clamp(round((Σ (x + inputOffset) · multiplier >> shift) / n) + outputOffset).
 */
export interface WindowMeanOperation {
  readonly kind: 'windowMean';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  /** The window is the kernel; every channel is a group of its own. */
  readonly geometry: ConvGeometry;
  readonly inputOffset: number;
  readonly multiplier: number;
  readonly shift: number;
  readonly outputOffset: number;
  readonly clampLow: number;
  readonly clampHigh: number;
}

function runWindowMean(op: WindowMeanOperation, context: RunContext): void {
  const g = op.geometry;
  const channels = g.inputChannels;
  const x = context.values(op.input);
  const y = context.values(op.output);
  for (let oh = 0; oh < g.outputHeight; oh += 1) {
    const top = oh * g.strideHeight - g.padTop;
    const [firstRow, endRow] = [Math.max(0, top), Math.min(g.inputHeight, top + g.kernelHeight)];
    for (let ow = 0; ow < g.outputWidth; ow += 1) {
      const left = ow * g.strideWidth - g.padLeft;
      const [first, end] = [Math.max(0, left), Math.min(g.inputWidth, left + g.kernelWidth)];
      const count = (endRow - firstRow) * (end - first);
      for (let c = 0; c < channels; c += 1) {
        let sum = count * op.inputOffset;
        for (let row = firstRow; row < endRow; row += 1) {
          for (let column = first; column < end; column += 1) {
            sum += x[(row * g.inputWidth + column) * channels + c] as number;
          }
        }
        const scaled = multiplyRound(sum, op.multiplier, op.shift);
        const half = Math.floor(count / 2);
        const mean = Math.trunc((scaled > 0 ? scaled + half : scaled - half) / count);
        y[(oh * g.outputWidth + ow) * channels + c] = clamp(
          mean + op.outputOffset,
          op.clampLow,
          op.clampHigh,
        );
      }
    }
  }
}

export const windowMeanKernel: IntegerKernel<WindowMeanOperation> = {
  inputs: (op) => [op.input],
  run: runWindowMean,
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
};
