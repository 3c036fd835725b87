import { operandsOf } from './operands.js';
import { summandShift } from './summand.js';
import type { LowerRule } from './rule.js';

export const lowerAdd: LowerRule = lowerSum(1);

export const lowerSub: LowerRule = lowerSum(-1);

/** a + sign · b, with broadcasting. */
function lowerSum(sign: 1 | -1): LowerRule {
  return {
    fusesRelu: true,
    int16: 'computes',
    lower(lowering, node, { output, relu }) {
      const { a, b, height, width, channels, whole } = operandsOf(lowering, node);
      const { steps, clampLow, clampHigh } = lowering.signal(output, relu);
      lowering.place(output, steps);
      const shift = summandShift(node, [a.tensor, b.tensor], steps);
      const multiplierA = Math.round((a.tensor.scale / steps.scale) * 2 ** shift);
      const multiplierB = sign * Math.round((b.tensor.scale / steps.scale) * 2 ** shift);
      const common = {
        name: node.name,
        inputA: a.tensor.name,
        inputB: b.tensor.name,
        output,
        multiplierA,
        multiplierB,
        bias:
          steps.zeroPoint * 2 ** shift +
          2 ** (shift - 1) -
          a.tensor.zeroPoint * multiplierA -
          b.tensor.zeroPoint * multiplierB,
        shift,
        clampLow,
        clampHigh,
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
