/** Backward operators that only move values: they need one scale for all channels. */
import { outputName, tensorOf } from '../../graph/graph.js';
import { scatterWalk } from '../../operators/strided-copy.js';
import { unsupported } from '../../operators/require.js';
import { fourLoops, joinLoops, layoutOf } from '../layout.js';
import { embedValues, moveValues } from '../lower/surgery.js';
import type { GradientRule } from './rule.js';

export const lowerGradientSlice: GradientRule = (gradient, node) =>
  moveValues(gradient.lowering, node, gradient.commonIn(node, 0));

export const lowerGradientTranspose = lowerGradientSlice;

export const lowerGradientPad: GradientRule = (gradient, node) =>
  embedValues(gradient.lowering, node, gradient.commonIn(node, 0), 0);

/** The adjoint of a strided copy: where that read, this writes; all else is zero. */
export const lowerStridedScatter: GradientRule = (gradient, node) => {
  const { lowering } = gradient;
  const from = gradient.commonIn(node, 0);
  const { shape, sizes, strides, offset, scale } = scatterWalk(node);
  const layout = layoutOf(shape);
  const output = outputName(node);
  const loops = joinLoops(sizes.map((extent, axis) => ({ extent, stride: strides[axis] ?? 0 })));
  const four = fourLoops(loops);
  if (four === undefined) throw unsupported(node, 'it moves values along too many axes at once');
  const { type, scale: step, zeroPoint } = lowering.tensorAt(from);
  lowering.placeAs(output, { ...layout, tensor: output }, { type, scale: step * scale, zeroPoint });
  gradient.push({
    kind: 'embed',
    name: node.name,
    input: from.tensor,
    output,
    ...four,
    offset,
    fill: 0,
  });
};

/** Values that lie channels last stay where they lie. */
export const lowerGradientChannelsLastView: GradientRule = (gradient, node) => {
  const { lowering } = gradient;
  const output = outputName(node);
  const { shape } = tensorOf(lowering.graph, output);
  lowering.view(output, gradient.inOneStep(node).tensor, shape);
};

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
