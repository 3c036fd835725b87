import type { ConvOperation } from '../../integer/conv.js';
import type { ConvGradientOperation } from '../../integer/conv-gradient.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import { rowsLayout, type EmitContext, type EmittedOperation } from '../backend.js';
import { constantArray } from '../c-text.js';
import { maskPointer, signal, type Emitter } from './emitter.js';

export const convEmitter: Emitter<ConvOperation> = { file: 'iso_conv.c', emit: emitConv };

export const convGradientEmitter: Emitter<ConvGradientOperation> = {
  file: 'iso_conv_gradient.c',
  filesOf: ({ geometry }) =>
    isCoveredDepthwise(geometry)
      ? { file: 'iso_depthwise_gradient.c', shared: ['iso_covering.h'] }
      : undefined,
  emit: emitConvGradient,
};

/** ISO_COVERING_MOST. */
const COVERING_MOST = 32;

/** A kernel of its own for each channel, small enough for the list of what covers a position. */
export function isCoveredDepthwise(g: ConvGeometry): boolean {
  return (
    g.groups === g.inputChannels &&
    g.groups === g.outputChannels &&
    g.kernelHeight * g.kernelWidth <= COVERING_MOST
  );
}

function emitConv(op: ConvOperation, context: EmitContext): EmittedOperation {
  const id = context.identifier;
  const shifts = op.channelShift;
  return {
    constants:
      shapeConstant(id, op.geometry) +
      constantArray('int32_t', `${id}_bias`, op.bias) +
      constantArray('int32_t', `${id}_multiplier`, op.multiplier) +
      (shifts === undefined ? '' : constantArray('uint8_t', `${id}_shift`, shifts)),
    call: `iso_conv(${signal(context, op.input)}, ${signal(context, op.output)}, &${id}_shape, ${context.weightTable(op.name, rowsLayout)}, ${id}_bias, ${id}_multiplier, ${op.shift}U, ${shifts === undefined ? 'NULL' : `${id}_shift`}, ${op.outputOffset ?? 0}, ${op.clampLow}, ${op.clampHigh}, ${op.inputZeroPoint});`,
    constantBytes:
      SHAPE_BYTES + 4 * (op.bias.length + op.multiplier.length) + (shifts?.length ?? 0),
  };
}

function emitConvGradient(op: ConvGradientOperation, context: EmitContext): EmittedOperation {
  const id = context.identifier;
  const mask = maskPointer(context, op.mask);
  const kernel = isCoveredDepthwise(op.geometry) ? 'iso_depthwise_gradient' : 'iso_conv_gradient';
  return {
    constants:
      shapeConstant(id, op.geometry) + constantArray('int32_t', `${id}_multiplier`, op.multiplier),
    call: `${kernel}(${context.pointer(op.input)}, ${context.pointer(op.output)}, &${id}_shape, ${context.weightTable(op.conv, rowsLayout)}, ${id}_multiplier, ${op.shift}U, ${mask}, ${op.limit});`,
    constantBytes: SHAPE_BYTES + 4 * op.multiplier.length,
  };
}

/** iso_conv_shape holds fifteen int32. */
export const SHAPE_BYTES = 60;

export function shapeConstant(id: string, g: ConvGeometry): string {
  return `static const iso_conv_shape ${id}_shape = {
    .input_height = ${g.inputHeight}, .input_width = ${g.inputWidth}, .input_channels = ${g.inputChannels},
    .output_height = ${g.outputHeight}, .output_width = ${g.outputWidth}, .output_channels = ${g.outputChannels},
    .kernel_height = ${g.kernelHeight}, .kernel_width = ${g.kernelWidth},
    .stride_height = ${g.strideHeight}, .stride_width = ${g.strideWidth},
    .dilation_height = ${g.dilationHeight}, .dilation_width = ${g.dilationWidth},
    .pad_top = ${g.padTop}, .pad_left = ${g.padLeft}, .groups = ${g.groups},
};
`;
}
