import type { GraphNode } from '../../graph/graph.js';
import { outputName } from '../../graph/graph.js';
import type { GradientLowering } from './lowering.js';
import type { GradientRule } from './rule.js';

/** Two gradients that meet at a fork. */
export const lowerGradientSum: GradientRule = (gradient, node) => {
  const { output, mask } = gradient.masked(node);
  lowerMerge(gradient, node, output, mask);
};

/** The gradient of what is subtracted. */
export const lowerNegative: GradientRule = (gradient, node) => {
  const from = gradient.lowering.placementOf(node, 0);
  const output = outputName(node);
  const { tensor, limit } = gradient.placeGradient(output, { ...from, tensor: output });
  gradient.pushMerge(node.name, from, undefined, tensor, limit, undefined, -1);
};

/** A ReLU's or Clip's gradient that could not be fused into what computes its input. */
export const lowerReluGradient: GradientRule = (gradient, node) =>
  lowerMerge(gradient, node, outputName(node), gradient.mask(node));

function lowerMerge(
  gradient: GradientLowering,
  node: GraphNode,
  output: string,
  mask: string | undefined,
): void {
  const { lowering } = gradient;
  // Sign bits lie as the ReLU's output does; without them the first gradient sets the layout.
  const layout =
    mask === undefined ? lowering.placementOf(node, 0) : lowering.tensorAt({ tensor: mask });
  const a = gradient.inLayout(node, 0, layout);
  const b = node.operator === 'Add' ? gradient.inLayout(node, 1, layout) : undefined;
  const { tensor, limit } = gradient.placeGradient(output, { ...a, tensor: output });
  gradient.pushMerge(node.name, a, b, tensor, limit, mask);
}
