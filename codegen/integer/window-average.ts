import type { ConvGeometry } from '../operators/conv-geometry.js';
import { windowCount, type CountBounds } from '../operators/pool-geometry.js';
import type { IntegerKernel } from './kernel.js';
import { convNeeds, overlapGap } from './order-of-work.js';
import { eachTap } from './pool-window.js';
import type { RunContext } from './run.js';
import { clamp, multiplyRound } from './round.js';

/**
 * Mean of each window, each end int8 or int16: y = clamp(z' + ((Σ (x − z)) · multiplier[count − fewest] >> shift)), where count is how
 * many taps of the window lie inside `bounds`.
 */
export interface WindowAverageOperation {
  readonly kind: 'windowAverage';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly geometry: ConvGeometry;
  readonly bounds: CountBounds;
  /** Smallest count of any window: index 0 of the multipliers. */
  readonly fewest: number;
  readonly multiplier: Int32Array;
  readonly shift: number;
  readonly inputZeroPoint: number;
  readonly outputZeroPoint: number;
  readonly clampLow: number;
  readonly clampHigh: number;
}

function runWindowAverage(op: WindowAverageOperation, context: RunContext): void {
  const g = op.geometry;
  const x = context.values(op.input);
  const y = context.values(op.output);
  const channels = g.inputChannels;
  const sums = new Int32Array(y.length);
  eachTap(g, ({ output, input }) => {
    for (let c = 0; c < channels; c += 1) {
      const to = output * channels + c;
      sums[to] = (sums[to] as number) + (x[input * channels + c] as number) - op.inputZeroPoint;
    }
  });
  for (let position = 0; position < g.outputHeight * g.outputWidth; position += 1) {
    const multiplier = op.multiplier[windowCount(g, position, op.bounds) - op.fewest] as number;
    for (let i = position * channels; i < (position + 1) * channels; i += 1) {
      const mean = multiplyRound(sums[i] as number, multiplier, op.shift);
      y[i] = clamp(op.outputZeroPoint + mean, op.clampLow, op.clampHigh);
    }
  }
}

export const windowAverageKernel: IntegerKernel<WindowAverageOperation> = {
  inputs: (op) => [op.input],
  run: runWindowAverage,
  overlaps: (op, tensor, positionsTogether) => [
    {
      input: op.input,
      gap: overlapGap(
        tensor(op.input),
        tensor(op.output),
        convNeeds(op.geometry),
        positionsTogether,
      ),
    },
  ],
};
