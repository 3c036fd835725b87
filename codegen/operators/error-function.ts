/** Beyond this |x| the error function is ±1 in double precision. */
const SATURATED = 6;
/** Below it the Taylor series converges without losing more than three digits to cancellation. */
const SERIES_MOST = 2.5;
const FRACTION_TERMS = 60;

/** erf(x) to about 1e-13: Taylor series near zero, continued fraction of erfc further out (Abramowitz & Stegun 7.1.5, 7.1.14). */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (Number.isNaN(x) || magnitude > SATURATED) return Number.isNaN(x) ? NaN : Math.sign(x);
  if (magnitude < SERIES_MOST) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n += 1) {
      term *= -(x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = magnitude;
  for (let n = FRACTION_TERMS; n >= 1; n -= 1) fraction = magnitude + n / 2 / fraction;
  const complement = Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
  return Math.sign(x) * (1 - complement);
}
