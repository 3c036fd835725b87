export interface Quantiles {
  readonly count: number;
  readonly median: number;
  readonly p99: number;
  readonly most: number;
}

/** NaN where there is nothing. */
export function quantiles(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  return { count: sorted.length, median: at(0.5), p99: at(0.99), most: at(1) };
}
