import type { Graph, GraphNode, TensorInfo } from '../graph/graph.js';
import { inputName, outputName, tensorOf } from '../graph/graph.js';
import { batchNormAffine } from '../operators/batch-normalization.js';
import { concatAxis } from '../operators/concat.js';
import { denseParameters } from '../operators/gemm.js';
import { unsupported } from '../operators/require.js';
import { consumersOf, producerOf } from './rewrite.js';

/** y = scale·x + offset, per channel. */
interface Affine {
  readonly scale: Float64Array;
  readonly offset: Float64Array;
}

/**
 * Removes every BatchNormalization: folded into the convolution or dense layer before it (W' = W·scale,
 * b' = b·scale + offset), or into the dense layer behind it; moved in front of a Concat to meet the convolutions there;
 * what is left is a convolution of one tap that keeps the channels apart.
 * @throws IsochroneError MODEL_UNSUPPORTED_OPERATOR for parameters that are not constants
 */
export function foldBatchNorm(graph: Graph): Graph {
  let folded = graph;
  for (;;) {
    const norm = folded.nodes.find((node) => node.operator === 'BatchNormalization');
    if (norm === undefined) return folded;
    folded = foldOne(folded, norm);
  }
}

function foldOne(graph: Graph, norm: GraphNode): Graph {
  const input = inputName(norm, 0);
  const before = producerOf(graph, input);
  const alone = consumersOf(graph, input).length === 1 && !graph.outputs.includes(input);
  if (alone && (before?.operator === 'Conv' || before?.operator === 'Gemm')) {
    return foldBackwards(graph, norm, before);
  }
  if (alone && before?.operator === 'Concat') {
    const rank = tensorOf(graph, input).shape.length;
    if (concatAxis(before, rank) === 1) return moveBeforeConcat(graph, norm, before);
  }
  const readers = consumersOf(graph, outputName(norm));
  const [reader] = readers;
  if (readers.length === 1 && reader?.operator === 'Gemm' && reader.inputs[0] === norm.outputs[0]) {
    return foldForwards(graph, norm, reader);
  }
  return asConvolution(graph, norm);
}

function constantsOf(
  graph: Graph,
  norm: GraphNode,
  names: readonly string[],
): readonly TensorInfo[] {
  const tensors = names.map((name) => tensorOf(graph, name));
  if (tensors.some((tensor) => tensor.data === undefined)) {
    throw unsupported(norm, 'weights or statistics are not constants');
  }
  return tensors;
}

function affineOf(graph: Graph, norm: GraphNode): Affine {
  const parameters = constantsOf(graph, norm, norm.inputs.slice(1, 5));
  return batchNormAffine(
    norm,
    parameters.map((tensor) => ({ data: tensor.data ?? new Float32Array() })),
  );
}

/** Puts nodes in the place of others, the first of which they stand at. */
function replace(
  graph: Graph,
  old: readonly GraphNode[],
  nodes: readonly GraphNode[],
  constants: readonly (readonly [string, TensorInfo])[],
): Graph {
  const [place] = old;
  return {
    ...graph,
    nodes: graph.nodes.flatMap((node) =>
      node === place ? nodes : old.includes(node) ? [] : [node],
    ),
    tensors: new Map([...graph.tensors, ...constants]),
  };
}

function floats(shape: readonly number[], values: Float32Array): TensorInfo {
  return { shape, elementType: 'float32', data: values };
}

/** Into the Conv or Gemm that computes its input. */
function foldBackwards(graph: Graph, norm: GraphNode, layer: GraphNode): Graph {
  const { scale, offset } = affineOf(graph, norm);
  const hasBias = (layer.inputs[2] ?? '') !== '';
  const [weights, bias] = constantsOf(graph, norm, layer.inputs.slice(1, hasBias ? 3 : 2));
  if (weights?.data === undefined) throw unsupported(norm, 'weights are not constants');
  const weightsName = `${norm.name}/folded_weights`;
  const biasName = `${norm.name}/folded_bias`;
  const dense =
    layer.operator === 'Gemm'
      ? denseParameters(
          layer,
          { shape: weights.shape, data: weights.data },
          bias?.data === undefined ? undefined : { data: bias.data },
        )
      : undefined;
  // A Gemm's alpha, beta and transposition are applied here once and for all.
  const values = dense?.weights ?? weights.data;
  const offsets = dense?.bias ?? bias?.data;
  const channels = scale.length;
  const each = values.length / channels;
  const shape = dense === undefined ? weights.shape : [dense.outputs, dense.inputs];
  const folded = Float32Array.from(values, (v, i) => v * (scale[Math.floor(i / each)] ?? 0));
  const foldedBias = Float32Array.from(
    { length: channels },
    (_, c) => (offsets?.[c] ?? 0) * (scale[c] ?? 0) + (offset[c] ?? 0),
  );
  const merged: GraphNode = {
    ...layer,
    inputs: [inputName(layer, 0), weightsName, biasName],
    outputs: [outputName(norm)],
    attributes: dense === undefined ? layer.attributes : { transB: 1 },
  };
  return replace(
    graph,
    [layer, norm],
    [merged],
    [
      [weightsName, floats(shape, folded)],
      [biasName, floats([channels], foldedBias)],
    ],
  );
}

