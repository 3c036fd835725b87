import { fixedFactors } from '../../integer/round.js';
import { int8Range } from '../ranges.js';
import { operandsOf } from './operands.js';
import type { LowerRule } from './rule.js';

/** Product of two signals, with broadcasting: the gate of a squeeze-and-excitation block. */
export const lowerMultiply: LowerRule = {
  fusesRelu: true,
  lower(lowering, node, { output, relu }) {
    const { a, b, height, width, channels } = operandsOf(lowering, node);
    const quantisation = int8Range(lowering.activationRange(output), relu);
    lowering.place(output, { type: 'int8', ...quantisation });
    const { multiplier, shift } = fixedFactors([
      (a.tensor.scale * b.tensor.scale) / quantisation.scale,
    ]);
    lowering.operations.push({
      kind: 'multiply',
      name: node.name,
      inputA: a.tensor.name,
      inputB: b.tensor.name,
      output,
      positions: height * width,
      channels,
      stridesA: a.strides,
      stridesB: b.strides,
      zeroPointA: a.tensor.zeroPoint,
      zeroPointB: b.tensor.zeroPoint,
      multiplier: multiplier[0] ?? 0,
      shift,
      zeroPoint: quantisation.zeroPoint,
      clampLow: relu ? quantisation.zeroPoint : -128,
    });
  },
};
