import { describe, expect, it } from 'vitest';
import { compileNetwork } from '../../../codegen/compile.js';
import { tensorOf } from '../../../codegen/graph/graph.js';
import { importModel } from '../../../codegen/import/model.js';
import { readTflite } from '../../../codegen/import/tflite-file.js';
import { floatOf, runFloat } from '../../../codegen/interpret/float.js';
import { IntegerInterpreter } from '../../../codegen/interpret/integer.js';
import {
  floatReference,
  int8Reference,
  publicModelPath,
  readPublicModel,
} from '../../support/public-models.js';
import { hasShared, NEEDS_SHARED } from '../../../host/records/shared-data.js';
import { integerTensor } from '../../../codegen/integer/program.js';
import { straightThrough } from '../../../codegen/testing/straight-through.js';
import { channelsFirst as inGraphOrder, cosine } from '../../../codegen/testing/trial.js';
import { withAnswer, witness } from '../../support/tflite-witness.js';
import { expectedBytes, runHostC } from './host-c.js';

const FLOAT = ['ad01_fp32.tflite', 'pretrainedResnet.tflite', 'vww_96_float.tflite'];
const INT8 = ['ad01_int8.tflite', 'pretrainedResnet_quant.tflite', 'vww_96_int8.tflite'];
const MODELS = ['models', 'mlperf-tiny'] as const;

/**
 * The stored outputs were computed with double rounding, this project and tfjs-tflite round once. Through the residual
 * network's softmax, single steps of early layers come out as up to five; with double rounding in `multiplyRound` its
 * four stored answers are met exactly.
 */
const REFERENCE_STEPS: Readonly<Record<string, number>> = { 'pretrainedResnet_quant.tflite': 5 };

/** Values in TFLite's order (channels last) → the graph's. */
function channelsFirst(values: Float32Array, shape: readonly number[]): Float32Array {
  const channels = shape[1] ?? 1;
  const positions = values.length / channels;
  return values.map((_, i) => values[(i % positions) * channels + Math.floor(i / positions)] ?? 0);
}

/** How two int8 answers differ. */
function difference(ours: ArrayLike<number>, theirs: ArrayLike<number>): readonly number[] {
  return Array.from({ length: theirs.length }, (_, i) =>
    Math.abs((ours[i] ?? NaN) - (theirs[i] ?? NaN)),
  ).filter((steps) => steps !== 0);
}

function compiled(file: string): ReturnType<typeof compileNetwork> {
  const model = { bytes: readPublicModel(file), file: publicModelPath(file) };
  return compileNetwork(model, undefined, { explain: 'none' });
}

describe.skipIf(!hasShared(...MODELS))(`MLPerf Tiny (${NEEDS_SHARED})`, () => {
  it.each(FLOAT)('float within 1e-4 of the reference kernels: %s', (file) => {
    const graph = importModel(readPublicModel(file), file);
    const [input = '', output = ''] = [graph.inputs[0], graph.outputs[0]];
    const { inputs, outputs } = floatReference(file);
    inputs.forEach((values, run) => {
      const x = channelsFirst(values, tensorOf(graph, input).shape);
      const y = floatOf(runFloat(graph, new Map([[input, x]])), output);
      outputs[run]?.forEach((value, i) =>
        expect(Math.abs((y[i] ?? NaN) - value)).toBeLessThan(1e-4),
      );
    });
    expect(inputs.length).toBe(4);
  });

  it.each(INT8)('int8 answers of the reference kernels: %s', (file) => {
    const { program } = compiled(file);
    const interpreter = new IntegerInterpreter(program);
    const { inputs, outputs } = int8Reference(file);
    let [count, differing] = [0, 0];
    inputs.forEach((x, run) => {
      interpreter.forward(x);
      const y = interpreter.values(answerOf(program));
      const steps = difference(y, outputs[run] ?? []);
      expect(Math.max(0, ...steps)).toBeLessThanOrEqual(REFERENCE_STEPS[file] ?? 1);
      count += y.length;
      differing += steps.length;
    });
    console.log(`${file}: ${differing} of ${count} outputs differ from the reference kernels`);
    expect(differing).toBeLessThanOrEqual(count / 4);
  });

  it.each(INT8)(
    'every layer of tfjs-tflite: %s',
    async (file) => {
      const bytes = readPublicModel(file);
      const { program } = compiled(file);
      const interpreter = new IntegerInterpreter(program);
      const [x = new Int8Array()] = int8Reference(file).inputs;
      interpreter.forward(x);
      let [count, differing] = [0, 0];
      for (const { outputs } of readTflite(bytes, file).operators) {
        const tensor = readTflite(bytes, file).tensors[outputs[0] ?? -1];
        // Views are no tensor of the program.
        if (tensor === undefined || !program.tensors.has(tensor.name)) continue;
        const [theirs = new Int8Array()] = await witness(withAnswer(bytes, tensor.index), [x]);
        const steps = difference(interpreter.values(tensor.name), theirs);
        expect(Math.max(0, ...steps)).toBeLessThanOrEqual(1);
        count += theirs.length;
        differing += steps.length;
      }
      console.log(`${file}: ${differing} of ${count} layer outputs differ from tfjs-tflite`);
      expect(count).toBeGreaterThan(1000);
      expect(differing).toBe(0);
    },
    120_000,
  );

  it.each(INT8)('the C on the host equals the interpreter in every layer: %s', (file) => {
    const network = compiled(file);
    const { inputs } = int8Reference(file);
    const some = inputs.slice(0, 2);
    const expected = expectedBytes(network, some);
    const actual = runHostC(file, network, some);
    expect(actual.length).toBe(expected.length);
    expect(actual.findIndex((byte, i) => byte !== expected[i])).toBe(-1);
  });

  // The auto-encoder has more outputs than an explanation can name.
  it.each(INT8.slice(1))(
    'explained straight through, in C as in the interpreter: %s',
    (file) => {
      const model = { bytes: readPublicModel(file), file: publicModelPath(file) };
      const network = compileNetwork(model, undefined);
      const interpreter = new IntegerInterpreter(network.program);
      const [x = new Int8Array()] = int8Reference(file).inputs;
      const logits = interpreter.forward(x);
      const winner = logits.indexOf(Math.max(...logits));
      const expected = straightThrough(network, interpreter, winner);
      const { gradient, saturations } = interpreter.explain(winner);
      const { channels } = integerTensor(network.program, network.program.input);
      const found = inGraphOrder(gradient, channels);
      expect(cosine(found, expected)).toBeGreaterThan(0.999);
      expect(saturations).toBe(0);
      const bytes = expectedBytes(network, [x]);
      expect(Buffer.compare(runHostC(`explained ${file}`, network, [x]), bytes)).toBe(0);
    },
    60_000,
  );
});

/** The int8 answer that the program widens. */
function answerOf(program: ReturnType<typeof compileNetwork>['program']): string {
  const last = program.operations.at(-1);
  if (last?.kind !== 'widen') throw new Error('the program does not end in an int8 answer');
  return last.input;
}
