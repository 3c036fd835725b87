import type { ConvOperation } from '../../integer/conv.js';
import { multiplyRound } from '../../integer/round.js';

/** Shift of the high word of a product: SMMLA drops 32 bits, at least one must be left for the rounding. */
const LEAST_SHIFT = 33;

/** What turns one channel's sum into its output: sat8(((sum · multiplier >> 32) + round) >> shift). */
export interface ChannelScale {
  readonly multiplier: number;
  readonly round: number;
  readonly shift: number;
}

/**
 * (sum · m + 2^(s−1)) >> s with the output's offset, as SMMLA and a shift give it; undefined where the numbers do not fit.
 * A multiplier with room is doubled until 33 bits are shifted: the same number.
 * @param low and high: what the channel's sum can be
 */
export function channelScale(
  multiplier: number,
  shift: number,
  offset: number,
  low: number,
  high: number,
): ChannelScale | undefined {
  // A channel that is always the same, such as a pruned one: its own shift may be beyond what fits.
  const least = multiplyRound(low, multiplier, shift);
  if (least === multiplyRound(high, multiplier, shift)) {
    return { multiplier: 0, round: 2 * (least + offset) + 1, shift: 1 };
  }
  const more = Math.max(0, LEAST_SHIFT - shift);
  const scaled = multiplier * 2 ** more;
  const right = shift + more - 32;
  const round = 2 ** (right - 1) + offset * 2 ** right;
  // The high word of a product of two int32 is within ±2^30.
  if (Math.abs(scaled) >= 2 ** 31 || Math.abs(round) >= 2 ** 30 || right > 31) return undefined;
  return { multiplier: scaled, round, shift: right };
}

/**
 * {bias, multiplier, round, shift}, each of `together` channels, for channels in groups of so many; zeros where the last group
 * is not full. Undefined where a channel's scale does not fit.
 * @param largest magnitude of the input's codes; sums are within int32 in any case
 */
export function groupedScales(
  op: ConvOperation,
  together: 2 | 4,
  largest = 128,
): Int32Array | undefined {
  const channels = op.geometry.outputChannels;
  const scales = new Int32Array(4 * together * Math.ceil(channels / together));
  const each = op.weights.length / channels;
  for (let m = 0; m < channels; m += 1) {
    const shift = op.channelShift?.[m] ?? op.shift;
    const bias = op.bias[m] ?? 0;
    const reach = op.weights
      .subarray(m * each, (m + 1) * each)
      .reduce((sum, weight) => sum + largest * Math.abs(weight), 0);
    const low = Math.max(-(2 ** 31), bias - reach);
    const high = Math.min(2 ** 31 - 1, bias + reach);
    const factor = op.multiplier[m] ?? 0;
    const scale = channelScale(factor, shift, op.outputOffset ?? 0, low, high);
    if (scale === undefined) return undefined;
    const place = m % together;
    const at = 4 * (m - place) + place;
    scales[at] = bias;
    scales[at + together] = scale.multiplier;
    scales[at + 2 * together] = scale.round;
    scales[at + 3 * together] = scale.shift;
  }
  return scales;
}
