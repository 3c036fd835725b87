/** TFLite operators that move values or change their shape. Axes are TFLite's (channels last) in the file, ONNX's in the graph. */
import type { Shape } from '../graph/graph.js';
import type { TfliteBuilder } from './tflite-builder.js';
import type { TfliteOperator, TfliteTensor } from './tflite-file.js';
import {
  ACTIVATION,
  CONCATENATION_OPTIONS,
  CONV_OPTIONS,
  DEPTHWISE_OPTIONS,
  PADDING,
  RESIZE_OPTIONS,
  STRIDED_SLICE_OPTIONS,
} from './tflite-schema.js';
import { channelsFirst, channelsFirstOrder, constantOf, rawValues } from './tflite-values.js';

/** An axis of the file as the graph counts it. */
export function graphAxis(
  builder: TfliteBuilder,
  op: TfliteOperator,
  axis: number,
  rank: number,
): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (!(resolved >= 0 && resolved < rank)) throw builder.broken(op, `axis ${axis}`);
  return channelsFirstOrder(rank).indexOf(resolved);
}

function numbers(builder: TfliteBuilder, op: TfliteOperator, index: number): readonly number[] {
  return Array.from(rawValues(builder.requireOperand(op, index), builder.file));
}

/** One number for each axis of the input. */
function numberPerAxis(
  builder: TfliteBuilder,
  op: TfliteOperator,
  index: number,
  rank: number,
): readonly number[] {
  const values = numbers(builder, op, index);
  if (values.length !== rank) {
    throw builder.broken(op, `operand ${index} holds ${values.length} numbers for ${rank} axes`);
  }
  return values;
}

export function reshape(builder: TfliteBuilder, op: TfliteOperator): void {
  const target = channelsFirst(builder.output(op).shape);
  const from = channelsFirst(builder.requireOperand(op, 0).shape);
  const signal = builder.signal(op, 0);
  // Where the channels stay the channels, the order of ONNX does too, and every pass knows the operator.
  if (from[1] === target[1] && from.length >= 2 && target.length >= 2) {
    const shape = builder.made(op, 'shape', {
      shape: [target.length],
      elementType: 'int64',
      data: Float64Array.from(target),
    });
    builder.emit(op, 'Reshape', [signal, shape]);
  } else {
    builder.emit(op, 'ChannelsLastReshape', [signal], { shape: target });
  }
}

export function concatenation(builder: TfliteBuilder, op: TfliteOperator): void {
  const rank = builder.output(op).shape.length;
  const axis = graphAxis(builder, op, op.options?.int32(CONCATENATION_OPTIONS.axis) ?? 0, rank);
  const activation = op.options?.int8(CONCATENATION_OPTIONS.activation) ?? ACTIVATION.none;
  const operands = op.inputs.map((_, index) => builder.signal(op, index));
  builder.emit(op, 'Concat', operands, { axis }, activation);
}

export function transpose(builder: TfliteBuilder, op: TfliteOperator): void {
  const rank = builder.requireOperand(op, 0).shape.length;
  const permutation = numberPerAxis(builder, op, 1, rank);
  const perm = channelsFirstOrder(rank).map((axis) =>
    graphAxis(builder, op, permutation[axis] ?? -1, rank),
  );
  builder.emit(op, 'Transpose', [builder.signal(op, 0)], { perm });
}

/** Nearest neighbour by whole factors: element floor(i / factor), whether or not pixels have half a centre. */
export function resizeNearest(builder: TfliteBuilder, op: TfliteOperator): void {
  const { shape } = builder.requireOperand(op, 0);
  const size = numbers(builder, op, 1);
  const target = [shape[0] ?? 1, ...size, shape[3] ?? 1];
  const factors = target.map((length, axis) => length / (shape[axis] ?? 1));
  const aligned = (op.options?.int8(RESIZE_OPTIONS.alignCorners) ?? 0) !== 0;
  const whole = factors.every((factor) => Number.isInteger(factor) && factor >= 1);
  if (shape.length !== 4 || size.length !== 2 || !whole || aligned) {
    throw builder.unsupported(
      op,
      `[${shape.join(', ')}] to [${size.join(', ')}]${aligned ? ', corners aligned' : ''}; only whole factors`,
    );
  }
  builder.emit(op, 'Resize', [builder.signal(op, 0)], { repeats: channelsFirst(factors) });
}

/** A regular part of a signal, in TFLite's axes. */
interface Part {
  readonly starts: readonly number[];
  readonly sizes: readonly number[];
  readonly steps: readonly number[];
}

function inGraphAxes(part: Part): { readonly [Key in keyof Part]: Shape } {
  const { starts, sizes, steps } = part;
  return {
    starts: channelsFirst(starts),
    sizes: channelsFirst(sizes),
    steps: channelsFirst(steps),
  };
}

export function slice(builder: TfliteBuilder, op: TfliteOperator): void {
  const { shape } = builder.requireOperand(op, 0);
  const starts = numberPerAxis(builder, op, 1, shape.length);
  const given = numberPerAxis(builder, op, 2, shape.length);
  const sizes = given.map((size, axis) =>
    size === -1 ? (shape[axis] ?? 0) - (starts[axis] ?? 0) : size,
  );
  const part = { starts, sizes, steps: shape.map(() => 1) };
  if (sizes.some((size) => size < 1)) throw builder.unsupported(op, 'the slice is empty');
  builder.emit(op, 'Slice', [builder.signal(op, 0)], inGraphAxes(part));
}

