import type { ConvGeometry } from '../operators/conv-geometry.js';
import type { IntegerKernel } from './kernel.js';
import { convNeeds, overlapGap } from './order-of-work.js';
import { eachTap } from './pool-window.js';
import type { RunContext } from './run.js';

/** Largest code of each window, channel by channel, int8 or int16; padding never wins. The scale stays. */
export interface MaxPoolOperation {
  readonly kind: 'maxPool';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly geometry: ConvGeometry;
}

function runMaxPool(op: MaxPoolOperation, context: RunContext): void {
  const x = context.values(op.input);
  const y = context.values(op.output);
  const channels = op.geometry.inputChannels;
  y.fill(y instanceof Int16Array ? -32_768 : -128);
  eachTap(op.geometry, ({ output, input }) => {
    for (let c = 0; c < channels; c += 1) {
      const value = x[input * channels + c] as number;
      const to = output * channels + c;
      if (value > (y[to] as number)) y[to] = value;
    }
  });
}

export const maxPoolKernel: IntegerKernel<MaxPoolOperation> = {
  inputs: (op) => [op.input],
  run: runMaxPool,
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
