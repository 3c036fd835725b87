import type { AddOperation } from '../../integer/add.js';
import type { GradientMergeOperation } from '../../integer/gradient-merge.js';
import type { PackSignsOperation } from '../../integer/pack-signs.js';
import type { ReluOperation } from '../../integer/relu.js';
import { constantArray } from '../c-text.js';
import { maskPointer, plain, signal, type Emitter } from './emitter.js';

export const addEmitter: Emitter<AddOperation> = {
  file: 'iso_add.c',
  emit: (op, context) =>
    plain(
      `iso_add(${signal(context, op.inputA)}, ${signal(context, op.inputB)}, ${signal(context, op.output)}, ${op.elements}, ${op.multiplierA}, ${op.multiplierB}, ${op.bias}, ${op.shift}U, ${op.clampLow}, ${op.clampHigh});`,
    ),
};

export const reluEmitter: Emitter<ReluOperation> = {
  file: 'iso_relu.c',
  emit: (op, context) =>
    plain(
      `iso_relu(${signal(context, op.input)}, ${signal(context, op.output)}, ${op.elements}, ${op.zeroPoint});`,
    ),
};

export const packSignsEmitter: Emitter<PackSignsOperation> = {
  file: 'iso_pack_signs.c',
  emit: (op, context) =>
    plain(
      `iso_pack_signs(${signal(context, op.input)}, ${context.pointer(op.output)}, ${op.elements}, ${op.zeroPoint});`,
    ),
};

export const gradientMergeEmitter: Emitter<GradientMergeOperation> = {
  file: 'iso_gradient_merge.c',
  emit(op, context) {
    const id = context.identifier;
    const second = op.inputB === undefined ? undefined : op.multiplierB;
    const pointerB = op.inputB === undefined ? 'NULL' : context.pointer(op.inputB);
    const tableB = second === undefined ? 'NULL' : `${id}_multiplier_b`;
    return {
      constants:
        constantArray('int32_t', `${id}_multiplier_a`, op.multiplierA) +
        (second === undefined ? '' : constantArray('int32_t', tableB, second)),
      call: `iso_gradient_merge(${context.pointer(op.inputA)}, ${pointerB}, ${context.pointer(op.output)}, ${op.positions}, ${op.channels}, ${id}_multiplier_a, ${tableB}, ${op.shift}U, ${maskPointer(context, op.mask)}, ${op.limit});`,
      constantBytes: 4 * (op.multiplierA.length + (second?.length ?? 0)),
    };
  },
};
