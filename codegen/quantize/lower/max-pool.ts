import { inputName, tensorOf } from '../../graph/graph.js';
import { poolGeometry } from '../../operators/pool-geometry.js';
import type { LowerRule } from './rule.js';

export const lowerMaxPool: LowerRule = {
  fusesRelu: false,
  int16: 'moves',
  lower(lowering, node, { output }) {
    const from = lowering.laidOut(node, 0);
    const { type, scale, zeroPoint } = lowering.tensorAt(from);
    lowering.place(output, { type, scale, zeroPoint });
    lowering.operations.push({
      kind: 'maxPool',
      name: node.name,
      input: from.tensor,
      output,
      geometry: poolGeometry(node, tensorOf(lowering.graph, inputName(node, 0)).shape),
    });
  },
};
