/** The gradient of a network that is quantised already: that of the float network its integers stand for. */
import { withGradient, type ExplainedGraph } from '../../explain/gradient.js';
import type { Graph, GraphNode, TensorInfo } from '../../graph/graph.js';
import { inputName, outputName, sizeOf, tensorOf } from '../../graph/graph.js';
import { floatOf, runFloat, runNodes } from '../../interpret/float.js';
import { producerOf } from '../../passes/rewrite.js';
import { channelMaxima } from '../equalisation.js';
import { CALIBRATION_FORMAT, type Calibration } from '../calibration.js';
import { CLAMPS, settleScales } from './settle-scales.js';

/** The code of 0 where an int8 signal has no negative values. */
const LEAST_CODE = -128;
const MOST_CODE = 127;
/** Nothing has been measured on real input: the steps of gradients are this much coarser than what noise asks for. */
const HEADROOM = 4;
/** Amplitudes of the noise, as shares of the input's range. */
const AMPLITUDES = [1, 1 / 4] as const;
/** Answers whose gradients are measured; of more, some that lie evenly among them. */
const MOST_ANSWERS = 12;

/**
 * Straight through: rounding has the slope 1, and what lies behind a clamp at 0 the slope of a ReLU. Of a network that ends in
 * probabilities the value in front of them is explained, as in float networks.
 * @throws IsochroneError EXPLAIN_NO_GRADIENT, EXPLAIN_NO_PATH, MODEL_MANY_ENDS
 */
export function explainedWithOwnScales(given: Graph): ExplainedGraph {
  const graph = clampsAsRelus(settleScales(given));
  const [logits = ''] = graph.outputs;
  const end = producerOf(graph, logits);
  const isProbability = end?.operator === 'Softmax' || end?.operator === 'Sigmoid';
  return withGradient(graph, isProbability && end !== undefined ? inputName(end, 0) : logits);
}

/** A signal whose least code is 0 is clamped there, whether the file names a ReLU or its converter left that to the codes. */
function clampsAsRelus(graph: Graph): Graph {
  const tensors = new Map<string, TensorInfo>(graph.tensors);
  const nodes = graph.nodes.flatMap((node): readonly GraphNode[] => {
    const output = outputName(node);
    const info = tensorOf(graph, output);
    if (
      !CLAMPS.has(node.operator) ||
      info.quantization?.zeroPoint !== LEAST_CODE ||
      graph.outputs.includes(output)
    ) {
      return [node];
    }
    const free = `${output}/unclamped`;
    tensors.set(free, { shape: info.shape, elementType: info.elementType });
    return [
      { ...node, outputs: [free] },
      {
        operator: 'Relu',
        name: `${node.name}:relu`,
        inputs: [free],
        outputs: [output],
        attributes: {},
      },
    ];
  });
  return { ...graph, nodes, tensors };
}

/** The largest value that the codes of a signal stand for. */
export function largestOfCodes(graph: Graph, tensor: string): number | undefined {
  const { quantization } = tensorOf(graph, tensor);
  const [scale] = quantization?.scales ?? [];
  return quantization === undefined || scale === undefined
    ? undefined
    : (MOST_CODE - quantization.zeroPoint) * scale;
}

/**
 * Ranges of the gradients on seeded noise of the input's own range: the file has none, and needs no record. What does not fit
 * on real input saturates and is counted.
 */
export function noiseCalibration(explained: ExplainedGraph): Calibration {
  const { graph, input, seed, forwardNodes } = explained;
  const info = tensorOf(graph, input);
  const [scale = 1] = info.quantization?.scales ?? [];
  const forward = { ...graph, inputs: [input], nodes: graph.nodes.slice(0, forwardNodes) };
  const backward = graph.nodes.slice(forwardNodes);
  const largest = new Map(
    [seed, ...backward.flatMap(({ outputs }) => outputs)].map((name) => [
      name,
      new Float64Array(tensorOf(graph, name).shape[1] ?? 1),
    ]),
  );
  const answers = sizeOf(tensorOf(graph, seed).shape);
  const each = Math.max(1, Math.ceil(answers / MOST_ANSWERS));
  const noise = noiseOf(1);
  for (const amplitude of AMPLITUDES) {
    const x = Float32Array.from(
      { length: sizeOf(info.shape) },
      () => 255 * scale * amplitude * noise(),
    );
    const values = runFloat(forward, new Map([[input, x]]));
    for (let answer = 0; answer < answers; answer += each) {
      const oneHot = Float32Array.from({ length: answers }, (_, i) => (i === answer ? 1 : 0));
      values.set(seed, { shape: tensorOf(graph, seed).shape, data: oneHot });
      runNodes(graph, backward, values);
      for (const [name, channels] of largest) {
        channelMaxima(floatOf(values, name), channels.length, channels);
      }
    }
  }
  return {
    format: CALIBRATION_FORMAT,
    modelSha256: '',
    source: 'the model itself',
    records: 0,
    activations: {},
    gradients: Object.fromEntries(
      [...largest].map(([name, channels]) => [
        name,
        Array.from(channels, (value) => (name === seed ? value : HEADROOM * value)),
      ]),
    ),
  };
}

/** Numbers within ±1/2, the same on every machine (Marsaglia's xorshift, 13 17 5). */
function noiseOf(seed: number): () => number {
  let word = seed;
  return () => {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    return word / 2 ** 32;
  };
}
