import type { AttributeValue } from '../graph/graph.js';
import { sizeOf } from '../graph/graph.js';
import type { TfliteBuilder } from './tflite-builder.js';
import type { TfliteOperator, TfliteTensor } from './tflite-file.js';
import {
  concatenation,
  graphAxis,
  pad,
  reshape,
  resizeNearest,
  slice,
  split,
  stridedSlice,
  transpose,
} from './tflite-shape-operators.js';
import {
  ACTIVATION,
  BINARY_OPTIONS,
  CONV_OPTIONS,
  DENSE_OPTIONS,
  DEPTHWISE_OPTIONS,
  LEAKY_RELU_OPTIONS,
  PADDING,
  POOL_OPTIONS,
  REDUCER_OPTIONS,
  SOFTMAX_OPTIONS,
  TYPE,
} from './tflite-schema.js';
import { rawValues } from './tflite-values.js';

type Translate = (builder: TfliteBuilder, op: TfliteOperator) => void;

/** One TFLite operator → ONNX-like nodes. Options that a file leaves out read as the schema's defaults. */
const translations: Readonly<Record<string, Translate>> = {
  ABS: unary('Abs'),
  ADD: binary('Add'),
  AVERAGE_POOL_2D: pool('AveragePool', 'GlobalAveragePool'),
  CONCATENATION: concatenation,
  CONV_2D: (builder, op) => convolution(builder, op, CONV_OPTIONS, [0, 3, 1, 2]),
  DEPTHWISE_CONV_2D: (builder, op) => convolution(builder, op, DEPTHWISE_OPTIONS, [3, 0, 1, 2]),
  DEQUANTIZE: dequantize,
  ELU: unary('Elu'),
  EXP: unary('Exp'),
  EXPAND_DIMS: reshape,
  FULLY_CONNECTED: dense,
  HARD_SWISH: unary('HardSwish'),
  LEAKY_RELU: (builder, op) =>
    builder.emit(op, 'LeakyRelu', [builder.signal(op, 0)], {
      alpha: op.options?.float32(LEAKY_RELU_OPTIONS.alpha) ?? 0,
    }),
  LOGISTIC: unary('Sigmoid'),
  MAX_POOL_2D: pool('MaxPool', undefined),
  MEAN: mean,
  MUL: binary('Mul'),
  PAD: pad,
  PADV2: pad,
  QUANTIZE: quantize,
  RELU: unary('Relu'),
  RELU6: clip(ACTIVATION.relu6),
  RELU_N1_TO_1: clip(ACTIVATION.reluN1To1),
  RESHAPE: reshape,
  RESIZE_NEAREST_NEIGHBOR: resizeNearest,
  SLICE: slice,
  SOFTMAX: softmax,
  SPLIT: split,
  SQUEEZE: reshape,
  STRIDED_SLICE: stridedSlice,
  SUB: binary('Sub'),
  TANH: unary('Tanh'),
  TRANSPOSE: transpose,
};

/** Names of the operators that are translated, sorted; docs/operators.md is checked against it. */
export function tfliteOperators(): readonly string[] {
  return Object.keys(translations).sort();
}

/** @throws IsochroneError MODEL_UNSUPPORTED_OPERATOR naming operator and place, MODEL_* */
export function translate(builder: TfliteBuilder, op: TfliteOperator): void {
  const translation = op.custom ? undefined : translations[op.operator];
  if (translation === undefined || !Object.hasOwn(translations, op.operator)) {
    const kind = op.custom ? 'custom operator' : 'operator';
    throw builder.unsupported(op, `${kind} "${op.operator}" is not supported`);
  }
  translation(builder, op);
}

function unary(operator: string): Translate {
  return (builder, op) => builder.emit(op, operator, [builder.signal(op, 0)]);
}

function clip(activation: number): Translate {
  return (builder, op) =>
    builder.emit(op, 'Clip', [builder.signal(op, 0), ...builder.activationBounds(op, activation)]);
}

