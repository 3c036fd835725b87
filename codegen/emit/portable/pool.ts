import type { MaxPoolOperation } from '../../integer/max-pool.js';
import type { MaxPoolGradientOperation } from '../../integer/max-pool-gradient.js';
import type { MaxPoolWinnerOperation } from '../../integer/max-pool-winner.js';
import type { WindowAverageOperation } from '../../integer/window-average.js';
import type { WindowAverageGradientOperation } from '../../integer/window-average-gradient.js';
import type { CountBounds } from '../../operators/pool-geometry.js';
import { constantArray } from '../c-text.js';
import { SHAPE_BYTES, shapeConstant } from './conv.js';
import { maskPointer, signal, type Emitter } from './emitter.js';

export const maxPoolEmitter: Emitter<MaxPoolOperation> = {
  file: 'iso_max_pool.c',
  emit: (op, context) => ({
    constants: shapeConstant(context.identifier, op.geometry),
    call: `iso_max_pool(${signal(context, op.input)}, ${signal(context, op.output)}, &${context.identifier}_shape);`,
    constantBytes: SHAPE_BYTES,
  }),
};

export const maxPoolWinnerEmitter: Emitter<MaxPoolWinnerOperation> = {
  file: 'iso_max_pool_winner.c',
  emit: (op, context) => ({
    constants: shapeConstant(context.identifier, op.geometry),
    call: `iso_max_pool_winner(${signal(context, op.input)}, ${signal(context, op.output)}, &${context.identifier}_shape);`,
    constantBytes: SHAPE_BYTES,
  }),
};

export const maxPoolGradientEmitter: Emitter<MaxPoolGradientOperation> = {
  file: 'iso_max_pool_gradient.c',
  emit(op, context) {
    const { identifier: id, pointer } = context;
    return {
      constants:
        shapeConstant(id, op.geometry) +
        constantArray('int32_t', `${id}_multiplier`, op.multiplier),
      call: `iso_max_pool_gradient(${pointer(op.input)}, ${signal(context, op.winner)}, ${pointer(op.output)}, &${id}_shape, ${id}_multiplier, ${op.shift}U, ${maskPointer(context, op.mask)}, ${op.limit});`,
      constantBytes: SHAPE_BYTES + 4 * op.multiplier.length,
    };
  },
};

/** Bounds are four int32. */
const BOUNDS_BYTES = 16;

function boundsConstant(id: string, bounds: CountBounds): string {
  return constantArray('int32_t', `${id}_bounds`, [...bounds.rows, ...bounds.columns]);
}

export const windowAverageEmitter: Emitter<WindowAverageOperation> = {
  file: 'iso_window_average.c',
  emit(op, context) {
    const id = context.identifier;
    return {
      constants:
        shapeConstant(id, op.geometry) +
        boundsConstant(id, op.bounds) +
        constantArray('int32_t', `${id}_multiplier`, op.multiplier),
      call: `iso_window_average(${signal(context, op.input)}, ${signal(context, op.output)}, &${id}_shape, ${id}_bounds, ${op.fewest}, ${id}_multiplier, ${op.shift}U, ${op.inputZeroPoint}, ${op.outputZeroPoint}, ${op.clampLow}, ${op.clampHigh});`,
      constantBytes: SHAPE_BYTES + BOUNDS_BYTES + 4 * op.multiplier.length,
    };
  },
};

export const windowAverageGradientEmitter: Emitter<WindowAverageGradientOperation> = {
  file: 'iso_window_average_gradient.c',
  emit(op, context) {
    const { identifier: id, pointer } = context;
    return {
      constants:
        shapeConstant(id, op.geometry) +
        boundsConstant(id, op.bounds) +
        constantArray('int32_t', `${id}_weight`, op.weight) +
        constantArray('int32_t', `${id}_multiplier`, op.multiplier),
      call: `iso_window_average_gradient(${pointer(op.input)}, ${pointer(op.output)}, &${id}_shape, ${id}_bounds, ${id}_weight, ${op.fewest}, ${id}_multiplier, ${op.shift}U, ${maskPointer(context, op.mask)}, ${op.limit});`,
      constantBytes: SHAPE_BYTES + BOUNDS_BYTES + 4 * (op.weight.length + op.multiplier.length),
    };
  },
};
