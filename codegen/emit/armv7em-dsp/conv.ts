import type { ConvOperation } from '../../integer/conv.js';
import { integerTensor, type IntegerProgram } from '../../integer/program.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import type { ChoiceSetting, EmitContext, EmittedOperation, KernelChoice } from '../backend.js';
import { constantArray } from '../c-text.js';
import { SHAPE_BYTES, shapeConstant } from '../portable/conv.js';
import { groupedScales } from './scales.js';
import { fitsPairs, pairsLayout, paddedRow, stepsOf } from './weights.js';

export const FOLDER = 'codegen/emit/armv7em-dsp';

/** Three positions at a time, or the one that there is. */
const SHARED = {
  conv: [
    'iso_dsp_clamp.h',
    'iso_dsp_expand.c',
    'iso_dsp_expand_block.c',
    'iso_dsp_product.h',
    'iso_dsp_dot.c',
  ],
  dense: ['iso_dsp_clamp.h', 'iso_dsp_expand.c', 'iso_dsp_product.h'],
} as const;

/** Convolutions int8 → int8 of one group; undefined where no kernel here gives the exact bytes. */
export function chooseConv(
  op: ConvOperation,
  { program }: ChoiceSetting,
): KernelChoice | undefined {
  const g = op.geometry;
  if (g.groups !== 1 || !isInt8(op, program) || !fitsPairs(op)) return undefined;
  const scales = groupedScales(op, 2);
  if (scales === undefined) return undefined;
  const kernel = g.outputHeight * g.outputWidth === 1 ? 'dense' : 'conv';
  return {
    file: `${FOLDER}/iso_dsp_${kernel}.c`,
    shared: SHARED[kernel].map((file) => `${FOLDER}/${file}`),
    scratchBytes: scratchBytes(g),
    positionsTogether: 1,
    emit: (context) => emitConv(op, kernel, scales, context),
  };
}

/** Both ends of the operation. */
export function isInt8(
  op: { readonly input: string; readonly output: string },
  program: IntegerProgram,
): boolean {
  return [op.input, op.output].every((name) => integerTensor(program, name).type === 'int8');
}

/** The expanded windows, rows of output, one kernel row. */
function scratchBytes(g: ConvGeometry): number {
  const together = Math.min(3, g.outputHeight * g.outputWidth) === 1 ? 1 : 3;
  const rows = 2 * together * Math.ceil(g.outputChannels / 2);
  return 8 * together * stepsOf(g) + rows + paddedRow(g);
}

function emitConv(
  op: ConvOperation,
  kernel: 'conv' | 'dense',
  scales: Int32Array,
  context: EmitContext,
): EmittedOperation {
  const id = context.identifier;
  return {
    constants: shapeConstant(id, op.geometry) + constantArray('int32_t', `${id}_scales`, scales),
    call: `iso_dsp_${kernel}(${context.pointer(op.input)}, ${context.pointer(op.output)}, &${id}_shape, ${context.weightTable(op.name, pairsLayout)}, ${id}_scales, ${op.inputZeroPoint}, ${op.clampLow}, ${op.clampHigh}, ${context.scratch()});`,
    constantBytes: SHAPE_BYTES + scales.byteLength,
  };
}
