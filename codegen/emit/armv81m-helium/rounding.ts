/** From a sum to an output code with 32-bit vector instructions, exactly as multiplyRound does with 64-bit numbers. */
import type { ConvOperation } from '../../integer/conv.js';
import { clamp, multiplyRound } from '../../integer/round.js';
import { tileChannels } from './tile-assembly.js';
import { parameterWords, type TileRounding } from './tile-rounding.js';

const HIGH_WORD = 32;
/** VQDMULH gives a product's high word doubled. */
const DOUBLED = 31;
/** A rounding shift behind it needs at least one bit: sums of smaller shifts are shifted left first. */
const LEAST_SHIFT = DOUBLED + 1;
const INT16 = { low: -(2 ** 15), high: 2 ** 15 - 1 } as const;

interface ChannelRounding {
  readonly bias: number;
  readonly multiplier: number;
  readonly shift: number;
}

/** Undefined where the answer is not int8, or as below. */
export function convRounding(op: ConvOperation): TileRounding | undefined {
  return op.clampLow < -128 || op.clampHigh > 127 ? undefined : sumRounding(op);
}

/** Undefined where a sum that must first be doubled could leave int32. */
export function sumRounding(op: ConvOperation): TileRounding | undefined {
  const shifts = channels(op).map(({ shift }) => shift);
  const highWord = shifts.every((shift) => shift === HIGH_WORD);
  if (!highWord && !shifts.every((shift, channel) => canShift(op, channel, shift)))
    return undefined;
  return {
    highWord,
    leftShifts: shifts.some((shift) => leftShift(shift) > 0),
    offset: op.outputOffset ?? 0,
    clampLow: op.clampLow,
    clampHigh: op.clampHigh,
  };
}

function channels(op: ConvOperation): readonly ChannelRounding[] {
  return Array.from(op.bias, (bias, channel) => {
    const multiplier = op.multiplier[channel] ?? 0;
    const shift = op.channelShift?.[channel] ?? op.shift;
    if (shift === HIGH_WORD || weightsOf(op, channel).some((weight) => weight !== 0)) {
      return { bias, multiplier, shift };
    }
    // A channel that pruning left without weights answers one value, often by a factor like no other's: the same value
    // by a factor of 2^-2. Beyond int16 it is clipped whatever it is.
    const value = clamp(multiplyRound(bias, multiplier, shift), INT16.low, INT16.high);
    return { bias: 4 * value, multiplier: 2 ** 30, shift: LEAST_SHIFT };
  });
}

function weightsOf(op: ConvOperation, channel: number): Int8Array {
  const each = op.weights.length / op.bias.length;
  return op.weights.subarray(channel * each, (channel + 1) * each);
}

function leftShift(shift: number): number {
  return Math.max(0, LEAST_SHIFT - shift);
}

/** The sum does not leave int32 by its left shift, whatever the input. */
function canShift(op: ConvOperation, channel: number, shift: number): boolean {
  const left = leftShift(shift);
  if (left === 0) return true;
  const reach = weightsOf(op, channel).reduce(
    (sum, weight) => sum + 128 * Math.abs(weight),
    Math.abs(op.bias[channel] ?? 0),
  );
  return reach * 2 ** left < 2 ** 31;
}

/** Numbers that one channel is rounded by. */
export interface ChannelParameters {
  readonly bias: number;
  readonly multiplier: number;
  /** Shift of the sum to the left, and (negative, to the right) of the doubled high word of its product. */
  readonly left: number;
  readonly right: number;
}

export function channelParameters(op: ConvOperation): readonly ChannelParameters[] {
  return channels(op).map(({ bias, multiplier, shift }) => {
    const left = leftShift(shift);
    return { bias, multiplier, left, right: DOUBLED - shift - left };
  });
}

/** By channel pair of a tile: biases, multipliers and, where the rounding needs them, shifts to the right and to the left. */
export function pairParameters(op: ConvOperation, rounding: TileRounding): Int32Array {
  const words = parameterWords(rounding);
  const parameters = channelParameters(op);
  const order = tileChannels(op.bias.length);
  const table = new Int32Array((order.length / 2) * words);
  order.forEach((channel, index) => {
    const of = parameters[channel];
    if (of === undefined) return;
    const fields = [
      of.bias,
      of.multiplier,
      ...(rounding.highWord ? [] : [of.right]),
      ...(rounding.leftShifts ? [of.left] : []),
    ];
    const at = (index >> 1) * words + (index & 1);
    fields.forEach((value, field) => {
      table[at + 2 * field] = value;
    });
  });
  return table;
}
