/** Kernels that walk a tensor once. */
import type { AveragePoolOperation } from '../../integer/average-pool.js';
import type { PackSignsOperation } from '../../integer/pack-signs.js';
import { integerTensor, type IntegerProgram } from '../../integer/program.js';
import { RESCALED_ADD_LEFT_SHIFT, type RescaledAddOperation } from '../../integer/rescaled-add.js';
import { isWhole } from '../../integer/strides.js';
import type { ChoiceSetting, KernelChoice } from '../backend.js';
import { FOLDER, isInt8 } from './conv.js';
import { channelScale, type ChannelScale } from './scales.js';

/** A kernel without scratch or shared files. */
function plain(file: string, emit: KernelChoice['emit']): KernelChoice {
  return { file: `${FOLDER}/${file}`, shared: [], scratchBytes: 0, positionsTogether: 1, emit };
}

const allInt8 = (program: IntegerProgram, ...names: readonly string[]): boolean =>
  names.every((name) => integerTensor(program, name).type === 'int8');

export function choosePackSigns(
  op: PackSignsOperation,
  { program }: ChoiceSetting,
): KernelChoice | undefined {
  // 127 has nothing above it, and the comparison is with the code above.
  if (!allInt8(program, op.input) || op.zeroPoint >= 127 || op.zeroPoint < -128) return undefined;
  return plain('iso_dsp_pack_signs.c', ({ pointer }) => ({
    constants: '',
    call: `iso_dsp_pack_signs(${pointer(op.input)}, ${pointer(op.output)}, ${op.elements}, ${op.zeroPoint});`,
    constantBytes: 0,
  }));
}

export function chooseAveragePool(
  op: AveragePoolOperation,
  { program }: ChoiceSetting,
): KernelChoice | undefined {
  if (op.channels % 4 !== 0 || !isInt8(op, program)) return undefined;
  if (op.clampLow !== -128 || op.clampHigh !== 127) return undefined;
  return plain('iso_dsp_average_pool.c', ({ pointer }) => ({
    constants: '',
    call: `iso_dsp_average_pool(${pointer(op.input)}, ${pointer(op.output)}, ${op.positions}, ${op.channels}, ${op.bias}, ${op.multiplier}, ${op.shift}U);`,
    constantBytes: 0,
  }));
}

/** Room of a term in bits: two more than the reference's, so that its shift leaves the high word of the product. */
const TERM_BITS = 22;
/** iso_dsp_rescaled_scales holds eleven words. */
const RESCALED_SCALES_BYTES = 44;
/** Sums and terms are int32; half of it is the room that the lowering leaves. */
const REACH = 2 ** 30;

export function chooseRescaledAdd(
  op: RescaledAddOperation,
  { program }: ChoiceSetting,
): KernelChoice | undefined {
  if (!allInt8(program, op.inputA, op.inputB, op.output)) return undefined;
  const whole = [op.stridesA, op.stridesB].every((strides) =>
    isWhole(strides, op.channels, op.positions),
  );
  const more = TERM_BITS - RESCALED_ADD_LEFT_SHIFT;
  const a = channelScale(op.multiplierA, op.shiftA + more, 0, -REACH, REACH);
  const b = channelScale(op.multiplierB, op.shiftB + more, 0, -REACH, REACH);
  const sum = channelScale(op.multiplier, op.shift, op.outputOffset, -REACH, REACH);
  if (!whole || a === undefined || b === undefined || sum === undefined) return undefined;
  const offset = (value: number): number => value * 2 ** TERM_BITS;
  if ([op.offsetA, op.offsetB].some((value) => Math.abs(value) > 128)) return undefined;
  const scale = ({ multiplier, round, shift }: ChannelScale): string =>
    `{.multiplier = ${multiplier}, .round = ${round}, .shift = ${shift}U}`;
  return plain('iso_dsp_rescaled_add.c', ({ identifier: id, pointer }) => ({
    constants: `static const iso_dsp_rescaled_scales ${id}_scales = {
    .offset_a = ${offset(op.offsetA)}, .offset_b = ${offset(op.offsetB)},
    .a = ${scale(a)}, .b = ${scale(b)},
    .sum = ${scale(sum)},
};
`,
    call: `iso_dsp_rescaled_add(${pointer(op.inputA)}, ${pointer(op.inputB)}, ${pointer(op.output)}, ${op.positions * op.channels}, &${id}_scales, ${op.clampLow}, ${op.clampHigh});`,
    constantBytes: RESCALED_SCALES_BYTES,
  }));
}
