/** How the sums of a tile become codes: the part of its assembly behind the sums, and the parameters that it reads. */
import { PAIR } from './pass-assembly.js';

/** From a sum to an output code. */
export interface TileRounding {
  /** All shifts are 32: the rounded product is the high word. Otherwise shifts come from the parameters. */
  readonly highWord: boolean;
  /** Some sums are shifted to the left first. */
  readonly leftShifts: boolean;
  readonly offset: number;
  readonly clampLow: number;
  readonly clampHigh: number;
}

export type TileOutput = 'int8' | 'int16';

const INT16 = { low: -(2 ** 15), high: 2 ** 15 - 1 } as const;

/** Bounds, offset and kind of rounding, as a part of a routine's name. */
export function roundingName(
  { highWord, leftShifts, offset, clampLow, clampHigh }: TileRounding,
  output: TileOutput,
): readonly string[] {
  const [low, high] = output === 'int8' ? [-128, 127] : [INT16.low, INT16.high];
  const text = [
    ...(highWord ? [] : ['shift']),
    ...(leftShifts ? ['left'] : []),
    ...(offset === 0 ? [] : [`plus${offset}`]),
    ...(clampLow === low ? [] : [`from${clampLow}`]),
    ...(clampHigh === high ? [] : [`to${clampHigh}`]),
    ...(output === 'int8' ? [] : [output]),
  ];
  return text.map((part) => part.replace('-', 'm'));
}

/** Words of one channel pair in the parameter table: biases, multipliers, and shifts where they differ. */
export function parameterWords({ highWord, leftShifts }: TileRounding): number {
  return PAIR * (2 + (highWord ? 0 : 1) + (leftShifts ? 1 : 0));
}

/** Sums of two channels, in q0 and q1, to int16 in the halves of each word of a register. */
export function product(
  { highWord, leftShifts }: TileRounding,
  to: 'q0' | 'q5',
): readonly string[] {
  // The doubled high word without rounding, then a rounding shift: together one rounding, for floor(floor(a/b)/c) is
  // floor(a/bc).
  const multiply = ['vqdmulh.s32 q0, q0, r4', 'vqdmulh.s32 q1, q1, r6'];
  if (highWord) {
    return [
      'ldm r7!, {r4, r6}',
      ...multiply,
      `vqrshrnb.s32 ${to}, q0, #1`,
      `vqrshrnt.s32 ${to}, q1, #1`,
    ];
  }
  return [
    `ldm r7!, {r4, r6, r8, r10${leftShifts ? ', r12, lr' : ''}}`,
    ...(leftShifts ? ['vshl.s32 q0, r12', 'vshl.s32 q1, lr'] : []),
    ...multiply,
    'vrshl.s32 q0, r8',
    'vrshl.s32 q1, r10',
    `vqmovnb.s32 ${to}, q0`,
    `vqmovnt.s32 ${to}, q1`,
  ];
}

/** A value of −256 … 255 into a register. */
function constant(register: string, value: number): string {
  return value < 0 ? `mvn ${register}, #${~value}` : `mov ${register}, #${value}`;
}

/** Channels 0 and 2 of each position are in q5, 1 and 3 in q0: four neighbouring codes are stored. */
export function codes(rounding: TileRounding, output: TileOutput): readonly string[] {
  return output === 'int8' ? int8Codes(rounding) : int16Codes(rounding);
}

function int8Codes({ offset, clampLow, clampHigh }: TileRounding): readonly string[] {
  const limit = (operation: string, value: number): readonly string[] => [
    `vmov.i8 q0, #${value & 255}`,
    `${operation}.s8 q5, q5, q0`,
  ];
  return [
    ...(offset === 0
      ? []
      : [constant('r0', offset), 'vqadd.s16 q5, q5, r0', 'vqadd.s16 q0, q0, r0']),
    'vqmovnb.s16 q5, q5',
    'vqmovnt.s16 q5, q0',
    ...(clampLow === -128 ? [] : limit('vmax', clampLow)),
    ...(clampHigh === 127 ? [] : limit('vmin', clampHigh)),
    'vpst',
    'vstrwt.32 q5, [q7, #4]!',
  ];
}

function int16Codes({ clampLow, clampHigh }: TileRounding): readonly string[] {
  const limit = (operation: string, value: number): readonly string[] => [
    `movw r0, #${value & 0xffff}`,
    'vdup.16 q1, r0',
    `${operation}.s16 q5, q5, q1`,
    `${operation}.s16 q0, q0, q1`,
  ];
  return [
    ...(clampLow === INT16.low ? [] : limit('vmax', clampLow)),
    ...(clampHigh === INT16.high ? [] : limit('vmin', clampHigh)),
    // Channels 2 and 3 into q1, 0 and 1 into q5.
    'vmov q1, q0',
    'vsri.32 q1, q5, #16',
    'vmovnt.i32 q5, q0',
    'vpstt',
    'vstrwt.32 q5, [q7, #4]!',
    'vstrwt.32 q1, [q7, #4]!',
  ];
}