function binary(operator: string): Translate {
  return (builder, op) => {
    const rank = builder.output(op).shape.length;
    const activation = op.options?.int8(BINARY_OPTIONS.activation) ?? ACTIVATION.none;
    const operands = [0, 1].map((index) => builder.signalOrConstant(op, index, rank));
    builder.emit(op, operator, operands, {}, activation);
  };
}

function convolution(
  builder: TfliteBuilder,
  op: TfliteOperator,
  fields: typeof CONV_OPTIONS | typeof DEPTHWISE_OPTIONS,
  order: readonly number[],
): void {
  const { options } = op;
  const weights = builder.requireOperand(op, 1);
  const input = builder.requireOperand(op, 0);
  const channels = input.shape[3] ?? 0;
  const depthwise = fields === DEPTHWISE_OPTIONS;
  // A plain convolution whose kernels are shallower than its input is grouped (TFLite 2.5 and later).
  const perGroup = depthwise ? 1 : (weights.shape[3] ?? 1);
  if (input.shape.length !== 4 || weights.shape.length !== 4 || channels % perGroup !== 0) {
    throw builder.broken(
      op,
      `kernels [${weights.shape.join(', ')}] for [${input.shape.join(', ')}]`,
    );
  }
  const padded = padOf(builder, op);
  const attributes: Record<string, AttributeValue> = {
    strides: [options?.int32(fields.strideHeight) ?? 0, options?.int32(fields.strideWidth) ?? 0],
    dilations: [
      options?.int32(fields.dilationHeight, 1) ?? 1,
      options?.int32(fields.dilationWidth, 1) ?? 1,
    ],
    group: depthwise ? channels : channels / perGroup,
    ...(padded === undefined ? autoPad(builder, op, fields.padding) : { pads: padded.pads }),
  };
  const bias = builder.operand(op, 2);
  builder.emit(
    op,
    'Conv',
    [
      padded?.input ?? builder.signal(op, 0),
      builder.constant(op, weights, order),
      ...(bias === undefined ? [] : [builder.constant(op, bias, [0])]),
    ],
    attributes,
    options?.int8(fields.activation) ?? ACTIVATION.none,
  );
}

function autoPad(
  builder: TfliteBuilder,
  op: TfliteOperator,
  field: number,
): { readonly auto_pad: string } {
  const padding = op.options?.int8(field) ?? PADDING.same;
  if (padding === PADDING.same) return { auto_pad: 'SAME_UPPER' };
  if (padding === PADDING.valid) return { auto_pad: 'VALID' };
  throw builder.broken(op, `padding ${padding}`);
}

function dense(builder: TfliteBuilder, op: TfliteOperator): void {
  const weights = builder.requireOperand(op, 1);
  const input = builder.requireOperand(op, 0);
  if (weights.shape.length !== 2) {
    throw builder.broken(op, `weights [${weights.shape.join(', ')}]`);
  }
  if ((op.options?.int8(DENSE_OPTIONS.weightsFormat) ?? 0) !== 0) {
    throw builder.unsupported(op, 'its weights are shuffled');
  }
  if (input.shape.length > 2 && (op.options?.uint8(DENSE_OPTIONS.keepDimensions) ?? 0) !== 0) {
    throw builder.unsupported(
      op,
      `a dense layer along the last axis of [${input.shape.join(', ')}]`,
    );
  }
  const bias = builder.operand(op, 2);
  const signal = builder.signal(op, 0);
  const x =
    input.shape.length === 2
      ? signal
      : builder.step(op, 'ChannelsLastReshape', signal, { shape: [1, sizeOf(input.shape)] });
  builder.emit(
    op,
    'Gemm',
    [
      x,
      builder.constant(op, weights, [0, 1]),
      ...(bias === undefined ? [] : [builder.constant(op, bias, [0])]),
    ],
    { transB: 1 },
    op.options?.int8(DENSE_OPTIONS.activation) ?? ACTIVATION.none,
  );
}

