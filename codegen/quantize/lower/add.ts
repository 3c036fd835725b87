import { unsupported } from '../../operators/require.js';
import { int8Range } from '../ranges.js';
import { operandsOf } from './operands.js';
import type { LowerRule } from './rule.js';

export const lowerAdd: LowerRule = lowerSum(1);

export const lowerSub: LowerRule = lowerSum(-1);

/** a + sign · b, with broadcasting. */
function lowerSum(sign: 1 | -1): LowerRule {
  return {
    fusesRelu: true,
    lower(lowering, node, { output, relu }) {
      const { a, b, height, width, channels, whole } = operandsOf(lowering, node);
      const quantisation = int8Range(lowering.activationRange(output), relu);
      lowering.place(output, { type: 'int8', ...quantisation });
      // Two products of 8 by 21 bits and a bias stay in int32.
      const largest = Math.max(a.tensor.scale, b.tensor.scale) / quantisation.scale;
      let shift = 20;
      while (largest * 2 ** shift >= 2 ** 21) shift -= 1;
      if (shift < 1) throw unsupported(node, `the scales of its inputs differ by ${largest}`);
      const multiplierA = Math.round((a.tensor.scale / quantisation.scale) * 2 ** shift);
      const multiplierB = sign * Math.round((b.tensor.scale / quantisation.scale) * 2 ** shift);
      const common = {
        name: node.name,
        inputA: a.tensor.name,
        inputB: b.tensor.name,
        output,
        multiplierA,
        multiplierB,
        bias:
          quantisation.zeroPoint * 2 ** shift +
          2 ** (shift - 1) -
          a.tensor.zeroPoint * multiplierA -
          b.tensor.zeroPoint * multiplierB,
        shift,
        clampLow: relu ? quantisation.zeroPoint : -128,
      };
      const positions = height * width;
      lowering.operations.push(
        whole && sign === 1
          ? { kind: 'add', ...common, elements: positions * channels }
          : {
              kind: 'broadcastAdd',
              ...common,
              positions,
              channels,
              stridesA: a.strides,
              stridesB: b.strides,
            },
      );
    },
  };
}
