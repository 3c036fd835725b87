import type { Graph, GraphNode, TensorInfo } from '../graph/graph.js';
import { inputName, outputName, sizeOf, tensorOf } from '../graph/graph.js';
import { batchNormAffine } from '../operators/batch-normalization.js';
import { denseParameters } from '../operators/gemm.js';
import { consumersOf, producerOf } from './rewrite.js';

/** y = scale[c] · x + offset[c]. */
interface Affine {
  /** The signal among the node's inputs. */
  readonly signal: string;
  readonly scale: Float64Array;
  readonly offset: Float64Array;
  /** One constant for all channels: where it does not fold, it becomes part of a table instead. */
  readonly scalar: boolean;
}

/**
 * Folds what scales and shifts channels by constants (BatchNormalization, and Mul, Div, Add, Sub with a constant for
 * each channel) into the convolution or dense layer before it: W' = W·scale, b' = b·scale + offset. Where there is none
 * that it alone reads, it becomes a depthwise convolution of width 1, which is the same thing.
 */
export function foldAffine(graph: Graph): Graph {
  return graph.nodes.reduce((folded, { name }) => {
    // Earlier foldings may have changed the node.
    const node = folded.nodes.find((other) => other.name === name);
    const affine = node === undefined ? undefined : affineOf(folded, node);
    if (node === undefined || affine === undefined) return folded;
    const producer = producerOf(folded, affine.signal);
    const alone =
      consumersOf(folded, affine.signal).length === 1 && !folded.outputs.includes(affine.signal);
    const foldable =
      producer?.operator === 'Conv' ||
      (producer?.operator === 'Gemm' && tensorOf(folded, affine.signal).shape[0] === 1);
    if (producer !== undefined && foldable && alone && hasConstantWeights(folded, producer)) {
      return intoWeights(folded, node, affine, producer);
    }
    return affine.scalar ? folded : asDepthwise(folded, node, affine);
  }, graph);
}

function affineOf(graph: Graph, node: GraphNode): Affine | undefined {
  if (node.operator === 'BatchNormalization') {
    const parameters = node.inputs.slice(1, 5).map((name) => tensorOf(graph, name));
    if (parameters.some((tensor) => tensor.data === undefined)) return undefined;
    const folded = batchNormAffine(
      node,
      parameters.map((tensor) => ({ data: tensor.data ?? new Float32Array() })),
    );
    return { signal: inputName(node, 0), ...folded, scalar: false };
  }
  if (!['Add', 'Div', 'Mul', 'Sub'].includes(node.operator)) return undefined;
  const [a, b] = [0, 1].map((index) => tensorOf(graph, inputName(node, index)));
  if (a === undefined || b === undefined) return undefined;
  const signalFirst = a.data === undefined;
  const [signal, constant] = signalFirst ? [a, b] : [b, a];
  // c / x is no affine map.
  if (constant.data === undefined || (node.operator === 'Div' && !signalFirst)) return undefined;
  const channels = signal.shape[1] ?? 1;
  const axis = constant.shape.length - signal.shape.length + 1;
  const size = sizeOf(constant.shape);
  const perChannel = size === channels && constant.shape[axis] === channels;
  if ((size !== 1 && !perChannel) || constant.shape.length > signal.shape.length) return undefined;
  const values = Float64Array.from(
    { length: channels },
    (_, c) => constant.data?.[size === 1 ? 0 : c] ?? 0,
  );
  const fill = (value: number): Float64Array => new Float64Array(channels).fill(value);
  const maps: Readonly<Record<string, { scale: Float64Array; offset: Float64Array }>> = {
    Add: { scale: fill(1), offset: values },
    Div: { scale: values.map((value) => 1 / value), offset: fill(0) },
    Mul: { scale: values, offset: fill(0) },
    Sub: signalFirst
      ? { scale: fill(1), offset: values.map((value) => -value) }
      : { scale: fill(-1), offset: values },
  };
  const map = maps[node.operator];
  if (map === undefined || !map.scale.every(Number.isFinite)) return undefined;
  return { signal: inputName(node, signalFirst ? 0 : 1), ...map, scalar: size === 1 };
}

