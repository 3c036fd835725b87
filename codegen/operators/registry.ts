import type { GraphNode } from '../graph/graph.js';
import { nodeError } from '../graph/graph.js';
import { add } from './add.js';
import { averagePool, averagePoolGradient } from './average-pool.js';
import { channelsLastReshape } from './channels-last-reshape.js';
import { batchNormalization } from './batch-normalization.js';
import { clip, clipGradient } from './clip.js';
import { concat } from './concat.js';
import { conv, convInputGradient } from './conv.js';
import { div } from './div.js';
import { gemm, gemmInputGradient } from './gemm.js';
import { globalAveragePool, globalAveragePoolGradient } from './global-average-pool.js';
import { reduceMean } from './reduce-mean.js';
import { gru, gruSequence } from './gru.js';
import {
  channelNormalization,
  channelNormalizationGradient,
  layerNormalization,
} from './layer-normalization.js';
import { lstm, lstmSequence } from './lstm.js';
import { matmul, matMulGradient, stridedMatMul } from './matmul.js';
import { maxPool, maxPoolGradient } from './max-pool.js';
import type { OperatorRule } from './operator.js';
import { relu, reluGradient } from './relu.js';
import { dropout, flatten, identity, reshape, squeeze, unsqueeze, view } from './reshape.js';
import { softmax, softmaxGradient } from './softmax.js';
import { stridedCopy, stridedScatter } from './strided-copy.js';
import { mul } from './mul.js';
import { pointwise, pointwiseGradient } from './pointwise.js';
import { pow } from './pow.js';
import { prelu, preluGradient } from './prelu.js';
import { productGradient } from './product-gradient.js';
import { sub } from './sub.js';
import { unaryOperators } from './unary.js';

import { expand, resize, tile } from './repeat.js';
import { pad, slice } from './slice.js';
import { transpose } from './transpose.js';

/** Operators that may stand in a model file and are taken as they are; import/expand/ rewrites others. */
const importable: readonly OperatorRule[] = [
  add,
  averagePool,
  batchNormalization,
  clip,
  concat,
  conv,
  div,
  dropout,
  flatten,
  gemm,
  globalAveragePool,
  gru,
  identity,
  layerNormalization,
  lstm,
  matmul,
  mul,
  pow,
  prelu,
  maxPool,
  reduceMean,
  relu,
  reshape,
  softmax,
  squeeze,
  sub,
  transpose,
  unsqueeze,
  ...unaryOperators,
];

/** Operators that only the compiler itself makes, some of them (Slice, Pad, Resize, Tile, Expand) in a form of its own. */
const internal: readonly OperatorRule[] = [
  channelNormalization,
  channelNormalizationGradient,
  clipGradient,
  expand,
  averagePoolGradient,
  channelsLastReshape,
  convInputGradient,
  gemmInputGradient,
  gruSequence,
  lstmSequence,
  globalAveragePoolGradient,
  pointwise,
  pointwiseGradient,
  preluGradient,
  productGradient,
  matMulGradient,
  maxPoolGradient,
  pad,
  reluGradient,
  stridedCopy,
  stridedMatMul,
  stridedScatter,
  resize,
  slice,
  softmaxGradient,
  tile,
  view,
];

const table = new Map([...importable, ...internal].map((rule) => [rule.operator, rule]));
const importableNames = new Set(importable.map((rule) => rule.operator));

/** Names of the operators that a model may hold, sorted; docs/operators.md is checked against it. */
export function importableOperators(): readonly string[] {
  return [...importableNames].sort();
}

/** @throws IsochroneError MODEL_UNSUPPORTED_OPERATOR naming operator and node */
export function operatorRule(node: GraphNode, graphName: string): OperatorRule {
  const rule = table.get(node.operator);
  if (rule === undefined) throw unsupportedOperator(node, graphName);
  return rule;
}

export function requireImportable(node: GraphNode, graphName: string): OperatorRule {
  if (!importableNames.has(node.operator)) throw unsupportedOperator(node, graphName);
  return operatorRule(node, graphName);
}

function unsupportedOperator(node: GraphNode, graphName: string): Error {
  return nodeError(
    graphName,
    node,
    'MODEL_UNSUPPORTED_OPERATOR',
    `operator "${node.operator}" is not supported`,
    `Rewrite this part of the network with supported operators: ${importableOperators().join(', ')}.`,
  );
}
