import type { GruOperation } from '../../integer/gru.js';
import type { LstmOperation } from '../../integer/lstm.js';
import type { RecurrentOperation } from '../../integer/recurrent.js';
import { constantArray } from '../c-text.js';
import type { EmitContext, EmittedOperation, KernelChoice } from '../backend.js';
import type { Emitter } from './emitter.js';

const shared = ['iso_recurrent_dot.h', 'iso_recurrent.h'] as const;

export const lstmEmitter: Emitter<LstmOperation> = {
  file: 'iso_lstm.c',
  shared,
  emit: (op, context) => emitRecurrent('iso_lstm', op, context, op.initialCell, []),
};

export const gruEmitter: Emitter<GruOperation> = {
  file: 'iso_gru.c',
  shared,
  emit: (op, context) =>
    emitRecurrent('iso_gru', op, context, undefined, [op.linearBeforeReset ? '1' : '0']),
};

/** The portable kernels around products of rows that an instruction family has for itself. */
export function chooseRecurrent(
  op: LstmOperation | GruOperation,
  productsFile: string,
): KernelChoice {
  const folder = 'codegen/emit/portable';
  const emitter = op.kind === 'lstm' ? lstmEmitter : gruEmitter;
  return {
    file: `${folder}/${emitter.file}`,
    shared: [productsFile, `${folder}/iso_recurrent.h`],
    scratchBytes: 0,
    positionsTogether: 1,
    emit: (context) =>
      op.kind === 'lstm' ? lstmEmitter.emit(op, context) : gruEmitter.emit(op, context),
  };
}

function emitRecurrent(
  kernel: string,
  op: RecurrentOperation,
  context: EmitContext,
  initialCell: Int32Array | undefined,
  more: readonly string[],
): EmittedOperation {
  const id = context.identifier;
  const tables: readonly (readonly [string, string, ArrayLike<number> | undefined, number])[] = [
    ['int8_t', 'input_weights', op.inputWeights, 1],
    ['int8_t', 'state_weights', op.stateWeights, 1],
    ['int32_t', 'input_offset', op.inputOffset, 4],
    ['int32_t', 'input_bias', op.inputBias, 4],
    ['int32_t', 'state_bias', op.stateBias, 4],
    ['int32_t', 'input_multiplier', op.inputMultiplier, 4],
    ['int32_t', 'state_multiplier', op.stateMultiplier, 4],
    ['int16_t', 'initial_hidden', op.initialHidden, 2],
    ['int32_t', 'initial_cell', initialCell, 4],
  ];
  const present = tables.flatMap(([type, name, values, bytes]) =>
    values === undefined ? [] : [{ type, name, values, bytes }],
  );
  const fields = tables.map(
    ([, name, values]) => `    .${name} = ${values === undefined ? 'NULL' : `${id}_${name}`},\n`,
  );
  const reverse = op.reverse.reduce((bits, flag, d) => bits | (flag ? 1 << d : 0), 0);
  return {
    constants:
      present
        .map(({ type, name, values }) => constantArray(type, `${id}_${name}`, values))
        .join('') +
      `static const iso_recurrent ${id}_layer = {
    .steps = ${op.steps}, .inputs = ${op.inputs}, .hidden = ${op.hidden}, .directions = ${op.reverse.length}, .reverse = ${reverse}U,
${fields.join('')}    .input_shift = ${op.inputShift}U, .state_shift = ${op.stateShift}U,
    .output_multiplier = ${op.outputMultiplier}, .output_shift = ${op.outputShift}U, .output_zero_point = ${op.outputZeroPoint},
};
`,
    call: `${kernel}(${[context.pointer(op.input), context.pointer(op.output), context.pointer(op.scratch), `&${id}_layer`, ...more].join(', ')});`,
    constantBytes: present.reduce((sum, { values, bytes }) => sum + bytes * values.length, 0),
  };
}
