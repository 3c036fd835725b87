import type { IntegerKernel } from './kernel.js';
import { clamp, multiplyRound } from './round.js';
import type { RunContext } from './run.js';

/**
 * Layer normalisation over the channels of each place, int8 → int8. With S = Σx and V = n·Σx² − S² (exact), a value's
 * distance from the mean in standard deviations is z = (n·x − S) / √(V + E), kept with 20 fraction bits, and
 * y = clamp((z·gamma + beta·2^16 + half) >> shift).
 */
export interface ChannelNormOperation {
  readonly kind: 'channelNorm';
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly places: number;
  readonly channels: number;
  /** n²·ε in squared input steps, 8 fraction bits; at least 1. */
  readonly epsilon: number;
  /** γ in output steps, shift − 20 fraction bits, below 2^24. */
  readonly gamma: Int32Array;
  /** β in output steps and the zero point, shift − 16 fraction bits. */
  readonly beta: Int32Array;
  readonly shift: number;
}

/** Keeps n·Σx² below 2^35 and |z| below 2^5. */
export const CHANNEL_NORM_MOST_CHANNELS = 1024;

/** Largest integer whose square is not above `value`. */
function squareRoot(value: bigint): bigint {
  let root = 0n;
  for (let bit = 1n << 30n; bit > 0n; bit >>= 1n) {
    const candidate = root | bit;
    if (candidate * candidate <= value) root = candidate;
  }
  return root;
}

/** 1/√v as a multiplier of at most 30 bits and a shift: z with 20 fraction bits of (n·x − S)·16 over √v. */
export function inverseRoot(v: number): { readonly multiplier: number; readonly shift: number } {
  let scaled = BigInt(v);
  let half = 0;
  // Even steps up to [2^60, 2^62): the root then has 31 bits.
  while (scaled < 1n << 60n) {
    scaled <<= 2n;
    half += 1;
  }
  return { multiplier: Number((1n << 60n) / squareRoot(scaled)), shift: 36 - half };
}

function runChannelNorm(op: ChannelNormOperation, context: RunContext): void {
  const x = context.values(op.input);
  const y = context.values(op.output);
  const { channels } = op;
  for (let from = 0; from < op.places * channels; from += channels) {
    let sum = 0;
    let squares = 0;
    for (let c = 0; c < channels; c += 1) {
      const value = x[from + c] as number;
      sum += value;
      squares += value * value;
    }
    const { multiplier, shift } = inverseRoot((channels * squares - sum * sum) * 256 + op.epsilon);
    for (let c = 0; c < channels; c += 1) {
      const distance = channels * (x[from + c] as number) - sum;
      const z = scaledDistance(distance, multiplier, shift);
      const value = z * (op.gamma[c] as number) + (op.beta[c] as number) * 65_536;
      y[from + c] = clamp(Math.floor((value + 2 ** (op.shift - 1)) / 2 ** op.shift), -128, 127);
    }
  }
}

/** A small shift means a small variance, and then a small distance: the product is exact in a double. */
export function scaledDistance(distance: number, multiplier: number, shift: number): number {
  if (shift >= 17) return multiplyRound(distance, multiplier, shift);
  return Math.floor((distance * multiplier + 2 ** (shift - 1)) / 2 ** shift);
}

export const channelNormKernel: IntegerKernel<ChannelNormOperation> = {
  inputs: (op) => [op.input],
  run: runChannelNorm,
  overlaps: (op) => [{ input: op.input, gap: 0 }],
};
