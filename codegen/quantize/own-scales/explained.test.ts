import { describe, expect, it } from 'vitest';
import { compileNetwork, type CompiledNetwork } from '../../compile.js';
import { isExplained } from '../../explain/gradient.js';
import { parseMethods } from '../../explain/methods.js';
import { outputName, sizeOf, tensorOf } from '../../graph/graph.js';
import { integerTensor } from '../../integer/program.js';
import { floatOf, runNodes } from '../../interpret/float.js';
import { IntegerInterpreter } from '../../interpret/integer.js';
import type { FloatTensor } from '../../operators/operator.js';
import {
  qdqNetwork,
  qOperatorNetwork,
  type QuantizedOnnxNetwork,
} from '../../testing/quantized-onnx-networks.js';
import { seededRandom } from '../../testing/random.js';
import { int8TfliteNetwork } from '../../testing/tflite-networks.js';
import { channelsFirst, cosine } from '../../testing/trial.js';

function answering(network: QuantizedOnnxNetwork): Uint8Array {
  const last = network.signals.at(-1);
  if (last === undefined) throw new Error('no signal');
  return network.bytesFor(last);
}

const NETWORKS = [
  ['small.tflite', int8TfliteNetwork()],
  ['qdq.onnx', answering(qdqNetwork('int8', 13))],
  ['qoperator.onnx', answering(qOperatorNetwork('uint8'))],
] as const;

/** The backward pass in float, on what the integers of the forward pass stand for: straight through, by definition. */
function straightThrough(
  { explained, program }: CompiledNetwork,
  interpreter: IntegerInterpreter,
  classIndex: number,
): Float32Array | Float64Array {
  if (!isExplained(explained)) throw new Error('no backward pass');
  const { graph, forwardNodes, seed, inputGradient } = explained;
  const values = new Map<string, FloatTensor>();
  for (const [name, { shape, data }] of graph.tensors) {
    if (data !== undefined) values.set(name, { shape, data });
  }
  const hold = (name: string): boolean => {
    const tensor = program.tensors.get(name);
    if (tensor === undefined) return false;
    const { scale, zeroPoint, channels } = tensor;
    const codes = Array.from(interpreter.values(name), (code) => (code - zeroPoint) * scale);
    const data = Float32Array.from(channelsFirst(codes, channels));
    values.set(name, { shape: tensorOf(graph, name).shape, data });
    return true;
  };
  hold(explained.input);
  for (const node of graph.nodes.slice(0, forwardNodes)) {
    // Views have no integers of their own, nor has what an activation clamps.
    if (!hold(outputName(node))) runNodes(graph, [node], values);
  }
  const { shape } = tensorOf(graph, seed);
  const oneHot = Float32Array.from({ length: sizeOf(shape) }, (_, i) => (i === classIndex ? 1 : 0));
  values.set(seed, { shape, data: oneHot });
  runNodes(graph, graph.nodes.slice(forwardNodes), values);
  return floatOf(values, inputGradient);
}

describe.each(NETWORKS)('%s, which is quantised already', (file, bytes) => {
  const model = { bytes, file };
  const plain = compileNetwork(model, undefined, { explain: 'none' });
  const random = seededRandom(3);
  const codes = (): Int8Array => {
    const { height, width, channels } = integerTensor(plain.program, plain.program.input);
    return Int8Array.from({ length: height * width * channels }, () =>
      Math.floor(random() * 256 - 128),
    );
  };

  it.each(['gradient', 'relevance'])(
    'answers as without an explanation, and is explained by %s',
    (method) => {
      const network = compileNetwork(model, undefined, { methods: parseMethods(method) });
      const [interpreter, without] = [
        new IntegerInterpreter(network.program),
        new IntegerInterpreter(plain.program),
      ];
      const name = network.program.explanation?.inputGradient ?? '';
      const { channels } = integerTensor(network.program, name);
      for (let i = 0; i < 4; i += 1) {
        const input = codes();
        expect(interpreter.forward(input)).toEqual(without.forward(input));
        const expected = straightThrough(network, interpreter, 1);
        expect(expected.some((value) => value !== 0)).toBe(true);
        const { gradient, saturations } = interpreter.explain(1);
        expect(cosine(channelsFirst(gradient, channels), expected)).toBeGreaterThan(0.999);
        expect(saturations).toBe(0);
      }
    },
  );
});
