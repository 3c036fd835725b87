import type { ConvOperation } from '../../integer/conv.js';
import { integerTensor } from '../../integer/program.js';
import type { ChoiceSetting, EmitContext, EmittedOperation, KernelChoice } from '../backend.js';
import { constantArray } from '../c-text.js';
import { SHAPE_BYTES, shapeConstant } from '../portable/conv.js';
import { FOLDER } from './conv.js';
import { groupedScales } from './scales.js';
import { holdsPairs, pairsLayout, stepsOf } from './weights.js';

/** Columns for which weights are unpacked once: more of them cost memory, for the input cannot be written over. */
const GROUP_COLUMNS = { flash: 16, balanced: 32, speed: 128 } as const;
/** Four taps of four channels as int16. */
const STEP_BYTES = 32;

/** Convolutions int16 → int8 or int16 of one group; undefined where no kernel here gives the exact bytes. */
export function chooseConvInt16(
  op: ConvOperation,
  { program, optimize }: ChoiceSetting,
): KernelChoice | undefined {
  const g = op.geometry;
  const output = integerTensor(program, op.output).type;
  if (integerTensor(program, op.input).type !== 'int16' || output === 'bits') return undefined;
  if (g.groups !== 1 || (g.dilationWidth !== 1 && g.kernelWidth !== 1)) return undefined;
  // Words of two input channels, groups of four output channels of which the last may begin on any pair.
  if (g.inputChannels % 2 !== 0 || g.outputChannels % 2 !== 0 || g.outputChannels < 4) {
    return undefined;
  }
  // Taps beyond the borders are left out.
  if (op.inputZeroPoint !== 0 || !holdsPairs(op)) return undefined;
  const scales = groupedScales(op, 2, 2 ** 15);
  if (scales === undefined) return undefined;
  const group = Math.min(GROUP_COLUMNS[optimize], g.outputWidth);
  return {
    file: `${FOLDER}/iso_dsp_conv_int16.c`,
    shared: [`${FOLDER}/iso_dsp_windows.h`],
    scratchBytes: STEP_BYTES * stepsOf(g),
    positionsTogether: group,
    emit: (context) => emitConvInt16(op, output === 'int16', group, scales, context),
  };
}

function emitConvInt16(
  op: ConvOperation,
  wide: boolean,
  group: number,
  scales: Int32Array,
  context: EmitContext,
): EmittedOperation {
  const { identifier: id, pointer } = context;
  return {
    constants: shapeConstant(id, op.geometry) + constantArray('int32_t', `${id}_scales`, scales),
    call: `iso_dsp_conv_int16(${pointer(op.input)}, ${pointer(op.output)}, &${id}_shape, ${context.weightTable(op.name, pairsLayout)}, ${id}_scales, ${wide ? 1 : 0}, ${op.clampLow}, ${op.clampHigh}, ${group}, ${context.scratch()});`,
    constantBytes: SHAPE_BYTES + scales.byteLength,
  };
}
