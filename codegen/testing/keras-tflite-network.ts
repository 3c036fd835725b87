import { ACTIVATION, CONV_OPTIONS, PADDING, TYPE } from '../import/tflite-schema.js';
import { seededRandom } from './random.js';
import { TfliteWriter, type Field } from './tflite-builder.js';

/** Members of the schema's BuiltinOptions union. */
const OPTIONS = {
  conv: 1,
  dense: 8,
  softmax: 9,
  reshape: 17,
  mean: 27,
  expandDims: 52,
};

/** How the file keeps its weights; the signals are float32 in each. */
export const WEIGHT_TYPES = ['float32', 'float16', 'int8'] as const;
export type WeightType = (typeof WEIGHT_TYPES)[number];

/** What the network of `kerasTfliteNetwork` takes: [1, time, leads]. */
export const KERAS_INPUT = { time: 40, leads: 8 } as const;

/**
 * Two 1-D convolutions, mean over time, dense, softmax, as the TensorFlow converter writes Keras' Conv1D: a
 * dimension put in, a CONV_2D of height 1, the dimension taken out. float16 weights stand behind DEQUANTIZE, int8 ones
 * (dynamic-range quantisation) are read by the operator itself. The weights of one seed are the same numbers in each.
 */
export function kerasTfliteNetwork(weightType: WeightType): Uint8Array {
  const writer = new TfliteWriter();
  /** The first version of each kernel; int8 weights below real signals came with the third. */
  const operator = (
    name: string,
    inputs: readonly number[],
    output: number,
    options = 0,
    fields: readonly Field[] = [],
  ): void => {
    const weighted = name === 'CONV_2D' || name === 'FULLY_CONNECTED';
    const version = name === 'DEQUANTIZE' || (weighted && weightType === 'int8') ? 3 : 1;
    writer.operator(name, inputs, output, options, fields, version);
  };
  const random = seededRandom(20_261_123);
  const signal = (name: string, shape: readonly number[]): number =>
    writer.tensor({ name, shape, type: TYPE.float32 });
  const integers = (name: string, values: readonly number[]): number =>
    writer.tensor({
      name,
      shape: [values.length],
      type: TYPE.int32,
      bytes: new Uint8Array(Int32Array.from(values).buffer),
    });
  const bias = (name: string, count: number): number =>
    writer.tensor({
      name,
      shape: [count],
      type: TYPE.float32,
      bytes: new Uint8Array(Float32Array.from({ length: count }, () => random() - 0.5).buffer),
    });
  /** Multiples of 2^-7 below one: exact in each type, so that all files are one network. */
  const weights = (name: string, shape: readonly number[]): number => {
    const steps = Int8Array.from(
      { length: shape.reduce((a, b) => a * b) },
      () => Math.floor(random() * 255) - 127,
    );
    steps[0] = 127;
    if (weightType === 'int8') {
      return writer.tensor({
        name,
        shape,
        type: TYPE.int8,
        bytes: new Uint8Array(steps.buffer),
        scales: [1 / 128],
      });
    }
    const values = Float32Array.from(steps, (step) => step / 128);
    if (weightType === 'float32') {
      return writer.tensor({
        name,
        shape,
        type: TYPE.float32,
        bytes: new Uint8Array(values.buffer),
      });
    }
    const halves = Uint16Array.from(values, halfOfSmallDyadic);
    const bytes = new Uint8Array(halves.buffer);
    const stored = writer.tensor({ name: `${name}/half`, shape, type: TYPE.float16, bytes });
    const wide = signal(name, shape);
    operator('DEQUANTIZE', [stored], wide);
    return wide;
  };
  const conv1d = (
    input: number,
    name: string,
    time: number,
    from: number,
    to: number,
    stride: number,
  ): number => {
    const expanded = signal(`${name}/expanded`, [1, 1, time, from]);
    operator('EXPAND_DIMS', [input, integers(`${name}/axis`, [-3])], expanded, OPTIONS.expandDims);
    const computed = signal(`${name}/conv`, [1, 1, Math.ceil(time / stride), to]);
    const kernel = weights(`${name}/kernel`, [to, 1, 5, from]);
    operator('CONV_2D', [expanded, kernel, bias(`${name}/bias`, to)], computed, OPTIONS.conv, [
      [CONV_OPTIONS.padding, 'int8', PADDING.same],
      [CONV_OPTIONS.strideWidth, 'int32', stride],
      [CONV_OPTIONS.strideHeight, 'int32', 1],
      [CONV_OPTIONS.activation, 'int8', ACTIVATION.relu6],
      [CONV_OPTIONS.dilationWidth, 'int32', 1],
      [CONV_OPTIONS.dilationHeight, 'int32', 1],
    ]);
    const shape = [1, Math.ceil(time / stride), to];
    const squeezed = signal(name, shape);
    operator('RESHAPE', [computed, integers(`${name}/shape`, shape)], squeezed, OPTIONS.reshape);
    return squeezed;
  };
  const { time, leads } = KERAS_INPUT;
  const input = signal('input', [1, time, leads]);
  const first = conv1d(input, 'first', time, leads, 12, 2);
  const second = conv1d(first, 'second', Math.ceil(time / 2), 12, 10, 1);
  const mean = signal('mean', [1, 10]);
  operator('MEAN', [second, integers('mean/axes', [1])], mean, OPTIONS.mean);
  const logits = signal('logits', [1, 4]);
  operator(
    'FULLY_CONNECTED',
    [mean, weights('dense/kernel', [4, 10]), bias('dense/bias', 4)],
    logits,
    OPTIONS.dense,
  );
  const answer = signal('answer', [1, 4]);
  operator('SOFTMAX', [logits], answer, OPTIONS.softmax, [[0, 'float32', 1]]);
  return writer.bytes(input, answer);
}

/** IEEE 754 binary16 of a multiple of 2^-7 below one, which is exact: seven bits fit its significand. */
function halfOfSmallDyadic(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  const significand = Math.abs(value) / 2 ** exponent - 1;
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | (significand * 1024);
}
