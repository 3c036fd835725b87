/** From a sum to an output code with 32-bit vector instructions, exactly as multiplyRound does with 64-bit numbers. */
import type { ConvOperation } from '../../integer/conv.js';
import { clamp, multiplyRound } from '../../integer/round.js';
import { parameterWords, type TileRounding } from './tile-assembly.js';

const HIGH_WORD = 32;
/** A rounding shift behind the high word needs at least one bit: sums of smaller shifts are shifted left first. */
const LEAST_SHIFT = HIGH_WORD + 1;
const INT16 = { low: -(2 ** 15), high: 2 ** 15 - 1 } as const;

interface ChannelRounding {
  readonly bias: number;
  readonly multiplier: number;
  readonly shift: number;
}

/** Undefined where the answer is not int8, or a sum that must first be doubled could leave int32. */
export function convRounding(op: ConvOperation): TileRounding | undefined {
  if (op.clampLow < -128 || op.clampHigh > 127) return undefined;
  const shifts = channels(op).map(({ shift }) => shift);
  const highWord = shifts.every((shift) => shift === HIGH_WORD);
  if (!highWord && !shifts.every((shift, channel) => canShift(op, channel, shift)))
    return undefined;
  return {
    highWord,
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
    // by a factor of 2^-3. Beyond int16 it is clipped whatever it is.
    const value = clamp(multiplyRound(bias, multiplier, shift), INT16.low, INT16.high);
    return { bias: 8 * value, multiplier: 2 ** 30, shift: LEAST_SHIFT };
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
  /** Shift of the sum to the left, and (negative, to the right) of the high word of its product. */
  readonly left: number;
  readonly right: number;
}

export function channelParameters(
  op: ConvOperation,
  rounding: TileRounding,
): readonly ChannelParameters[] {
  return channels(op).map(({ bias, multiplier, shift }) => {
    const left = rounding.highWord ? 0 : leftShift(shift);
    return { bias, multiplier, left, right: HIGH_WORD - shift - left };
  });
}

/** By channel pair: biases, multipliers and, unless all shifts are 32, shifts to the left and to the right. */
export function pairParameters(op: ConvOperation, rounding: TileRounding): Int32Array {
  const words = parameterWords(rounding);
  const table = new Int32Array(Math.ceil(op.bias.length / 2) * words);
  channelParameters(op, rounding).forEach(({ bias, multiplier, left, right }, channel) => {
    const fields = rounding.highWord ? [bias, multiplier] : [bias, multiplier, left, right];
    const at = (channel >> 1) * words + (channel & 1);
    fields.forEach((value, field) => {
      table[at + 2 * field] = value;
    });
  });
  return table;
}
