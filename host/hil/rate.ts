/** The rate of a sampled axis by the device's own clock. */

/** When a sample was taken, in ticks that wrap at 2^32. */
export interface TimedSample {
  readonly sampleIndex: number;
  readonly tick: number;
}

/**
 * Slope of sample index over time by least squares, so that the jitter of single frames averages out.
 * @returns hertz; NaN for fewer than two moments
 */
export function sampleRate(samples: readonly TimedSample[], ticksPerSecond: number): number {
  const [first] = samples;
  if (first === undefined || samples.length < 2) return NaN;
  let seconds = 0;
  let before = first.tick;
  const points = samples.map(({ sampleIndex, tick }) => {
    seconds += ((tick - before) >>> 0) / ticksPerSecond;
    before = tick;
    return { seconds, index: sampleIndex - first.sampleIndex };
  });
  const mean = (of: (point: { seconds: number; index: number }) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const meanSeconds = mean((point) => point.seconds);
  const meanIndex = mean((point) => point.index);
  const covariance = mean((p) => (p.seconds - meanSeconds) * (p.index - meanIndex));
  const variance = mean((p) => (p.seconds - meanSeconds) ** 2);
  return variance > 0 ? covariance / variance : NaN;
}
