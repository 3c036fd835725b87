import type { ConvOperation } from '../../integer/conv.js';
import type { ConvGradientOperation } from '../../integer/conv-gradient.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import type { IntegerOperation } from '../../integer/program.js';
import type { Backend, EmitContext, EmittedOperation } from '../backend.js';
import { constantArray } from '../c-text.js';

const KERNEL_FILES: Readonly<Record<IntegerOperation['kind'], string>> = {
  add: 'iso_add.c',
  averagePool: 'iso_average_pool.c',
  averagePoolGradient: 'iso_average_pool_gradient.c',
  conv: 'iso_conv.c',
  convGradient: 'iso_conv_gradient.c',
  gradientMerge: 'iso_gradient_merge.c',
  packSigns: 'iso_pack_signs.c',
  relu: 'iso_relu.c',
};

/** Plain C99: every core, the host, and the text against which faster backends are read. */
export const portableBackend: Backend = {
  name: 'portable',
  folder: 'codegen/emit/portable',
  header: 'iso_kernel.h',
  kernelFile: (operation) => KERNEL_FILES[operation.kind],
  emit,
};

function emit(op: IntegerOperation, context: EmitContext): EmittedOperation {
  const id = context.identifier;
  const at = context.pointer;
  const mask = (name: string | undefined): string => (name === undefined ? 'NULL' : at(name));
  switch (op.kind) {
    case 'conv':
      return emitConv(op, context);
    case 'convGradient':
      return emitConvGradient(op, context);
    case 'add':
      return plain(
        `iso_add(${at(op.inputA)}, ${at(op.inputB)}, ${at(op.output)}, ${op.elements}, ${op.multiplierA}, ${op.multiplierB}, ${op.bias}, ${op.shift}U, ${op.clampLow});`,
      );
    case 'relu':
      return plain(`iso_relu(${at(op.input)}, ${at(op.output)}, ${op.elements}, ${op.zeroPoint});`);
    case 'packSigns':
      return plain(
        `iso_pack_signs(${at(op.input)}, ${at(op.output)}, ${op.elements}, ${op.zeroPoint});`,
      );
    case 'averagePool':
      return plain(
        `iso_average_pool(${at(op.input)}, ${at(op.output)}, ${op.positions}, ${op.channels}, ${op.bias}, ${op.multiplier}, ${op.shift}U);`,
      );
    case 'averagePoolGradient':
      return {
        constants: constantArray('int32_t', `${id}_multiplier`, op.multiplier),
        call: `return iso_average_pool_gradient(${at(op.input)}, ${at(op.output)}, ${op.positions}, ${op.channels}, ${id}_multiplier, ${op.shift}U, ${mask(op.mask)}, ${op.limit});`,
        constantBytes: 4 * op.multiplier.length,
      };
    case 'gradientMerge': {
      const second = op.inputB === undefined ? undefined : op.multiplierB;
      return {
        constants:
          constantArray('int32_t', `${id}_multiplier_a`, op.multiplierA) +
          (second === undefined ? '' : constantArray('int32_t', `${id}_multiplier_b`, second)),
        call: `return iso_gradient_merge(${at(op.inputA)}, ${op.inputB === undefined ? 'NULL' : at(op.inputB)}, ${at(op.output)}, ${op.positions}, ${op.channels}, ${id}_multiplier_a, ${second === undefined ? 'NULL' : `${id}_multiplier_b`}, ${op.shift}U, ${mask(op.mask)}, ${op.limit});`,
        constantBytes: 4 * (op.multiplierA.length + (second?.length ?? 0)),
      };
    }
  }
}

function plain(call: string): EmittedOperation {
  return { constants: '', call, constantBytes: 0 };
}

function emitConv(op: ConvOperation, context: EmitContext): EmittedOperation {
  const id = context.identifier;
  const output = context.pointer(op.output);
  const [y8, y16] = op.clampHigh > 127 ? ['NULL', output] : [output, 'NULL'];
  return {
    constants:
      shapeConstant(id, op.geometry) +
      constantArray('int8_t', context.weightTable(op.name), op.weights) +
      constantArray('int32_t', `${id}_bias`, op.bias) +
      constantArray('int32_t', `${id}_multiplier`, op.multiplier),
    call: `iso_conv(${context.pointer(op.input)}, ${y8}, ${y16}, &${id}_shape, ${context.weightTable(op.name)}, ${id}_bias, ${id}_multiplier, ${op.shift}U, ${op.clampLow}, ${op.clampHigh}, ${op.inputZeroPoint});`,
    constantBytes: SHAPE_BYTES + op.weights.length + 4 * (op.bias.length + op.multiplier.length),
  };
}

function emitConvGradient(op: ConvGradientOperation, context: EmitContext): EmittedOperation {
  const id = context.identifier;
  const mask = op.mask === undefined ? 'NULL' : context.pointer(op.mask);
  return {
    constants:
      shapeConstant(id, op.geometry) + constantArray('int32_t', `${id}_multiplier`, op.multiplier),
    call: `return iso_conv_gradient(${context.pointer(op.input)}, ${context.pointer(op.output)}, &${id}_shape, ${context.weightTable(op.conv)}, ${id}_multiplier, ${op.shift}U, ${mask}, ${op.limit});`,
    constantBytes: SHAPE_BYTES + 4 * op.multiplier.length,
  };
}

/** iso_conv_shape holds fifteen int32. */
const SHAPE_BYTES = 60;

function shapeConstant(id: string, g: ConvGeometry): string {
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
