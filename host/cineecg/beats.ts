/** The mean beat: which beats of the window count, and their average around R. */
import { INDEPENDENT_IN_TWELVE, INDEPENDENT_LEAD_COUNT, TWELVE_LEAD_COUNT } from './matrices.js';

export const WINDOW_SAMPLES = 1000;

/** Codes of a window as a network reads them, `[1000][leads]`: twelve leads or the eight independent ones, int8 or int16. */
export type NetworkCodes = Int8Array | Int16Array;

/** 0.8 s at 100 Hz: 0.3 s before R, 0.5 s from R on. */
export const BEAT_SAMPLES = 80;
export const BEAT_R_INDEX = 30;
/** 64 beats in 10 s are 384/min; entries beyond are not read. */
export const MAX_BEATS = 64;

/**
 * Share of an RR interval that belongs to the coming beat, in eighths: 3/8 is what 0.3 s before R are of a cycle of 0.8 s,
 * so that at any rate P stays with its own QRS and T with its own.
 */
const EIGHTHS_BEFORE_R = 3;

export interface BeatSelection {
  /** Window index of each full beat's first sample. */
  readonly first: readonly number[];
  /** The part of the beat that belongs to no neighbour at the window's median RR: [begin, end). */
  readonly rangeBegin: number;
  readonly rangeEnd: number;
}

/** Beats that lie wholly inside the window; `rIndex` ascending, 100 Hz samples. */
export function selectBeats(rIndex: ArrayLike<number>): BeatSelection {
  const marks = Array.from(rIndex).slice(0, MAX_BEATS);
  const first = marks
    .map((r) => r - BEAT_R_INDEX)
    .filter((start) => start >= 0 && start + BEAT_SAMPLES <= WINDOW_SAMPLES);
  const intervals = marks
    .slice(1)
    .map((r, i) => r - (marks[i] ?? 0))
    .filter((rr) => rr > 0)
    .sort((a, b) => a - b);
  const rr = intervals[Math.floor(intervals.length / 2)] ?? BEAT_SAMPLES;
  const before = Math.min(BEAT_R_INDEX, Math.floor((rr * EIGHTHS_BEFORE_R) / 8));
  const after = Math.min(BEAT_SAMPLES - BEAT_R_INDEX, rr - before);
  return { first, rangeBegin: BEAT_R_INDEX - before, rangeEnd: BEAT_R_INDEX + after };
}

/** Integer mean, halves away from zero. */
export function roundedMean(sum: number, count: number): number {
  const rounded = Math.floor((2 * Math.abs(sum) + count) / (2 * count));
  // 0 − 0 is +0 where −0 would be a value that no integer device has.
  return sum < 0 ? 0 - rounded : rounded;
}

/** `[lead 8][t]`, whole microvolt. */
export function meanBeat(microvolt: Int16Array, first: readonly number[]): number[][] {
  return Array.from({ length: INDEPENDENT_LEAD_COUNT }, (_lead, lead) =>
    Array.from({ length: BEAT_SAMPLES }, (_t, t) => {
      const sum = first.reduce(
        (total, start) => total + (microvolt[(start + t) * INDEPENDENT_LEAD_COUNT + lead] ?? 0),
        0,
      );
      return roundedMean(sum, first.length);
    }),
  );
}

/** `[lead 12][t]`: mean over beats of gradient × input, in steps of both scales' product; 0 for leads the network has not. */
export function meanAttribution(
  gradient: Int16Array,
  input: NetworkCodes,
  first: readonly number[],
): number[][] {
  const leads = input.length / WINDOW_SAMPLES;
  return Array.from({ length: TWELVE_LEAD_COUNT }, (_lead, twelve) => {
    const lead =
      leads === TWELVE_LEAD_COUNT ? twelve : INDEPENDENT_IN_TWELVE.findIndex((at) => at === twelve);
    return Array.from({ length: BEAT_SAMPLES }, (_t, t) => {
      if (lead < 0) return 0;
      const sum = first.reduce((total, start) => {
        const at = (start + t) * leads + lead;
        return total + (gradient[at] ?? 0) * (input[at] ?? 0);
      }, 0);
      return sum / first.length;
    });
  });
}
