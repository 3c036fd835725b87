import type { LowerRule } from './rule.js';

export const lowerRelu: LowerRule = {
  fusesRelu: false,
  int16: 'moves',
  lower(lowering, node, { output }) {
    const from = lowering.placementOf(node, 0);
    const x = lowering.tensorAt(from);
    lowering.placeAs(
      output,
      { ...from, tensor: output },
      { type: x.type, scale: x.scale, zeroPoint: x.zeroPoint },
    );
    lowering.operations.push({
      kind: 'relu',
      name: node.name,
      input: from.tensor,
      output,
      elements: from.height * from.width * from.channels,
      zeroPoint: x.zeroPoint,
    });
  },
};
