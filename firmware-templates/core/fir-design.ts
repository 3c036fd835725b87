/**
 * Linear-phase low-pass filters as windowed sinc with a Kaiser window (J. F. Kaiser, "Nonrecursive digital filter design using the
 * I0-sinh window function", 1974), in Q15.
 */

const Q15_ONE = 32768;

export interface LowpassDesign {
  /** Odd: the delay is a whole number of samples, (tapCount − 1) / 2. */
  readonly tapCount: number;
  readonly sampleRateHz: number;
  /** Where the gain is one half (−6 dB). */
  readonly cutHz: number;
  /** The transition is (A − 8) / (2.285 · 2π · (tapCount − 1)) · rate wide. */
  readonly stopbandDb: number;
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** Kaiser's formulas for 21 to 50 dB, and above. */
function kaiserBeta(stopbandDb: number): number {
  return stopbandDb > 50
    ? 0.1102 * (stopbandDb - 8.7)
    : 0.5842 * (stopbandDb - 21) ** 0.4 + 0.07886 * (stopbandDb - 21);
}

/** Q15 taps, symmetric; their sum is exactly 32768, so that a constant passes unchanged. */
export function lowpassTaps({
  tapCount,
  sampleRateHz,
  cutHz,
  stopbandDb,
}: LowpassDesign): number[] {
  const beta = kaiserBeta(stopbandDb);
  const centre = (tapCount - 1) / 2;
  const cut = cutHz / sampleRateHz;
  const ideal = Array.from({ length: tapCount }, (_, index) => {
    const t = index - centre;
    const sinc = t === 0 ? 2 * cut : Math.sin(2 * Math.PI * cut * t) / (Math.PI * t);
    return sinc * besselI0(beta * Math.sqrt(1 - (t / centre) ** 2));
  });
  const gain = ideal.reduce((sum, tap) => sum + tap, 0);
  const taps = ideal.map((tap) => Math.round((tap / gain) * Q15_ONE));
  const rest = Q15_ONE - taps.reduce((sum, tap) => sum + tap, 0);
  return taps.map((tap, index) => (index === centre ? tap + rest : tap));
}

/** Gain of a symmetric filter at a frequency, its delay taken away; negative where it inverts. */
export function gainAt(taps: readonly number[], hz: number, sampleRateHz: number): number {
  const centre = (taps.length - 1) / 2;
  return taps.reduce(
    (sum, tap, i) =>
      sum + (tap / Q15_ONE) * Math.cos((2 * Math.PI * hz * (i - centre)) / sampleRateHz),
    0,
  );
}

/** Rows of ten numbers, indented, as the inside of a C array. */
export function tapRows(taps: readonly number[]): string[] {
  const rows: string[] = [];
  for (let start = 0; start < taps.length; start += 10) {
    rows.push(`    ${taps.slice(start, start + 10).join(', ')},`);
  }
  return rows;
}
