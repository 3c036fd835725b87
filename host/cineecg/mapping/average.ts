/** Averages of maps: over beats, methods, transforms or draws of noise. An average is never given without its spread. */

export interface Averaged {
  readonly mean: readonly number[];
  /** Sample standard deviation; 0 of a single map. */
  readonly spread: readonly number[];
}

/** Region by region over maps of one length. */
export function meanAndSpread(maps: readonly (readonly number[])[]): Averaged {
  const regions = maps[0]?.map((_score, region) => maps.map((map) => map[region] ?? 0)) ?? [];
  const mean = (values: readonly number[]): number =>
    values.reduce((a, b) => a + b, 0) / values.length;
  return {
    mean: regions.map(mean),
    spread: regions.map((values) => {
      if (values.length < 2) return 0;
      const middle = mean(values);
      const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
      return Math.sqrt(squares / (values.length - 1));
    }),
  };
}
