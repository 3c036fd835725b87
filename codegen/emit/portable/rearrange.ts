import { concatRow, type ConcatOperation } from '../../integer/concat.js';
import type { EmbedOperation } from '../../integer/embed.js';
import type { RearrangeOperation } from '../../integer/rearrange.js';
import { constantArray } from '../c-text.js';
import { plain, signal, type Emitter } from './emitter.js';

/** Four extents, four strides, offset and run. */
const TABLE_BYTES = 40;

/** Extents count, distances are in bytes. */
function tableConstant(
  id: string,
  op: RearrangeOperation | EmbedOperation,
  elementBytes: number,
): string {
  const distances = [...op.strides, op.offset, op.run].map((value) => value * elementBytes);
  return constantArray('int32_t', `${id}_shape`, [...op.extents, ...distances]);
}

export const rearrangeEmitter: Emitter<RearrangeOperation> = {
  file: 'iso_rearrange.c',
  emit: (op, { identifier: id, pointer, tensor }) => ({
    constants: tableConstant(id, op, tensor(op.input).type === 'int16' ? 2 : 1),
    call: `iso_rearrange(${pointer(op.input)}, ${pointer(op.output)}, ${id}_shape);`,
    constantBytes: TABLE_BYTES,
  }),
};

export const embedEmitter: Emitter<EmbedOperation> = {
  file: 'iso_embed.c',
  emit(op, { identifier: id, pointer, tensor }) {
    const output = tensor(op.output);
    const elementBytes = output.type === 'int16' ? 2 : 1;
    const bytes = output.height * output.width * output.channels * elementBytes;
    return {
      constants: tableConstant(id, op, elementBytes),
      call: `iso_embed(${pointer(op.input)}, ${pointer(op.output)}, ${id}_shape, ${bytes}, ${op.fill});`,
      constantBytes: TABLE_BYTES,
    };
  },
};

export const concatEmitter: Emitter<ConcatOperation> = {
  file: 'iso_concat.c',
  emit(op, context) {
    const row = concatRow(op);
    let first = 0;
    const calls = op.parts.map((part) => {
      const call = `iso_concat(${signal(context, part.input)}, ${signal(context, op.output)}, ${op.rows}, ${part.elements}, ${first}, ${row}, ${part.multiplier}, ${part.bias}, ${part.shift}U, ${op.clampLow}, ${op.clampHigh});`;
      first += part.elements;
      return call;
    });
    return plain(calls.join('\n    '));
  },
};
