/** The same integers as a TFLite file, so that another int8 runtime can be timed on the network that the C computes. */
import {
  ACTIVATION,
  CONV_OPTIONS,
  DEPTHWISE_OPTIONS,
  PADDING,
  POOL_OPTIONS,
  TYPE,
} from '../../codegen/import/tflite-schema.js';
import type { AveragePoolOperation } from '../../codegen/integer/average-pool.js';
import type { ConvOperation } from '../../codegen/integer/conv.js';
import {
  integerTensor,
  type IntegerProgram,
  type IntegerTensor,
} from '../../codegen/integer/program.js';
import type { ConvGeometry } from '../../codegen/operators/conv-geometry.js';
import { TfliteWriter, type Field } from '../../codegen/testing/tflite-builder.js';

/** Members of the schema's BuiltinOptions union. */
const OPTIONS = { conv: 1, depthwise: 2, pool: 5 } as const;

interface Written {
  readonly index: number;
  readonly scale: number;
  readonly zeroPoint: number;
}

export interface TfliteProgram {
  readonly bytes: Uint8Array;
  /** Of its int8 answer. */
  readonly scale: number;
  readonly zeroPoint: number;
}

/**
 * Convolutions with int8 inputs, padded SAME or not at all, and means over everything, one after the other.
 * @returns undefined where the program has anything else
 */
export function tfliteOfProgram(program: IntegerProgram): TfliteProgram | undefined {
  const writer = new TfliteWriter();
  const { input } = program;
  const first = signal(writer, integerTensor(program, input), {});
  let last = first;
  let lastName = input;
  for (const operation of program.operations.slice(0, program.forwardOperations)) {
    if (operation.kind !== 'conv' && operation.kind !== 'averagePool') return undefined;
    const from = integerTensor(program, operation.input);
    if (operation.input !== lastName || from.type !== 'int8') return undefined;
    const to = integerTensor(program, operation.output);
    const next =
      operation.kind === 'conv'
        ? conv(writer, operation, last, to)
        : averagePool(writer, operation, from, last, to);
    if (next === undefined) return undefined;
    last = next;
    lastName = operation.output;
  }
  const { scale, zeroPoint } = last;
  return { bytes: writer.bytes(first.index, last.index), scale, zeroPoint };
}

function signal(
  writer: TfliteWriter,
  tensor: IntegerTensor,
  other: { readonly scale?: number; readonly zeroPoint?: number },
): Written {
  const { scale = tensor.scale, zeroPoint = tensor.zeroPoint } = other;
  const index = writer.tensor({
    name: tensor.name,
    shape: [1, tensor.height, tensor.width, tensor.channels],
    type: TYPE.int8,
    scales: [scale],
    zeroPoint,
  });
  return { index, scale, zeroPoint };
}

function paddingOf(g: ConvGeometry): number | undefined {
  const same = (output: number, stride: number, kernel: number, dilation: number, input: number) =>
    Math.floor(Math.max(0, (output - 1) * stride + (kernel - 1) * dilation + 1 - input) / 2);
  if (
    g.outputHeight === Math.ceil(g.inputHeight / g.strideHeight) &&
    g.outputWidth === Math.ceil(g.inputWidth / g.strideWidth) &&
    g.padTop ===
      same(g.outputHeight, g.strideHeight, g.kernelHeight, g.dilationHeight, g.inputHeight) &&
    g.padLeft === same(g.outputWidth, g.strideWidth, g.kernelWidth, g.dilationWidth, g.inputWidth)
  ) {
    return PADDING.same;
  }
  const fits =
    (g.outputHeight - 1) * g.strideHeight + (g.kernelHeight - 1) * g.dilationHeight <
      g.inputHeight &&
    (g.outputWidth - 1) * g.strideWidth + (g.kernelWidth - 1) * g.dilationWidth < g.inputWidth;
  return g.padTop === 0 && g.padLeft === 0 && fits ? PADDING.valid : undefined;
}

/** int16 answers become int8: this many of their steps are one. */
const STEPS = 256;

