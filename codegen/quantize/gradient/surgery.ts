/** Backward operators that only move values: they need one scale for all channels. */
import { inputName, outputName, tensorOf } from '../../graph/graph.js';
import { layoutOf } from '../layout.js';
import { embedValues, moveValues } from '../lower/surgery.js';
import type { Placement } from '../lowering.js';
import type { GradientRule } from './rule.js';

/** The node's first input with one scale, in the layout of its shape. */
function source(...[gradient, node]: Parameters<GradientRule>): Placement {
  const layout = layoutOf(tensorOf(gradient.lowering.graph, inputName(node, 0)).shape);
  const from = gradient.inOneStep(node, 0);
  return gradient.lowering.inLayout(node, from, layout, `${node.name}/input_0`);
}

export const lowerGradientSlice: GradientRule = (gradient, node) =>
  moveValues(gradient.lowering, node, source(gradient, node));

export const lowerGradientTranspose = lowerGradientSlice;

export const lowerGradientPad: GradientRule = (gradient, node) =>
  embedValues(gradient.lowering, node, source(gradient, node), 0);

export const lowerGradientView: GradientRule = (gradient, node) => {
  const { lowering } = gradient;
  const from = lowering.placementOf(node, 0);
  const { shape } = tensorOf(lowering.graph, outputName(node));
  const to = layoutOf(shape);
  // Flattened, or with the channels it had, it stays as it lies, scales of channels and all.
  if (to.channels === from.channels || (shape.length === 2 && shape[0] === 1)) {
    lowering.alias(node);
    return;
  }
  const placement = lowering.inLayout(node, gradient.inOneStep(node, 0), to, outputName(node));
  lowering.placements.set(outputName(node), placement);
};
