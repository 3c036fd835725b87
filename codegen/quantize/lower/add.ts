import { unsupported } from '../../operators/require.js';
import { int8Range } from '../ranges.js';
import type { LowerRule } from './rule.js';

export const lowerAdd: LowerRule = {
  fusesRelu: true,
  lower(lowering, node, { output, relu }) {
    const fromA = lowering.placementOf(node, 0);
    const fromB = lowering.placementOf(node, 1);
    const a = lowering.tensorAt(fromA);
    const b = lowering.tensorAt(fromB);
    const quantisation = int8Range(lowering.activationRange(output), relu);
    lowering.placeAs(output, { ...fromA, tensor: output }, { type: 'int8', ...quantisation });
    // Two products of 8 by 21 bits and a bias stay in int32.
    const largest = Math.max(a.scale, b.scale) / quantisation.scale;
    let shift = 20;
    while (largest * 2 ** shift >= 2 ** 21) shift -= 1;
    if (shift < 1) throw unsupported(node, `the scales of its inputs differ by ${largest}`);
    const multiplierA = Math.round((a.scale / quantisation.scale) * 2 ** shift);
    const multiplierB = Math.round((b.scale / quantisation.scale) * 2 ** shift);
    lowering.operations.push({
      kind: 'add',
      name: node.name,
      inputA: fromA.tensor,
      inputB: fromB.tensor,
      output,
      elements: fromA.height * fromA.width * fromA.channels,
      multiplierA,
      multiplierB,
      bias:
        quantisation.zeroPoint * 2 ** shift +
        2 ** (shift - 1) -
        a.zeroPoint * multiplierA -
        b.zeroPoint * multiplierB,
      shift,
      clampLow: relu ? quantisation.zeroPoint : -128,
    });
  },
};
