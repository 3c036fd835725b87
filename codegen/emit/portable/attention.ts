import type { ChannelNormOperation } from '../../integer/channel-norm.js';
import type { ChannelNormGradientOperation } from '../../integer/channel-norm-gradient.js';
import type { MatMulOperation } from '../../integer/mat-mul.js';
import type { MatMulGradientOperation } from '../../integer/mat-mul-gradient.js';
import type { SoftmaxOperation } from '../../integer/softmax.js';
import type { SoftmaxGradientOperation } from '../../integer/softmax-gradient.js';
import { constantArray } from '../c-text.js';
import { plain, signal, type Emitter } from './emitter.js';

const INVERSE_ROOT = 'iso_inverse_root.h';

/** iso_mat_mul_shape holds twenty-one 32-bit words. */
const SHAPE_BYTES = 84;

export const matMulEmitter: Emitter<MatMulOperation> = {
  file: 'iso_mat_mul.c',
  emit(op, context) {
    const { identifier, pointer } = context;
    return {
      constants: `static const iso_mat_mul_shape ${identifier}_shape = {
    .batch = ${op.batch}, .rows = ${op.rows}, .depth = ${op.depth}, .columns = ${op.columns},
    .a_offset = ${op.aOffset}, .a_batch = ${op.aStrides[0]}, .a_row = ${op.aStrides[1]}, .a_depth = ${op.aStrides[2]},
    .b_offset = ${op.bOffset}, .b_batch = ${op.bStrides[0]}, .b_depth = ${op.bStrides[1]}, .b_column = ${op.bStrides[2]},
    .y_batch = ${op.yStrides[0]}, .y_row = ${op.yStrides[1]},
    .a_zero_point = ${op.aZeroPoint}, .b_zero_point = ${op.bZeroPoint}, .y_zero_point = ${op.outputZeroPoint},
    .multiplier = ${op.multiplier}, .shift = ${op.shift}U, .low = ${op.clampLow}, .high = ${op.clampHigh},
};
`,
      call: `iso_mat_mul(${signal(context, op.inputA)}, ${pointer(op.inputB)}, ${signal(context, op.output)}, &${identifier}_shape);`,
      constantBytes: SHAPE_BYTES,
    };
  },
};

export const softmaxEmitter: Emitter<SoftmaxOperation> = {
  file: 'iso_softmax.c',
  emit: (op, context) =>
    plain(
      `iso_softmax(${signal(context, op.input)}, ${signal(context, op.output)}, ${op.rows}, ${op.columns}, ${op.multiplier}, ${op.shift}U);`,
    ),
};

export const channelNormEmitter: Emitter<ChannelNormOperation> = {
  file: 'iso_channel_norm.c',
  shared: [INVERSE_ROOT],
  emit: (op, { identifier, pointer }) => ({
    constants:
      constantArray('int32_t', `${identifier}_gamma`, op.gamma) +
      constantArray('int32_t', `${identifier}_beta`, op.beta),
    call: `iso_channel_norm(${pointer(op.input)}, ${pointer(op.output)}, ${op.places}, ${op.channels}, INT64_C(${op.epsilon}), ${identifier}_gamma, ${identifier}_beta, ${op.shift}U);`,
    constantBytes: 8 * op.gamma.length,
  }),
};

/** iso_mat_mul_gradient_shape holds seventeen 32-bit words. */
const GRADIENT_SHAPE_BYTES = 68;

export const matMulGradientEmitter: Emitter<MatMulGradientOperation> = {
  file: 'iso_mat_mul_gradient.c',
  emit(op, context) {
    const { identifier, pointer } = context;
    return {
      constants: `static const iso_mat_mul_gradient_shape ${identifier}_shape = {
    .batch = ${op.batch}, .rows = ${op.rows}, .depth = ${op.depth}, .columns = ${op.columns},
    .a_batch = ${op.aStrides[0]}, .a_row = ${op.aStrides[1]}, .a_depth = ${op.aStrides[2]},
    .b_offset = ${op.bOffset}, .b_batch = ${op.bStrides[0]}, .b_depth = ${op.bStrides[1]}, .b_column = ${op.bStrides[2]}, .b_zero_point = ${op.bZeroPoint},
    .y_batch = ${op.yStrides[0]}, .y_row = ${op.yStrides[1]},
    .multiplier = ${op.multiplier}, .shift = ${op.shift}U, .limit = ${op.limit},
};
`,
      call: `iso_mat_mul_gradient(${pointer(op.inputA)}, ${signal(context, op.inputB)}, ${pointer(op.output)}, &${identifier}_shape);`,
      constantBytes: GRADIENT_SHAPE_BYTES,
    };
  },
};

export const softmaxGradientEmitter: Emitter<SoftmaxGradientOperation> = {
  file: 'iso_softmax_gradient.c',
  emit: (op, context) =>
    plain(
      `iso_softmax_gradient(${context.pointer(op.input)}, ${signal(context, op.probabilities)}, ${context.pointer(op.output)}, ${op.rows}, ${op.columns}, ${op.multiplier}, ${op.shift}U, ${op.limit});`,
    ),
};

export const channelNormGradientEmitter: Emitter<ChannelNormGradientOperation> = {
  file: 'iso_channel_norm_gradient.c',
  shared: [INVERSE_ROOT],
  emit: (op, { identifier, pointer }) => ({
    constants: constantArray('int32_t', `${identifier}_gamma`, op.gamma),
    call: `iso_channel_norm_gradient(${pointer(op.input)}, ${pointer(op.argument)}, ${pointer(op.output)}, ${op.places}, ${op.channels}, INT64_C(${op.epsilon}), ${identifier}_gamma, ${op.shift}, ${op.limit});`,
    constantBytes: 4 * op.gamma.length,
  }),
};