function pool(operator: string, whole: string | undefined): Translate {
  return (builder, op) => {
    const { options } = op;
    const [, height = 0, width = 0] = builder.requireOperand(op, 0).shape;
    const kernel = [
      options?.int32(POOL_OPTIONS.filterHeight) ?? 0,
      options?.int32(POOL_OPTIONS.filterWidth) ?? 0,
    ];
    const strides = [
      options?.int32(POOL_OPTIONS.strideHeight) ?? 0,
      options?.int32(POOL_OPTIONS.strideWidth) ?? 0,
    ];
    const activation = options?.int8(POOL_OPTIONS.activation) ?? ACTIVATION.none;
    const padding = autoPad(builder, op, POOL_OPTIONS.padding);
    const [, ...output] = builder.output(op).shape;
    const covers =
      kernel[0] === height && kernel[1] === width && output[0] === 1 && output[1] === 1;
    if (whole !== undefined && covers && padding.auto_pad === 'VALID') {
      builder.emit(op, whole, [builder.signal(op, 0)], {}, activation);
    } else {
      const attributes = { kernel_shape: kernel, strides, ...padding };
      builder.emit(op, operator, [builder.signal(op, 0)], attributes, activation);
    }
  };
}

function mean(builder: TfliteBuilder, op: TfliteOperator): void {
  const input = builder.requireOperand(op, 0);
  const rank = input.shape.length;
  const axes = Array.from(rawValues(builder.requireOperand(op, 1), builder.file), (axis) =>
    graphAxis(builder, op, axis, rank),
  );
  builder.emit(op, 'ReduceMean', [builder.signal(op, 0)], {
    axes: axes.sort((a, b) => a - b),
    keepdims: (op.options?.uint8(REDUCER_OPTIONS.keepDimensions) ?? 0) === 0 ? 0 : 1,
  });
}

function softmax(builder: TfliteBuilder, op: TfliteOperator): void {
  const beta = op.options?.float32(SOFTMAX_OPTIONS.beta) ?? 0;
  const { shape } = builder.requireOperand(op, 0);
  if (beta !== 1 || shape.length < 2) {
    throw builder.unsupported(op, `softmax of [${shape.join(', ')}] with beta ${beta}`);
  }
  builder.emit(op, 'Softmax', [builder.signal(op, 0)], { axis: 1 });
}

function padOf(
  builder: TfliteBuilder,
  op: TfliteOperator,
): { readonly input: string; readonly pads: readonly number[] } | undefined {
  return builder.deferredPad(builder.requireOperand(op, 0).index);
}

/** uint8 codes are taken as int8 ones, 128 lower, at the ends of a network; the compiler computes in int8. */
function quantize(builder: TfliteBuilder, op: TfliteOperator): void {
  const from = builder.requireOperand(op, 0);
  const to = builder.output(op);
  if (from.shape.join() !== to.shape.join()) throw builder.broken(op, 'it changes the shape');
  if (to.type !== TYPE.int8 && to.type !== TYPE.uint8) {
    throw builder.unsupported(op, 'only int8 is quantised to');
  }
  if (from.type !== TYPE.float32) {
    if (builder.sameSteps(from, to)) return builder.rename(builder.signal(op, 0), to);
    return builder.emit(op, 'Identity', [builder.signal(op, 0)]);
  }
  requireAtEnd(builder, op, from, builder.readers(from.index).length === 1);
  builder.quantizeInput(builder.signal(op, 0), to);
}

function dequantize(builder: TfliteBuilder, op: TfliteOperator): void {
  const from = builder.requireOperand(op, 0);
  const to = builder.output(op);
  if (from.bytes !== undefined) {
    builder.dequantizeConstant(op, from, to);
    return;
  }
  requireAtEnd(builder, op, to, builder.readers(to.index).length === 0);
  builder.rename(builder.signal(op, 0), to);
}

/** Float beside int8 inside one network is not a network that the device could run in integers. */
function requireAtEnd(
  builder: TfliteBuilder,
  op: TfliteOperator,
  tensor: TfliteTensor,
  alone: boolean,
): void {
  if (!alone || !builder.isEnd(tensor.index)) {
    throw builder.unsupported(op, 'float and int8 are mixed inside the network');
  }
}
