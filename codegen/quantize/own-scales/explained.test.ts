import { describe, expect, it } from 'vitest';
import { compileNetwork } from '../../compile.js';
import { parseMethods } from '../../explain/methods.js';
import { integerTensor } from '../../integer/program.js';
import { IntegerInterpreter } from '../../interpret/integer.js';
import {
  qdqNetwork,
  qOperatorNetwork,
  type QuantizedOnnxNetwork,
} from '../../testing/quantized-onnx-networks.js';
import { seededRandom } from '../../testing/random.js';
import { straightThrough } from '../../testing/straight-through.js';
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
