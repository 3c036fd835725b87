import { IsochroneError } from '../errors.js';
import type { Graph, GraphNode, TensorInfo } from '../graph/graph.js';
import { inputName, intAttribute, outputName, tensorOf } from '../graph/graph.js';
import { scaleClasses, WEIGHTED } from './scale-classes.js';

/** What each channel (axis 1) is multiplied by, by the tensor that a convolution or dense layer computes. */
export type ChannelFactors = Readonly<Record<string, readonly number[]>>;

/**
 * Cross-layer equalisation (M. Nagel et al., Data-free quantization through weight equalization and bias correction, 2019): channels
 * are multiplied by `factors` where weights compute them and divided by them where weights read them. Between the two lie only
 * operators that pass a factor above zero on, so the answer stays the same, and with powers of two to the last bit.
 * @throws IsochroneError CALIBRATION_DAMAGED where the factors are not such that the answer stays the same
 */
export function equalise(graph: Graph, factors: ChannelFactors): Graph {
  const { classesOf, count } = scaleClasses(graph);
  const byClass = new Float64Array(count).fill(NaN);
  for (const [tensor, channels] of Object.entries(factors)) {
    const classes = graph.tensors.has(tensor) ? classesOf(tensor) : undefined;
    if (classes?.length !== channels.length) throw unfit(graph, tensor);
    channels.forEach((factor, c) => {
      const at = classes[c] ?? 0;
      const known = byClass[at] ?? NaN;
      if (!isPowerOfTwo(factor) || (known !== factor && !Number.isNaN(known))) {
        throw unfit(graph, tensor);
      }
      byClass[at] = factor;
    });
  }
  const tensors = new Map(graph.tensors);
  const factorOf = (tensor: string): ((channel: number) => number) => {
    const classes = classesOf(tensor);
    return (channel) => {
      const factor = byClass[classes?.[channel] ?? -1] ?? NaN;
      return Number.isNaN(factor) ? 1 : factor;
    };
  };
  const rescaled = (name: string, key: string, by: (index: number) => number): string => {
    const given = tensorOf(graph, name);
    const data = Float32Array.from(given.data ?? [], (value, i) => value * by(i));
    if (data.every((value, i) => value === given.data?.[i])) return name;
    const fresh = `${key}/equalised`;
    const info: TensorInfo = { shape: given.shape, elementType: 'float32', data };
    tensors.set(fresh, info);
    return fresh;
  };
  const nodes = graph.nodes.map((node): GraphNode => {
    if (!WEIGHTED.includes(node.operator)) return node;
    const [x, weights, bias = ''] = node.inputs;
    if (x === undefined || weights === undefined) return node;
    const to = factorOf(outputName(node));
    const from = factorOf(x);
    const position = weightPositions(graph, node);
    const scaledWeights = rescaled(weights, `${node.name}/weights`, (i) => {
      const { input, output } = position(i);
      return to(output) / from(input);
    });
    const inputs = [x, scaledWeights];
    if (bias !== '') {
      const channels = tensorOf(graph, bias).shape.at(-1) ?? 1;
      inputs.push(rescaled(bias, `${node.name}/bias`, (i) => to(i % channels)));
    }
    return inputs.every((name, i) => name === node.inputs[i]) ? node : { ...node, inputs };
  });
  return { ...graph, nodes, tensors };
}

/** Input and output channel of each value of a layer's weights, in their order. */
export function weightPositions(
  graph: Graph,
  node: GraphNode,
): (index: number) => { readonly input: number; readonly output: number } {
  const { shape } = tensorOf(graph, inputName(node, 1));
  if (node.operator === 'Gemm') {
    const columns = shape[1] ?? 1;
    const transposed = intAttribute(node, 'transB', 0) !== 0;
    return (i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      return transposed ? { input: column, output: row } : { input: row, output: column };
    };
  }
  const [outputs = 1, groupIn = 1, ...kernel] = shape;
  const taps = kernel.reduce((a, b) => a * b, 1);
  const groupOut = outputs / intAttribute(node, 'group', 1);
  return (i) => {
    const output = Math.floor(i / (taps * groupIn));
    const group = Math.floor(output / groupOut);
    return { input: group * groupIn + (Math.floor(i / taps) % groupIn), output };
  };
}

function isPowerOfTwo(factor: number): boolean {
  return factor > 0 && 2 ** Math.round(Math.log2(factor)) === factor;
}

function unfit(graph: Graph, tensor: string): IsochroneError {
  return new IsochroneError(
    'CALIBRATION_DAMAGED',
    `the calibration cannot be used: its factors for the channels of "${tensor}" would change the network's answer`,
    {
      hint: 'Run `isochrone calibrate MODEL --data DIR` again.',
      where: { model: graph.name, tensor },
    },
  );
}