/** Into the Gemm that alone reads it: W' = W·scale, b' = b + W·offset. */
function foldForwards(graph: Graph, norm: GraphNode, gemm: GraphNode): Graph {
  const { scale, offset } = affineOf(graph, norm);
  const hasBias = (gemm.inputs[2] ?? '') !== '';
  const [weights, bias] = constantsOf(graph, norm, gemm.inputs.slice(1, hasBias ? 3 : 2));
  if (weights?.data === undefined) throw unsupported(norm, 'weights are not constants');
  const dense = denseParameters(
    gemm,
    { shape: weights.shape, data: weights.data },
    bias?.data === undefined ? undefined : { data: bias.data },
  );
  const { inputs, outputs } = dense;
  const folded = dense.weights.map((v, i) => v * (scale[i % inputs] ?? 0));
  const foldedBias = dense.bias.map((b, o) => {
    let sum = b;
    for (let i = 0; i < inputs; i += 1) {
      sum += (dense.weights[o * inputs + i] ?? 0) * (offset[i] ?? 0);
    }
    return sum;
  });
  const weightsName = `${norm.name}/folded_weights`;
  const biasName = `${norm.name}/folded_bias`;
  const merged: GraphNode = {
    ...gemm,
    inputs: [inputName(norm, 0), weightsName, biasName],
    attributes: { transB: 1 },
  };
  return replace(
    graph,
    [gemm, norm],
    [merged],
    [
      [weightsName, floats([outputs, inputs], folded)],
      [biasName, floats([outputs], foldedBias)],
    ],
  );
}

/** One normalisation for each part of a concatenation of channels. */
function moveBeforeConcat(graph: Graph, norm: GraphNode, concat: GraphNode): Graph {
  const parameters = constantsOf(graph, norm, norm.inputs.slice(1, 5));
  const constants: [string, TensorInfo][] = [];
  let first = 0;
  const parts = concat.inputs.map((input, part): GraphNode => {
    const tensor = tensorOf(graph, input);
    const channels = tensor.shape[1] ?? 0;
    const names = parameters.map((parameter, index) => {
      const name = `${norm.name}/part_${part}_${index}`;
      const values = Float32Array.from(parameter.data?.slice(first, first + channels) ?? []);
      constants.push([name, floats([channels], values)]);
      return name;
    });
    first += channels;
    const output = `${norm.name}/part_${part}`;
    constants.push([output, { shape: tensor.shape, elementType: 'float32' }]);
    return { ...norm, name: output, inputs: [input, ...names], outputs: [output] };
  });
  const joined: GraphNode = {
    ...concat,
    inputs: parts.map((part) => outputName(part)),
    outputs: [outputName(norm)],
  };
  return replace(graph, [concat, norm], [...parts, joined], constants);
}

/** A convolution of one tap whose groups are the channels; a vector is seen as a signal of one sample. */
function asConvolution(graph: Graph, norm: GraphNode): Graph {
  const { scale, offset } = affineOf(graph, norm);
  const { shape } = tensorOf(graph, inputName(norm, 0));
  const channels = scale.length;
  const taps = shape.length === 2 ? [1] : shape.slice(2).map(() => 1);
  const [weightsName, biasName] = [`${norm.name}/scale`, `${norm.name}/offset`];
  const constants: [string, TensorInfo][] = [
    [weightsName, floats([channels, 1, ...taps], Float32Array.from(scale))],
    [biasName, floats([channels], Float32Array.from(offset))],
  ];
  const conv = (input: string, output: string): GraphNode => ({
    operator: 'Conv',
    name: norm.name,
    inputs: [input, weightsName, biasName],
    outputs: [output],
    attributes: { group: channels },
  });
  if (shape.length !== 2) {
    return replace(graph, [norm], [conv(inputName(norm, 0), outputName(norm))], constants);
  }
  const signal = { shape: [1, channels, 1], elementType: 'float32' } as const;
  const view = (name: string, input: string, output: string, to: readonly number[]): GraphNode => ({
    operator: 'View',
    name,
    inputs: [input],
    outputs: [output],
    attributes: { shape: to },
  });
  const [before, after] = [`${norm.name}/signal`, `${norm.name}/scaled`];
  const nodes = [
    view(before, inputName(norm, 0), before, signal.shape),
    conv(before, after),
    view(`${norm.name}/vector`, after, outputName(norm), shape),
  ];
  return replace(graph, [norm], nodes, [...constants, [before, signal], [after, signal]]);
}
