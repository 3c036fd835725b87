import type { GraphNode } from '../../graph/graph.js';
import { unsupported } from '../../operators/require.js';
import {
  lowerChannelNormGradient,
  lowerMatMulGradient,
  lowerSoftmaxGradient,
} from './attention.js';
import { lowerAveragePoolGradient } from './average-pool.js';
import { lowerConvGradient } from './conv.js';
import { lowerGradientSum, lowerNegative, lowerReluGradient } from './merge.js';
import { lowerPointwiseGradient } from './pointwise.js';
import { lowerPReluGradient } from './prelu.js';
import { lowerProductGradient } from './product.js';
import { lowerMaxPoolGradient, lowerWindowAverageGradient } from './pool.js';
import type { GradientRule } from './rule.js';
import {
  lowerGradientChannelsLastView,
  lowerGradientPad,
  lowerGradientSlice,
  lowerGradientTranspose,
  lowerGradientView,
  lowerStridedScatter,
} from './surgery.js';

const rules: ReadonlyMap<string, GradientRule> = new Map<string, GradientRule>([
  ['Add', lowerGradientSum],
  ['ChannelNormalizationGradient', lowerChannelNormGradient],
  ['ChannelsLastReshape', lowerGradientChannelsLastView],
  ['ClipGradient', lowerReluGradient],
  ['AveragePoolGradient', lowerWindowAverageGradient],
  ['ConvInputGradient', lowerConvGradient],
  ['GemmInputGradient', lowerConvGradient],
  ['GlobalAveragePoolGradient', lowerAveragePoolGradient],
  ['MatMulGradient', lowerMatMulGradient],
  ['Neg', lowerNegative],
  ['PReluGradient', lowerPReluGradient],
  ['PointwiseGradient', lowerPointwiseGradient],
  ['ProductGradient', lowerProductGradient],
  ['ReluGradient', lowerReluGradient],
  ['MaxPoolGradient', lowerMaxPoolGradient],
  ['Pad', lowerGradientPad],
  ['Slice', lowerGradientSlice],
  ['SoftmaxGradient', lowerSoftmaxGradient],
  ['StridedScatter', lowerStridedScatter],
  ['Transpose', lowerGradientTranspose],
  ['View', lowerGradientView],
]);

/** @throws IsochroneError MODEL_UNSUPPORTED_OPERATOR naming the node */
export function gradientRule(node: GraphNode): GradientRule {
  const rule = rules.get(node.operator);
  if (rule === undefined) {
    throw unsupported(node, `gradient operator "${node.operator}" cannot be quantised`);
  }
  return rule;
}
