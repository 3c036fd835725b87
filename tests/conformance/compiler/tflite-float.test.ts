import { describe, expect, it } from 'vitest';
import { compileNetwork, frontEnd, modelSha256 } from '../../../codegen/compile.js';
import { importModel } from '../../../codegen/import/model.js';
import { floatOf, runFloat } from '../../../codegen/interpret/float.js';
import { calibrate } from '../../../codegen/quantize/calibration.js';
import {
  KERAS_INPUT,
  kerasTfliteNetwork,
  WEIGHT_TYPES,
} from '../../../codegen/testing/keras-tflite-network.js';
import { seededRandom } from '../../../codegen/testing/random.js';
import { witness } from '../../support/tflite-witness.js';
import { expectedBytes, runHostC } from './host-c.js';

const { time, leads } = KERAS_INPUT;
const random = seededRandom(11);
const inputs = Array.from({ length: 6 }, () =>
  Float32Array.from({ length: time * leads }, () => 2 * random() - 1),
);

/** TFLite's channels-last input in the graph's order. */
function channelsFirst(x: Float32Array): Float32Array {
  return x.map((_, i) => x[(i % time) * leads + Math.floor(i / time)] ?? 0);
}

/**
 * The largest difference of two executors' probabilities. tfjs-tflite rounds the signal to 8 bits in front of int8 weights
 * (its hybrid kernels); here the weights become real numbers, and the signal keeps its own.
 */
const TOLERANCE = { float32: 1e-5, float16: 1e-5, int8: 0.02 } as const;

describe.each(WEIGHT_TYPES)('a Keras network in TFLite with %s weights', (weightType) => {
  const file = `keras-${weightType}.tflite`;
  const bytes = kerasTfliteNetwork(weightType);

  it('imports as tfjs-tflite computes it', async () => {
    const graph = importModel(bytes, file);
    const [input = '', output = ''] = [graph.inputs[0], graph.outputs[0]];
    const theirs = await witness(bytes, inputs);
    let largest = 0;
    inputs.forEach((x, run) => {
      const y = floatOf(runFloat(graph, new Map([[input, channelsFirst(x)]])), output);
      expect(y.length).toBe(4);
      theirs[run]?.forEach((value, i) => {
        largest = Math.max(largest, Math.abs(value - (y[i] ?? NaN)));
      });
    });
    expect(largest).toBeLessThan(TOLERANCE[weightType]);
    expect(new Set(theirs.flatMap((values) => Array.from(values))).size).toBeGreaterThan(12);
  });

  it('is the same in C on the host, byte for byte, explained', () => {
    const prepared = frontEnd(bytes, file);
    const floats = inputs.map(channelsFirst);
    const source = { modelSha256: modelSha256(bytes), source: 'seeded' };
    const calibration = {
      text: JSON.stringify(calibrate(prepared, floats, source)),
      file: 'seeded',
    };
    const network = compileNetwork({ bytes, file }, calibration);
    const codes = Array.from({ length: 4 }, () =>
      Int8Array.from({ length: time * leads }, () => Math.floor(random() * 256) - 128),
    );
    const expected = expectedBytes(network, codes);
    expect(Buffer.compare(runHostC(file, network, codes), expected)).toBe(0);
    expect(network.program.explanation).toBeDefined();
  });
});
