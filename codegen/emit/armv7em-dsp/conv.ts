import type { ConvOperation } from '../../integer/conv.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import type { EmitContext, EmittedOperation, KernelChoice } from '../backend.js';
import { constantArray } from '../c-text.js';
import { SHAPE_BYTES, shapeConstant } from '../portable/conv.js';
import { fitsPairs, pairsLayout, paddedRow, stepsOf } from './weights.js';

export const FOLDER = 'codegen/emit/armv7em-dsp';

/** Activations of three positions as int16, in bytes of one step. */
const STEP_BYTES = 24;

/** Convolutions int8 → int8 of one group; undefined where no kernel here gives the exact bytes. */
export function chooseConv(op: ConvOperation): KernelChoice | undefined {
  const g = op.geometry;
  if (g.groups !== 1 || op.clampHigh !== 127 || op.clampLow !== -128) return undefined;
  if (op.channelShift !== undefined || (op.outputOffset ?? 0) !== 0 || op.shift !== 32)
    return undefined;
  if (!fitsPairs(op)) return undefined;
  return {
    file: `${FOLDER}/iso_dsp_conv.c`,
    shared: [`${FOLDER}/iso_dsp_expand.c`, `${FOLDER}/iso_dsp_dot.c`],
    scratchBytes: scratchBytes(g),
    positionsTogether: 1,
    emit: (context) => emitConv(op, context),
  };
}

/** The expanded block, three rows of output, one kernel row. */
function scratchBytes(g: ConvGeometry): number {
  return stepsOf(g) * STEP_BYTES + 6 * Math.ceil(g.outputChannels / 2) + paddedRow(g);
}

function emitConv(op: ConvOperation, context: EmitContext): EmittedOperation {
  const id = context.identifier;
  const scales = pairScales(op);
  return {
    constants: shapeConstant(id, op.geometry) + constantArray('int32_t', `${id}_scales`, scales),
    call: `iso_dsp_conv(${context.pointer(op.input)}, ${context.pointer(op.output)}, &${id}_shape, ${context.weightTable(op.name, pairsLayout)}, ${id}_scales, ${op.inputZeroPoint}, ${context.scratch()});`,
    constantBytes: SHAPE_BYTES + 4 * scales.length,
  };
}

/** {bias 0, bias 1, multiplier 0, multiplier 1} of each channel pair; zeros where an odd last channel has no other. */
function pairScales(op: ConvOperation): readonly number[] {
  const scales: number[] = [];
  for (let m = 0; m < op.geometry.outputChannels; m += 2) {
    scales.push(op.bias[m] ?? 0, op.bias[m + 1] ?? 0);
    scales.push(op.multiplier[m] ?? 0, op.multiplier[m + 1] ?? 0);
  }
  return scales;
}
