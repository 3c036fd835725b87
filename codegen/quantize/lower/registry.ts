import type { GraphNode } from '../../graph/graph.js';
import { unsupported } from '../../operators/require.js';
import { lowerChannelNorm, lowerMatMul, lowerSoftmax } from './attention.js';
import { lowerAdd, lowerSub } from './add.js';
import { lowerAveragePool } from './average-pool.js';
import { lowerClip } from './clip.js';
import { lowerConv } from './conv.js';
import { lowerGemm } from './gemm.js';
import { lowerGru, lowerLstm } from './recurrent.js';
import { lowerMultiply } from './multiply.js';
import { lowerPointwise } from './pointwise.js';
import { lowerPRelu } from './prelu.js';
import { lowerConcat } from './concat.js';
import { lowerMaxPool } from './max-pool.js';
import {
  lowerExpand,
  lowerPad,
  lowerResize,
  lowerSlice,
  lowerTile,
  lowerTranspose,
} from './surgery.js';
import { lowerWindowAverage } from './window-average.js';
import { lowerStridedCopy } from './strided-copy.js';
import { lowerRelu } from './relu.js';
import type { LowerRule } from './rule.js';
import { lowerChannelsLastView, lowerView } from './view.js';

const rules: ReadonlyMap<string, LowerRule> = new Map([
  ['Add', lowerAdd],
  ['Clip', lowerClip],
  ['AveragePool', lowerWindowAverage],
  ['Concat', lowerConcat],
  ['ChannelsLastReshape', lowerChannelsLastView],
  ['Conv', lowerConv],
  ['Expand', lowerExpand],
  ['Flatten', lowerView],
  ['Gemm', lowerGemm],
  ['GlobalAveragePool', lowerAveragePool],
  ['ChannelNormalization', lowerChannelNorm],
  ['Softmax', lowerSoftmax],
  ['StridedCopy', lowerStridedCopy],
  ['StridedMatMul', lowerMatMul],
  ['GruSequence', lowerGru],
  ['LstmSequence', lowerLstm],
  ['Mul', lowerMultiply],
  ['PRelu', lowerPRelu],
  ['Pointwise', lowerPointwise],
  ['MaxPool', lowerMaxPool],
  ['Pad', lowerPad],
  ['ReduceMean', lowerAveragePool],
  ['Relu', lowerRelu],
  ['Reshape', lowerView],
  ['Resize', lowerResize],
  ['Slice', lowerSlice],
  ['Squeeze', lowerView],
  ['Sub', lowerSub],
  ['Tile', lowerTile],
  ['Transpose', lowerTranspose],
  ['Unsqueeze', lowerView],
  ['View', lowerView],
]);

export function findLowerRule(node: GraphNode): LowerRule | undefined {
  return rules.get(node.operator);
}

/** @throws IsochroneError MODEL_UNSUPPORTED_OPERATOR naming the node */
export function lowerRule(node: GraphNode): LowerRule {
  const rule = findLowerRule(node);
  if (rule === undefined) {
    throw unsupported(node, `operator "${node.operator}" cannot be quantised at this place`);
  }
  return rule;
}
