import type { BroadcastAddOperation } from '../../integer/broadcast-add.js';
import type { LookupOperation } from '../../integer/lookup.js';
import type { LookupGradientOperation } from '../../integer/lookup-gradient.js';
import type { MultiplyOperation } from '../../integer/multiply.js';
import type { PackInsideOperation } from '../../integer/pack-inside.js';
import type { PReluOperation } from '../../integer/prelu.js';
import type { PReluGradientOperation } from '../../integer/prelu-gradient.js';
import type { ProductGradientOperation } from '../../integer/product-gradient.js';
import type { Strides } from '../../integer/strides.js';
import { constantArray } from '../c-text.js';
import { plain, signal, type Emitter } from './emitter.js';

export const lookupEmitter: Emitter<LookupOperation> = {
  file: 'iso_lookup.c',
  emit: (op, { identifier, pointer }) => ({
    constants: constantArray('int8_t', `${identifier}_table`, op.table),
    call: `iso_lookup(${pointer(op.input)}, ${pointer(op.output)}, ${op.elements}, ${identifier}_table);`,
    constantBytes: op.table.length,
  }),
};

export const lookupGradientEmitter: Emitter<LookupGradientOperation> = {
  file: 'iso_lookup_gradient.c',
  emit: (op, { identifier, pointer }) => ({
    constants:
      constantArray('int16_t', `${identifier}_slope`, op.slope) +
      constantArray('int32_t', `${identifier}_multiplier`, op.multiplier),
    call: `iso_lookup_gradient(${pointer(op.input)}, ${pointer(op.argument)}, ${pointer(op.output)}, ${op.positions}, ${op.channels}, ${identifier}_slope, ${identifier}_multiplier, ${op.shift}U, ${op.limit});`,
    constantBytes: 2 * op.slope.length + 4 * op.multiplier.length,
  }),
};

/** A structure of two strides and a number, by value. */
function operand(type: string, strides: Strides, number: number): string {
  return `(${type}){${strides.position}, ${strides.channel}, ${number}}`;
}

export const multiplyEmitter: Emitter<MultiplyOperation> = {
  file: 'iso_multiply.c',
  emit: (op, { pointer }) =>
    plain(
      `iso_multiply(${pointer(op.inputA)}, ${pointer(op.inputB)}, ${pointer(op.output)}, ${op.positions}, ${op.channels}, ${operand('iso_factor', op.stridesA, op.zeroPointA)}, ${operand('iso_factor', op.stridesB, op.zeroPointB)}, ${op.multiplier}, ${op.shift}U, ${op.zeroPoint}, ${op.clampLow});`,
    ),
};

export const broadcastAddEmitter: Emitter<BroadcastAddOperation> = {
  file: 'iso_broadcast_add.c',
  emit: (op, context) =>
    plain(
      `iso_broadcast_add(${signal(context, op.inputA)}, ${signal(context, op.inputB)}, ${signal(context, op.output)}, ${op.positions}, ${op.channels}, ${operand('iso_summand', op.stridesA, op.multiplierA)}, ${operand('iso_summand', op.stridesB, op.multiplierB)}, ${op.bias}, ${op.shift}U, ${op.clampLow}, ${op.clampHigh});`,
    ),
};

/** iso_product_shape holds seven int32. */
const PRODUCT_SHAPE_BYTES = 28;

export const productGradientEmitter: Emitter<ProductGradientOperation> = {
  file: 'iso_product_gradient.c',
  emit(op, { identifier: id, pointer }) {
    const shape = [
      ...[op.positions, op.channels],
      ...[op.sumPositions, op.sumsChannels ? op.channels : 1],
      ...[op.factorStrides.position, op.factorStrides.channel, op.factorZeroPoint],
    ];
    const factor = op.factor === undefined ? 'NULL' : pointer(op.factor);
    return {
      constants:
        `static const iso_product_shape ${id}_shape = {${shape.join(', ')}};\n` +
        constantArray('int32_t', `${id}_multiplier`, op.multiplier),
      call: `iso_product_gradient(${pointer(op.input)}, ${factor}, ${pointer(op.output)}, &${id}_shape, ${id}_multiplier, ${op.shift}U, ${op.limit});`,
      constantBytes: PRODUCT_SHAPE_BYTES + 4 * op.multiplier.length,
    };
  },
};

export const preluEmitter: Emitter<PReluOperation> = {
  file: 'iso_prelu.c',
  emit: (op, { identifier, pointer }) => ({
    constants: constantArray('int32_t', `${identifier}_slope`, op.slope),
    call: `iso_prelu(${pointer(op.input)}, ${pointer(op.output)}, ${op.positions}, ${op.channels}, ${op.inputZeroPoint}, ${op.multiplier}, ${identifier}_slope, ${op.shift}U, ${op.zeroPoint});`,
    constantBytes: 4 * op.slope.length,
  }),
};

export const preluGradientEmitter: Emitter<PReluGradientOperation> = {
  file: 'iso_prelu_gradient.c',
  emit: (op, { identifier, pointer }) => ({
    constants:
      constantArray('int32_t', `${identifier}_multiplier`, op.multiplier) +
      constantArray('int32_t', `${identifier}_slope`, op.slope),
    call: `iso_prelu_gradient(${pointer(op.input)}, ${pointer(op.signs)}, ${pointer(op.output)}, ${op.positions}, ${op.channels}, ${identifier}_multiplier, ${identifier}_slope, ${op.shift}U, ${op.limit});`,
    constantBytes: 4 * (op.multiplier.length + op.slope.length),
  }),
};

export const packInsideEmitter: Emitter<PackInsideOperation> = {
  file: 'iso_pack_inside.c',
  emit: (op, context) =>
    plain(
      `iso_pack_inside(${signal(context, op.input)}, ${context.pointer(op.output)}, ${op.elements}, ${op.low}, ${op.high});`,
    ),
};
