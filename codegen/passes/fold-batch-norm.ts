import type { Graph, GraphNode, TensorInfo } from '../graph/graph.js';
import { inputName, outputName, tensorOf } from '../graph/graph.js';
import { batchNormAffine } from '../operators/batch-normalization.js';
import { unsupported } from '../operators/require.js';
import { consumersOf, producerOf } from './rewrite.js';

/**
 * Folds each BatchNormalization into the convolution before it: W' = W·scale, b' = b·scale + offset per output channel.
 * @throws IsochroneError MODEL_UNSUPPORTED_OPERATOR for one that follows anything else, or a convolution others read
 */
export function foldBatchNorm(graph: Graph): Graph {
  return graph.nodes
    .filter((node) => node.operator === 'BatchNormalization')
    .reduce((folded, node) => foldOne(folded, node), graph);
}

function foldOne(graph: Graph, norm: GraphNode): Graph {
  const input = inputName(norm, 0);
  const conv = producerOf(graph, input);
  if (conv?.operator !== 'Conv' || consumersOf(graph, input).length !== 1) {
    throw unsupported(norm, 'it does not follow a convolution that it alone reads');
  }
  const weights = tensorOf(graph, inputName(conv, 1));
  const bias = (conv.inputs[2] ?? '') === '' ? undefined : tensorOf(graph, inputName(conv, 2));
  const parameters = norm.inputs.slice(1, 5).map((name) => tensorOf(graph, name));
  const constants = [weights, ...(bias === undefined ? [] : [bias]), ...parameters];
  if (constants.some((tensor) => tensor.data === undefined)) {
    throw unsupported(norm, 'weights or statistics are not constants');
  }
  const { scale, offset } = batchNormAffine(
    norm,
    parameters.map((tensor) => ({ data: tensor.data ?? new Float32Array() })),
  );
  const channels = weights.shape[0] ?? 0;
  const perChannel = (weights.data?.length ?? 0) / channels;
  const folded: TensorInfo = {
    shape: weights.shape,
    elementType: 'float32',
    data: Float32Array.from(
      weights.data ?? [],
      (value, i) => value * (scale[Math.floor(i / perChannel)] ?? 0),
    ),
  };
  const foldedBias: TensorInfo = {
    shape: [channels],
    elementType: 'float32',
    data: Float32Array.from(
      { length: channels },
      (_, c) => (bias?.data?.[c] ?? 0) * (scale[c] ?? 0) + (offset[c] ?? 0),
    ),
  };
  const weightsName = `${norm.name}/folded_weights`;
  const biasName = `${norm.name}/folded_bias`;
  const merged: GraphNode = {
    ...conv,
    inputs: [inputName(conv, 0), weightsName, biasName],
    outputs: [outputName(norm)],
  };
  return {
    ...graph,
    nodes: graph.nodes.flatMap((node) => (node === conv ? [merged] : node === norm ? [] : [node])),
    tensors: new Map([...graph.tensors, [weightsName, folded], [biasName, foldedBias]]),
  };
}
