/**
 * ONNX nodes in the forms that the compiler works on: what an operator set or an exporter can say in several ways is
 * said in one, and what is a combination of other operators becomes them.
 */
import type { GraphNode } from '../../graph/graph.js';
import { expandConvTranspose } from './conv-transpose.js';
import { cast, logSoftmax, max, mean, min, softmax, sum } from './elementwise.js';
import type { Expand, Expansion, Inputs } from './expansion.js';
import { groupNormalization, instanceNormalization, layerNormalization } from './normalisation.js';
import * as reduce from './reduce.js';
import * as reorder from './reorder.js';

const expansions: ReadonlyMap<string, Expand> = new Map<string, Expand>([
  ['Cast', cast],
  ['ConvTranspose', expandConvTranspose],
  ['DepthToSpace', reorder.depthToSpace],
  ['Expand', reorder.expand],
  ['Gather', reorder.gather],
  ['GlobalMaxPool', reduce.globalMaxPool],
  ['GroupNormalization', groupNormalization],
  ['InstanceNormalization', instanceNormalization],
  ['LayerNormalization', layerNormalization],
  ['LogSoftmax', logSoftmax],
  ['MatMul', reorder.matMul],
  ['Max', max],
  ['Mean', mean],
  ['Min', min],
  ['Pad', reorder.pad],
  ['ReduceL1', reduce.reduceL1],
  ['ReduceL2', reduce.reduceL2],
  ['ReduceLogSum', reduce.reduceLogSum],
  ['ReduceLogSumExp', reduce.reduceLogSumExp],
  ['ReduceMax', reduce.reduceMax],
  ['ReduceMean', reduce.reduceMean],
  ['ReduceMin', reduce.reduceMin],
  ['ReduceSum', reduce.reduceSum],
  ['ReduceSumSquare', reduce.reduceSumSquare],
  ['Resize', reorder.resize],
  ['Slice', reorder.slice],
  ['Softmax', softmax],
  ['SpaceToDepth', reorder.spaceToDepth],
  ['Split', reorder.split],
  ['Sum', sum],
  ['Tile', reorder.tile],
  ['Upsample', reorder.resize],
]);

/** Operators that a model may hold and that are rewritten here, sorted. */
export function expandedOperators(): readonly string[] {
  return [...expansions.keys()].sort();
}

/** The node in the compiler's forms; most are taken as they are. */
export function expandNode(node: GraphNode, inputs: Inputs, opset: number): Expansion {
  return expansions.get(node.operator)?.(node, inputs, opset) ?? { nodes: [node] };
}
