import { inverseRoot, scaledDistance } from './channel-norm.js';
import type { IntegerKernel } from './kernel.js';
import { clamp } from './round.js';
import type { RunContext } from './run.js';

/**
 * Gradient of `channelNorm` at each place, int16, from its int8 input, which stays in memory for it. With G = dy · gamma,
 * S = Σ G, z as there with 14 fraction bits, T = Σ G · z (rounded to whole steps) and 1/√(V + E) as there:
 * dx = clamp(((n·G − S) · 2^14 − z · T) · root >> shift). The parenthesis is exact; it loses 13 bits and the root 14, each rounded,
 * so that their product stays in 64 bits.
 */
export interface ChannelNormGradientOperation {
  readonly kind: 'channelNormGradient';
  readonly name: string;
  /** dY, int16. */
  readonly input: string;
  /** The forward operation's input. */
  readonly argument: string;
  readonly output: string;
  readonly places: number;
  readonly channels: number;
  readonly epsilon: number;
  /** γ in steps of dY and such that a shift gives steps of dX; at most 2^14. */
  readonly gamma: Int32Array;
  /** Added to the root's own shift. */
  readonly shift: number;
  readonly limit: number;
}

/** G below 2^29, S and T below 2^39, the parenthesis below 2^59. */
export const CHANNEL_NORM_GRADIENT_GAMMA_BITS = 14;
export const CHANNEL_NORM_GRADIENT_Z_BITS = 14;
export const CHANNEL_NORM_GRADIENT_LOST_BITS = 13;
export const CHANNEL_NORM_GRADIENT_ROOT_LOST_BITS = 14;
/** Of z in `channelNorm`. */
const Z_BITS = 20;
const MOST_SHIFT = 62;

function rounded(value: bigint, shift: number): bigint {
  return (value + (1n << BigInt(shift - 1))) >> BigInt(shift);
}

function runChannelNormGradient(op: ChannelNormGradientOperation, context: RunContext): void {
  const dy = context.values(op.input);
  const x = context.values(op.argument);
  const dx = context.values(op.output);
  const { channels } = op;
  const z = new Int32Array(channels);
  for (let from = 0; from < op.places * channels; from += channels) {
    let [sum, squares, total, along] = [0, 0, 0, 0n];
    for (let c = 0; c < channels; c += 1) {
      const value = x[from + c] as number;
      sum += value;
      squares += value * value;
    }
    const root = inverseRoot((channels * squares - sum * sum) * 256 + op.epsilon);
    for (let c = 0; c < channels; c += 1) {
      const distance = channels * (x[from + c] as number) - sum;
      const fine = scaledDistance(distance, root.multiplier, root.shift);
      z[c] = (fine + 32) >> (Z_BITS - CHANNEL_NORM_GRADIENT_Z_BITS);
      const g = (dy[from + c] as number) * (op.gamma[c] as number);
      total += g;
      along += BigInt(g) * BigInt(z[c] as number);
    }
    const whole = rounded(along, CHANNEL_NORM_GRADIENT_Z_BITS);
    const coarse = (root.multiplier + 2 ** 13) >> CHANNEL_NORM_GRADIENT_ROOT_LOST_BITS;
    const shift = root.shift + op.shift;
    for (let c = 0; c < channels; c += 1) {
      const g = (dy[from + c] as number) * (op.gamma[c] as number);
      const exact =
        (BigInt(channels * g - total) << BigInt(CHANNEL_NORM_GRADIENT_Z_BITS)) -
        BigInt(z[c] as number) * whole;
      const value = shifted(
        rounded(exact, CHANNEL_NORM_GRADIENT_LOST_BITS) * BigInt(coarse),
        shift,
        op.limit,
      );
      const kept = clamp(value, -op.limit, op.limit);
      if (kept !== value) context.saturate(1);
      dx[from + c] = kept;
    }
  }
}

/** A shift below 1 belongs to values that are all the same: whatever is not zero is then beyond int16. */
function shifted(value: bigint, shift: number, limit: number): number {
  if (shift > MOST_SHIFT) return 0;
  if (shift >= 1) return Number(rounded(value, shift));
  return value === 0n ? 0 : value < 0n ? -limit - 1 : limit + 1;
}

export const channelNormGradientKernel: IntegerKernel<ChannelNormGradientOperation> = {
  inputs: (op) => [op.input, op.argument],
  run: runChannelNormGradient,
  overlaps: (op) => [{ input: op.input, gap: 0 }],
  backward: true,
};
