/** Beats found against beats drawn, as `bxb` of the WFDB software counts them. */

export const MATCH_WINDOW_S = 0.15;

export interface BeatScore {
  readonly found: number;
  readonly missed: number;
  readonly invented: number;
  /** Found minus drawn, milliseconds, of each beat found. */
  readonly errorsMs: readonly number[];
}

/**
 * Pairs each drawn beat with the nearest free found one within 150 ms, nearest pairs first.
 * Outside the first and the last drawn beat nothing is known, and nothing counts.
 * @param drawn @param found ascending sample indices
 */
export function scoreBeats(
  drawn: readonly number[],
  found: readonly number[],
  sampleRateHz: number,
): BeatScore {
  const reach = MATCH_WINDOW_S * sampleRateHz;
  const first = (drawn[0] ?? Number.POSITIVE_INFINITY) - reach;
  const last = (drawn[drawn.length - 1] ?? Number.NEGATIVE_INFINITY) + reach;
  const known = found.filter((at) => at >= first && at <= last);
  const pairs = drawn
    .flatMap((mark, d) => known.map((at, f) => ({ d, f, error: at - mark })))
    .filter(({ error }) => Math.abs(error) <= reach)
    .sort((a, b) => Math.abs(a.error) - Math.abs(b.error));
  const drawnTaken = new Set<number>();
  const foundTaken = new Set<number>();
  const errorsMs: number[] = [];
  for (const { d, f, error } of pairs) {
    if (drawnTaken.has(d) || foundTaken.has(f)) continue;
    drawnTaken.add(d);
    foundTaken.add(f);
    errorsMs.push((1000 * error) / sampleRateHz);
  }
  const right = errorsMs.length;
  return { found: right, missed: drawn.length - right, invented: known.length - right, errorsMs };
}

export function addScores(scores: readonly BeatScore[]): BeatScore {
  const sum = (of: (score: BeatScore) => number): number =>
    scores.reduce((total, score) => total + of(score), 0);
  return {
    found: sum(({ found }) => found),
    missed: sum(({ missed }) => missed),
    invented: sum(({ invented }) => invented),
    errorsMs: scores.flatMap(({ errorsMs }) => errorsMs),
  };
}

export const sensitivity = ({ found, missed }: BeatScore): number => found / (found + missed);
export const precision = ({ found, invented }: BeatScore): number => found / (found + invented);

/** @param share 0.5 is the median */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
