import type { ConvGeometry } from '../operators/conv-geometry.js';
import type { IntegerKernel } from './kernel.js';
import { eachTap } from './pool-window.js';
import type { RunContext } from './run.js';

/**
 * Number of the tap that won each window, the first of equals: all that the gradient of a max pooling needs to keep.
 * int8 for windows of up to 128 taps, int16 beyond.
 */
export interface MaxPoolWinnerOperation {
  readonly kind: 'maxPoolWinner';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly geometry: ConvGeometry;
}

function runMaxPoolWinner(op: MaxPoolWinnerOperation, context: RunContext): void {
  const x = context.values(op.input);
  const winner = context.values(op.output);
  const channels = op.geometry.inputChannels;
  const best = new Float64Array(winner.length).fill(-Infinity);
  eachTap(op.geometry, ({ output, input, tap }) => {
    for (let c = 0; c < channels; c += 1) {
      const value = x[input * channels + c] as number;
      const to = output * channels + c;
      if (value > (best[to] as number)) {
        best[to] = value;
        winner[to] = tap;
      }
    }
  });
}

export const maxPoolWinnerKernel: IntegerKernel<MaxPoolWinnerOperation> = {
  inputs: (op) => [op.input],
  run: runMaxPoolWinner,
};
