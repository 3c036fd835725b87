/** Calls of the kernels that networks with scales of their own need. */
import type { RescaledAddOperation } from '../../integer/rescaled-add.js';
import type { WidenOperation } from '../../integer/widen.js';
import type { WindowMeanOperation } from '../../integer/window-mean.js';
import { SHAPE_BYTES, shapeConstant } from './conv.js';
import { plain, type Emitter } from './emitter.js';

/** iso_rescaled_add_scales holds thirteen words, iso_window_mean_scales four. */
const SCALE_BYTES = { rescaledAdd: 52, windowMean: 16 } as const;

export const rescaledAddEmitter: Emitter<RescaledAddOperation> = {
  file: 'iso_rescaled_add.c',
  emit(op, { identifier, pointer }) {
    return {
      constants: `static const iso_rescaled_add_scales ${identifier}_scales = {
    .position_stride_a = ${op.stridesA.position}, .channel_stride_a = ${op.stridesA.channel},
    .position_stride_b = ${op.stridesB.position}, .channel_stride_b = ${op.stridesB.channel},
    .offset_a = ${op.offsetA}, .multiplier_a = ${op.multiplierA}, .shift_a = ${op.shiftA}U,
    .offset_b = ${op.offsetB}, .multiplier_b = ${op.multiplierB}, .shift_b = ${op.shiftB}U,
    .multiplier = ${op.multiplier}, .shift = ${op.shift}U, .offset = ${op.outputOffset},
};
`,
      call: `iso_rescaled_add(${pointer(op.inputA)}, ${pointer(op.inputB)}, ${pointer(op.output)}, ${op.positions}, ${op.channels}, &${identifier}_scales, ${op.clampLow}, ${op.clampHigh});`,
      constantBytes: SCALE_BYTES.rescaledAdd,
    };
  },
};

export const widenEmitter: Emitter<WidenOperation> = {
  file: 'iso_widen.c',
  emit: (op, { pointer }) =>
    plain(
      `iso_widen(${pointer(op.input)}, ${pointer(op.output)}, ${op.elements}, ${op.zeroPoint});`,
    ),
};

export const windowMeanEmitter: Emitter<WindowMeanOperation> = {
  file: 'iso_window_mean.c',
  emit: (op, { identifier, pointer }) => ({
    constants: `${shapeConstant(identifier, op.geometry)}static const iso_window_mean_scales ${identifier}_scales = {
    .input_offset = ${op.inputOffset}, .multiplier = ${op.multiplier}, .shift = ${op.shift}U,
    .output_offset = ${op.outputOffset},
};
`,
    call: `iso_window_mean(${pointer(op.input)}, ${pointer(op.output)}, &${identifier}_shape, &${identifier}_scales, ${op.clampLow}, ${op.clampHigh});`,
    constantBytes: SHAPE_BYTES + SCALE_BYTES.windowMean,
  }),
};