function hasConstantWeights(graph: Graph, node: GraphNode): boolean {
  return node.inputs
    .slice(1)
    .every((name) => name === '' || tensorOf(graph, name).data !== undefined);
}

function intoWeights(graph: Graph, node: GraphNode, affine: Affine, producer: GraphNode): Graph {
  const weights = tensorOf(graph, inputName(producer, 1));
  const hasBias = (producer.inputs[2] ?? '') !== '';
  const bias = hasBias ? tensorOf(graph, inputName(producer, 2)) : undefined;
  const dense =
    producer.operator === 'Gemm'
      ? denseParameters(
          producer,
          { shape: weights.shape, data: weights.data ?? new Float32Array() },
          bias === undefined ? undefined : { data: bias.data ?? new Float32Array() },
        )
      : undefined;
  const source = dense?.weights ?? weights.data ?? new Float32Array();
  const offsets = dense?.bias ?? bias?.data;
  const outputs = affine.scale.length;
  const each = source.length / outputs;
  const constants = {
    weights: {
      shape: dense === undefined ? weights.shape : [dense.outputs, dense.inputs],
      elementType: 'float32',
      data: Float32Array.from(source, (w, i) => w * (affine.scale[Math.floor(i / each)] ?? 0)),
    },
    bias: {
      shape: [outputs],
      elementType: 'float32',
      data: Float32Array.from(
        affine.scale,
        (scale, c) => (offsets?.[c] ?? 0) * scale + (affine.offset[c] ?? 0),
      ),
    },
  } satisfies Record<string, TensorInfo>;
  const names = [`${node.name}/folded_weights`, `${node.name}/folded_bias`] as const;
  const merged: GraphNode = {
    ...producer,
    inputs: [inputName(producer, 0), ...names],
    outputs: [outputName(node)],
    // denseParameters has applied alpha, beta and the transposition.
    attributes: dense === undefined ? producer.attributes : { transB: 1 },
  };
  return {
    ...graph,
    nodes: graph.nodes.flatMap((n) => (n === producer ? [merged] : n === node ? [] : [n])),
    tensors: new Map<string, TensorInfo>([
      ...graph.tensors,
      [names[0], constants.weights],
      [names[1], constants.bias],
    ]),
  };
}

function asDepthwise(graph: Graph, node: GraphNode, affine: Affine): Graph {
  const { shape } = tensorOf(graph, affine.signal);
  const channels = affine.scale.length;
  // A flat [1, C] is a signal of one position here.
  const flat = shape.length === 2;
  if (!flat && shape.length !== 3 && shape.length !== 4) return graph;
  const spatial = flat ? [1] : shape.slice(2);
  const names = {
    weights: `${node.name}/channel_scale`,
    bias: `${node.name}/channel_offset`,
    from: `${node.name}/as_signal`,
    to: `${node.name}/scaled`,
  };
  const conv: GraphNode = {
    operator: 'Conv',
    name: node.name,
    inputs: [flat ? names.from : affine.signal, names.weights, names.bias],
    outputs: [flat ? names.to : outputName(node)],
    attributes: { group: channels, kernel_shape: spatial.map(() => 1) },
  };
  const view = (name: string, from: string, to: string, target: readonly number[]): GraphNode => ({
    operator: 'View',
    name,
    inputs: [from],
    outputs: [to],
    attributes: { shape: target },
  });
  const signalShape = [1, channels, ...spatial];
  const nodes = flat
    ? [
        view(names.from, affine.signal, names.from, signalShape),
        conv,
        view(names.to, names.to, outputName(node), shape),
      ]
    : [conv];
  const tensors = new Map<string, TensorInfo>(graph.tensors);
  tensors.set(names.weights, {
    shape: [channels, 1, ...spatial.map(() => 1)],
    elementType: 'float32',
    data: Float32Array.from(affine.scale),
  });
  tensors.set(names.bias, {
    shape: [channels],
    elementType: 'float32',
    data: Float32Array.from(affine.offset),
  });
  if (flat) {
    tensors.set(names.from, { shape: signalShape, elementType: 'float32' });
    tensors.set(names.to, { shape: signalShape, elementType: 'float32' });
  }
  return { ...graph, nodes: graph.nodes.flatMap((n) => (n === node ? nodes : [n])), tensors };
}
