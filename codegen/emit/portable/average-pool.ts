import type { AveragePoolOperation } from '../../integer/average-pool.js';
import type { AveragePoolGradientOperation } from '../../integer/average-pool-gradient.js';
import { constantArray } from '../c-text.js';
import { maskPointer, plain, signal, type Emitter } from './emitter.js';

export const averagePoolEmitter: Emitter<AveragePoolOperation> = {
  file: 'iso_average_pool.c',
  emit: (op, context) =>
    plain(
      `iso_average_pool(${signal(context, op.input)}, ${signal(context, op.output)}, ${op.positions}, ${op.channels}, ${op.bias}, ${op.multiplier}, ${op.shift}U, ${op.clampLow}, ${op.clampHigh});`,
    ),
};

export const averagePoolGradientEmitter: Emitter<AveragePoolGradientOperation> = {
  file: 'iso_average_pool_gradient.c',
  emit(op, context) {
    const id = context.identifier;
    return {
      constants: constantArray('int32_t', `${id}_multiplier`, op.multiplier),
      call: `iso_average_pool_gradient(${context.pointer(op.input)}, ${context.pointer(op.output)}, ${op.positions}, ${op.channels}, ${id}_multiplier, ${op.shift}U, ${maskPointer(context, op.mask)}, ${op.limit});`,
      constantBytes: 4 * op.multiplier.length,
    };
  },
};