export function stridedSlice(builder: TfliteBuilder, op: TfliteOperator): void {
  const { shape } = builder.requireOperand(op, 0);
  const rank = shape.length;
  const [begin, end, stride] = [1, 2, 3].map((index) => numberPerAxis(builder, op, index, rank));
  const mask = (field: number): number => op.options?.int32(field) ?? 0;
  const { beginMask, endMask, shrinkMask, ellipsisMask, newAxisMask } = STRIDED_SLICE_OPTIONS;
  if (mask(ellipsisMask) !== 0 || mask(newAxisMask) !== 0) {
    throw builder.unsupported(op, 'an ellipsis or a new axis');
  }
  const has = (field: number, axis: number): boolean => ((mask(field) >> axis) & 1) !== 0;
  const part: { starts: number[]; sizes: number[]; steps: number[] } = {
    starts: [],
    sizes: [],
    steps: [],
  };
  shape.forEach((size, axis) => {
    const step = stride?.[axis] ?? 1;
    if (step === 0) throw builder.broken(op, 'a stride of zero');
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const bound = (value: number): number =>
      Math.min(high, Math.max(low, value < 0 ? value + size : value));
    const start = has(beginMask, axis) ? (step > 0 ? 0 : size - 1) : bound(begin?.[axis] ?? 0);
    const shrinks = has(shrinkMask, axis);
    const stop = has(endMask, axis) ? (step > 0 ? size : -1) : bound(end?.[axis] ?? 0);
    part.starts.push(start);
    part.steps.push(shrinks ? 1 : step);
    part.sizes.push(shrinks ? 1 : Math.ceil((stop - start) / step));
  });
  if (part.sizes.some((size) => size < 1)) throw builder.unsupported(op, 'the slice is empty');
  const attributes = inGraphAxes(part);
  if (mask(shrinkMask) === 0) {
    builder.emit(op, 'Slice', [builder.signal(op, 0)], attributes);
  } else {
    const kept = builder.step(op, 'Slice', builder.signal(op, 0), attributes);
    const target = channelsFirst(builder.output(op).shape);
    builder.emit(op, 'ChannelsLastReshape', [kept], { shape: target });
  }
}

/** SPLIT into equal parts: its axis comes before the signal. */
export function split(builder: TfliteBuilder, op: TfliteOperator): void {
  const { shape } = builder.requireOperand(op, 1);
  const parts = op.outputs.length;
  const [given = 0] = numbers(builder, op, 0);
  const axis = given < 0 ? given + shape.length : given;
  const each = (shape[axis] ?? 0) / parts;
  if (!Number.isInteger(each) || each < 1) {
    throw builder.broken(op, `[${shape.join(', ')}] in ${parts} parts along axis ${axis}`);
  }
  op.outputs.forEach((output, index) => {
    const part = {
      starts: shape.map((_, a) => (a === axis ? index * each : 0)),
      sizes: shape.map((size, a) => (a === axis ? each : size)),
      steps: shape.map(() => 1),
    };
    const named = { ...op, name: `${op.name}/${index}`, outputs: [output] };
    builder.emit(named, 'Slice', [builder.signal(op, 1)], inGraphAxes(part));
  });
}

/** Amounts of a padding in TFLite's axes, before and behind. */
function padAmounts(
  builder: TfliteBuilder,
  op: TfliteOperator,
): { readonly before: readonly number[]; readonly behind: readonly number[] } {
  const { shape } = builder.requireOperand(op, 0);
  const amounts = numbers(builder, op, 1);
  if (amounts.length !== 2 * shape.length || amounts.some((n) => !(n >= 0 && n <= 65_536))) {
    throw builder.broken(op, `paddings [${amounts.slice(0, 12).join(', ')}]`);
  }
  const side = (which: 0 | 1): readonly number[] =>
    shape.map((_, axis) => amounts[2 * axis + which] ?? 0);
  return { before: side(0), behind: side(1) };
}

/** Whether an operator is a convolution without padding, which can take the padding before it as its own. */
function takesPadding(op: TfliteOperator): boolean {
  const field = { CONV_2D: CONV_OPTIONS.padding, DEPTHWISE_CONV_2D: DEPTHWISE_OPTIONS.padding }[
    op.operator
  ];
  return field !== undefined && op.options?.int8(field) === PADDING.valid;
}

/** PAD with zeros, PADV2 with a value of its own. */
export function pad(builder: TfliteBuilder, op: TfliteOperator): void {
  const output = builder.output(op);
  const { shape } = builder.requireOperand(op, 0);
  const { before, behind } = padAmounts(builder, op);
  const value = builder.operand(op, 2);
  const spatialOnly = [0, 3].every((axis) => before[axis] === 0 && behind[axis] === 0);
  const readers = builder.readers(output.index);
  const taken = value === undefined && readers.every(takesPadding);
  // The convolution's own padding is exact: zero, in whatever integer stands for it, and saves the copy.
  if (shape.length === 4 && spatialOnly && taken && !builder.isEnd(output.index)) {
    const pads = [before, behind].flatMap((amounts) => amounts.slice(1, 3));
    builder.deferPad(output, builder.signal(op, 0), pads);
    return;
  }
  const padded = shape.map((size, axis) => size + (before[axis] ?? 0) + (behind[axis] ?? 0));
  builder.emit(op, 'Pad', [builder.signal(op, 0)], {
    shape: channelsFirst(padded),
    starts: channelsFirst(before),
    steps: shape.map(() => 1),
    value: value === undefined ? 0 : scalar(builder, op, value),
  });
}

function scalar(builder: TfliteBuilder, op: TfliteOperator, tensor: TfliteTensor): number {
  const { data } = constantOf(tensor, [...tensor.shape.keys()], builder.file);
  const [value, ...others] = data ?? [];
  if (value === undefined || others.length > 0)
    throw builder.broken(op, 'it pads with no one value');
  return value;
}
