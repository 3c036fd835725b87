import {
  ACTIVATION,
  CONV_OPTIONS,
  DEPTHWISE_OPTIONS,
  PADDING,
  POOL_OPTIONS,
  TYPE,
} from '../import/tflite-schema.js';
import { seededRandom } from './random.js';
import { TfliteWriter } from './tflite-builder.js';

/** Members of the schema's BuiltinOptions union. */
const OPTIONS = {
  conv: 1,
  depthwise: 2,
  pool: 5,
  dense: 8,
  softmax: 9,
  add: 11,
  reshape: 17,
} as const;

/** A full int8 network of every integer operation that TFLite files need: [1, 9, 7, 3] → 4 probabilities. */
export function int8TfliteNetwork(): Uint8Array {
  const random = seededRandom(20_261_124);
  const writer = new TfliteWriter();
  const int8 = TYPE.int8;
  const bytes = (count: number): Uint8Array =>
    Uint8Array.from({ length: count }, () => Math.floor(random() * 255) - 127);
  const words = (count: number): Uint8Array =>
    new Uint8Array(
      Int32Array.from({ length: count }, () => Math.floor((random() - 0.5) * 2000)).buffer,
    );
  const signal = (
    name: string,
    shape: readonly number[],
    scale: number,
    zeroPoint: number,
  ): number => writer.tensor({ name, shape, type: int8, scales: [scale], zeroPoint });
  const weights = (
    name: string,
    shape: readonly number[],
    axis: number,
    scales: readonly number[],
    inputScale: number,
  ): readonly number[] => [
    writer.tensor({
      name,
      shape,
      type: int8,
      bytes: bytes(shape.reduce((a, b) => a * b)),
      scales,
      axis,
    }),
    writer.tensor({
      name: `${name}/bias`,
      shape: [shape[axis] ?? 1],
      type: TYPE.int32,
      bytes: words(shape[axis] ?? 1),
      scales: scales.map((scale) => scale * inputScale),
    }),
  ];
  const perChannel = Array.from({ length: 6 }, (_, i) => 0.0021347 * (i + 1.37));
  const input = signal('input', [1, 9, 7, 3], 0.02, 3);
  const stem = signal('stem', [1, 5, 4, 6], 0.03, -128);
  writer.operator(
    'CONV_2D',
    [input, ...weights('w1', [6, 3, 3, 3], 0, perChannel, 0.02)],
    stem,
    OPTIONS.conv,
    [
      [CONV_OPTIONS.padding, 'int8', PADDING.same],
      [CONV_OPTIONS.strideWidth, 'int32', 2],
      [CONV_OPTIONS.strideHeight, 'int32', 2],
      [CONV_OPTIONS.activation, 'int8', ACTIVATION.relu],
      [CONV_OPTIONS.dilationWidth, 'int32', 1],
      [CONV_OPTIONS.dilationHeight, 'int32', 1],
    ],
  );
  const depth = signal('depth', [1, 5, 4, 6], 0.05, 11);
  writer.operator(
    'DEPTHWISE_CONV_2D',
    [stem, ...weights('w2', [1, 3, 3, 6], 3, perChannel, 0.03)],
    depth,
    OPTIONS.depthwise,
    [
      [DEPTHWISE_OPTIONS.padding, 'int8', PADDING.same],
      [DEPTHWISE_OPTIONS.strideWidth, 'int32', 1],
      [DEPTHWISE_OPTIONS.strideHeight, 'int32', 1],
      [3, 'int32', 1],
      [DEPTHWISE_OPTIONS.dilationWidth, 'int32', 1],
      [DEPTHWISE_OPTIONS.dilationHeight, 'int32', 1],
    ],
  );
  const sum = signal('sum', [1, 5, 4, 6], 0.06173, -20);
  writer.operator('ADD', [stem, depth], sum, OPTIONS.add);
  const pooled = signal('pooled', [1, 1, 1, 6], 0.06173, -20);
  writer.operator('AVERAGE_POOL_2D', [sum], pooled, OPTIONS.pool, [
    [POOL_OPTIONS.padding, 'int8', PADDING.valid],
    [POOL_OPTIONS.strideWidth, 'int32', 1],
    [POOL_OPTIONS.strideHeight, 'int32', 1],
    [POOL_OPTIONS.filterWidth, 'int32', 4],
    [POOL_OPTIONS.filterHeight, 'int32', 5],
  ]);
  const logits = signal('logits', [1, 4], 0.05, 7);
  writer.operator(
    'FULLY_CONNECTED',
    [pooled, ...weights('w3', [4, 6], 0, [0.01037], 0.06173)],
    logits,
    OPTIONS.dense,
  );
  const answer = signal('answer', [1, 4], 1 / 256, -128);
  writer.operator('SOFTMAX', [logits], answer, OPTIONS.softmax, [[0, 'float32', 1]]);
  return writer.bytes(input, answer);
}
