import type { ChannelNormOperation } from '../../integer/channel-norm.js';
import type { MatMulOperation } from '../../integer/mat-mul.js';
import type { SoftmaxOperation } from '../../integer/softmax.js';
import { constantArray } from '../c-text.js';
import { plain, signal, type Emitter } from './emitter.js';

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
  emit: (op, { identifier, pointer }) => ({
    constants:
      constantArray('int32_t', `${identifier}_gamma`, op.gamma) +
      constantArray('int32_t', `${identifier}_beta`, op.beta),
    call: `iso_channel_norm(${pointer(op.input)}, ${pointer(op.output)}, ${op.places}, ${op.channels}, INT64_C(${op.epsilon}), ${identifier}_gamma, ${identifier}_beta, ${op.shift}U);`,
    constantBytes: 8 * op.gamma.length,
  }),
};
