import type { ConvGeometry } from '../operators/conv-geometry.js';
import { windowCount, type CountBounds } from '../operators/pool-geometry.js';
import { present, type IntegerKernel } from './kernel.js';
import { writePoolGradient } from './max-pool-gradient.js';
import { eachTap } from './pool-window.js';
import type { RunContext } from './run.js';

/**
 * Each window spreads its gradient over its taps: dx = mask · clamp((Σ dy · weight[count − fewest]) · multiplier[c] >>
 * shift), int16. The weights are 1/count in fixed point, coarse enough for the sum to stay in int32.
 */
export interface WindowAverageGradientOperation {
  readonly kind: 'windowAverageGradient';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly geometry: ConvGeometry;
  readonly bounds: CountBounds;
  readonly fewest: number;
  readonly weight: Int32Array;
  /** Per channel. */
  readonly multiplier: Int32Array;
  readonly shift: number;
  readonly mask?: string;
  readonly limit: number;
}

function runWindowAverageGradient(op: WindowAverageGradientOperation, context: RunContext): void {
  const g = op.geometry;
  const dy = context.values(op.input);
  const channels = g.inputChannels;
  const sums = new Int32Array(g.inputHeight * g.inputWidth * channels);
  eachTap(g, ({ output, input }) => {
    const weight = op.weight[windowCount(g, output, op.bounds) - op.fewest] as number;
    for (let c = 0; c < channels; c += 1) {
      const to = input * channels + c;
      sums[to] = (sums[to] as number) + (dy[output * channels + c] as number) * weight;
    }
  });
  writePoolGradient(op, sums, context);
}

export const windowAverageGradientKernel: IntegerKernel<WindowAverageGradientOperation> = {
  inputs: (op) => present(op.input, op.mask),
  run: runWindowAverageGradient,
  backward: true,
};