function conv(
  writer: TfliteWriter,
  op: ConvOperation,
  input: Written,
  to: IntegerTensor,
): Written | undefined {
  const g = op.geometry;
  const depthwise = g.groups > 1;
  const padding = paddingOf(g);
  const single = g.groups === g.inputChannels && g.groups === g.outputChannels;
  if (padding === undefined || (depthwise && !single) || op.channelShift !== undefined) {
    return undefined;
  }
  const kernel = g.kernelHeight * g.kernelWidth * (g.inputChannels / g.groups);
  const factor = (m: number): number => (op.multiplier[m] ?? 0) / 2 ** op.shift;
  const scales = Array.from(op.bias, (_, m) => (factor(m) * to.scale) / input.scale);
  const bias = op.bias.map((value, m) => {
    const sum = op.weights.slice(m * kernel, (m + 1) * kernel).reduce((a, b) => a + b, 0);
    return value + op.inputZeroPoint * sum - Math.round(to.zeroPoint / factor(m));
  });
  const output = signal(
    writer,
    to,
    to.type === 'int16' ? { scale: to.scale * STEPS, zeroPoint: 0 } : {},
  );
  const weights = writer.tensor({
    name: `${op.name}/weights`,
    shape: depthwise
      ? [1, g.kernelHeight, g.kernelWidth, g.outputChannels]
      : [g.outputChannels, g.kernelHeight, g.kernelWidth, g.inputChannels],
    type: TYPE.int8,
    bytes: new Uint8Array(
      depthwise
        ? op.weights.map((_, i, all) => {
            const [tap, m] = [Math.floor(i / g.groups), i % g.groups];
            return all[m * kernel + tap] ?? 0;
          })
        : op.weights,
    ),
    scales,
    axis: depthwise ? 3 : 0,
  });
  const biases = writer.tensor({
    name: `${op.name}/bias`,
    shape: [g.outputChannels],
    type: TYPE.int32,
    bytes: new Uint8Array(bias.buffer),
    scales: scales.map((scale) => scale * input.scale),
  });
  const fields = depthwise ? DEPTHWISE_OPTIONS : CONV_OPTIONS;
  const relu = op.clampLow === to.zeroPoint && to.type === 'int8';
  const options: Field[] = [
    [fields.padding, 'int8', padding],
    [fields.strideWidth, 'int32', g.strideWidth],
    [fields.strideHeight, 'int32', g.strideHeight],
    [fields.activation, 'int8', relu ? ACTIVATION.relu : ACTIVATION.none],
    [fields.dilationWidth, 'int32', g.dilationWidth],
    [fields.dilationHeight, 'int32', g.dilationHeight],
  ];
  // The depth multiplier, the one field that a plain convolution does not have.
  if (depthwise) options.push([3, 'int32', 1]);
  writer.operator(
    depthwise ? 'DEPTHWISE_CONV_2D' : 'CONV_2D',
    [input.index, weights, biases],
    output.index,
    depthwise ? OPTIONS.depthwise : OPTIONS.conv,
    options,
  );
  return output;
}

/** TFLite's mean keeps the scale of its input. */
function averagePool(
  writer: TfliteWriter,
  op: AveragePoolOperation,
  from: IntegerTensor,
  input: Written,
  to: IntegerTensor,
): Written | undefined {
  if (op.positions !== from.height * from.width) return undefined;
  const { scale, zeroPoint } = input;
  const output = signal(writer, to, { scale, zeroPoint });
  writer.operator('AVERAGE_POOL_2D', [input.index], output.index, OPTIONS.pool, [
    [POOL_OPTIONS.padding, 'int8', PADDING.valid],
    [POOL_OPTIONS.strideWidth, 'int32', 1],
    [POOL_OPTIONS.strideHeight, 'int32', 1],
    [POOL_OPTIONS.filterWidth, 'int32', from.width],
    [POOL_OPTIONS.filterHeight, 'int32', from.height],
  ]);
  return output;
}
