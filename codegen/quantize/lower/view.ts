import { outputName, tensorOf } from '../../graph/graph.js';
import type { LowerRule } from './rule.js';

/** Changes of shape that leave every value where it lies. */
export const lowerView: LowerRule = {
  fusesRelu: false,
  int16: 'moves',
  lower: (lowering, node) => lowering.alias(node),
};

/** A reshape in channels-last order, which the integer program has. */
export const lowerChannelsLastView: LowerRule = {
  fusesRelu: false,
  int16: 'moves',
  lower(lowering, node) {
    const output = outputName(node);
    const { shape } = tensorOf(lowering.graph, output);
    lowering.view(output, lowering.placementOf(node, 0).tensor, shape);
  },
};
