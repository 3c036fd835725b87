import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { compileNetwork } from '../../../codegen/compile.js';
import { IntegerInterpreter } from '../../../codegen/interpret/integer.js';
import { integerTensor } from '../../../codegen/integer/program.js';
import { qdqNetwork, qOperatorNetwork } from '../../../codegen/testing/quantized-onnx-networks.js';
import { OnnxBuilder } from '../../../codegen/testing/onnx-builder.js';
import { seededRandom } from '../../../codegen/testing/random.js';
import { channelsFirst } from '../../../codegen/testing/trial.js';
import { expectedBytes, runHostC } from './host-c.js';

const INPUTS = 8;

const networks = [
  qdqNetwork('uint8', 13),
  qdqNetwork('int8', 13),
  qdqNetwork('uint8', 21),
  qdqNetwork('int8', 10),
  qOperatorNetwork('uint8'),
  qOperatorNetwork('int8'),
];

describe.each(networks)('quantised ONNX: $name', ({ name, inputShape, signals, bytesFor }) => {
  const last = signals.at(-1);
  if (last === undefined) throw new Error('a network without a layer');
  const bytes = bytesFor(last);
  const network = compileNetwork({ bytes, file: `${name}.onnx` }, undefined, { explain: 'none' });
  const { program } = network;
  const input = integerTensor(program, program.input);
  const elements = inputShape.reduce((a, b) => a * b, 1);
  const random = seededRandom(99);
  const inputs = Array.from({ length: INPUTS }, () =>
    Int8Array.from({ length: elements }, () => Math.floor(random() * 256) - 128),
  );

  it('gives what onnxruntime gives in every layer, within one step', async () => {
    const interpreter = new IntegerInterpreter(program);
    let [count, differing] = [0, 0];
    for (const signal of signals) {
      // The quantised input is given; views are no tensor of the program.
      const tensor = program.tensors.get(signal.name);
      if (tensor === undefined || signal.name === program.input) continue;
      const session = await InferenceSession.create(bytesFor(signal));
      const seen = new Set<number>();
      for (const codes of inputs) {
        interpreter.forward(codes);
        const ours = channelsFirst(interpreter.values(signal.name), tensor.channels);
        const real = channelsFirst(codes, input.channels);
        const x = Float32Array.from(real, (code) => (code - input.zeroPoint) * input.scale);
        const answer = await session.run({ ecg: new Tensor('float32', x, inputShape) });
        const theirs = answer[signal.real]?.data as Float32Array;
        expect(theirs.length).toBe(ours.length);
        theirs.forEach((value, i) => {
          const code = Math.round(value / tensor.scale) + tensor.zeroPoint;
          const steps = Math.abs(code - (ours[i] ?? NaN));
          expect(steps, `${signal.name}, value ${i}`).toBeLessThanOrEqual(1);
          seen.add(code);
          differing += steps;
          count += 1;
        });
      }
      expect(seen.size, signal.name).toBeGreaterThan(3);
    }
    console.log(`${name}: ${differing} of ${count} layer outputs differ from onnxruntime`);
    expect(count).toBeGreaterThan(5000);
    expect(differing).toBeLessThan(count / 1000);
  });

  it('is the same in C on the host, byte for byte', () => {
    const expected = expectedBytes(network, inputs);
    expect(Buffer.compare(runHostC(`onnx ${name}`, network, inputs), expected)).toBe(0);
  });
});

describe('a quantised ONNX network that cannot be kept', () => {
  const steps = (b: OnnxBuilder): readonly [string, string] => [
    b.constant([], Float32Array.of(0.02)),
    b.codes('uint8', [], [131]),
  ];
  const builder = (): OnnxBuilder => new OnnxBuilder(seededRandom(3), [1, 4, 8]);
  const refused: Readonly<Record<string, (b: OnnxBuilder) => string>> = {
    DynamicQuantizeLinear: (b) => b.outputs('DynamicQuantizeLinear', [b.input], {}, 3)[0] ?? '',
    ConvInteger: (b) => {
      const x = b.node('QuantizeLinear', [b.input, ...steps(b)]);
      return b.node('ConvInteger', [x, b.codes('int8', [2, 4, 3], new Int8Array(24))]);
    },
    MatMulInteger: (b) => {
      const x = b.node('QuantizeLinear', [b.input, ...steps(b)]);
      return b.node('MatMulInteger', [x, b.codes('int8', [8, 2], new Int8Array(16))]);
    },
    Conv: (b) => {
      // Weights that are not symmetric.
      const x = b.node('QuantizeLinear', [b.input, ...steps(b)]);
      const codes = b.codes('uint8', [2, 4, 3], new Uint8Array(24).fill(9));
      const w = b.node('DequantizeLinear', [codes, ...steps(b)]);
      const y = b.node('Conv', [b.node('DequantizeLinear', [x, ...steps(b)]), w]);
      return b.node('DequantizeLinear', [b.node('QuantizeLinear', [y, ...steps(b)]), ...steps(b)]);
    },
  };

  it.each(Object.keys(refused))('names the operator: %s', (operator) => {
    const b = builder();
    const bytes = b.bytes(refused[operator]?.(b) ?? '');
    const named = expect.objectContaining({
      code: 'MODEL_UNSUPPORTED_OPERATOR',
      where: expect.objectContaining({ operator }) as unknown,
    }) as unknown;
    expect(() =>
      compileNetwork({ bytes, file: 'refused.onnx' }, undefined, { explain: 'none' }),
    ).toThrowError(named as Error);
  });
});
