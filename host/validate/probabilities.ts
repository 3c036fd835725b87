/** Whether probabilities mean what they say, and what calling at an operating point gets right. */
import { quantile } from '../evaluate/statistics.js';

const BINS = 10;
/** Of a 95 % interval. */
const Z = 1.96;

export interface Share {
  readonly share: number;
  readonly of: number;
  readonly low: number;
  readonly high: number;
}

export interface ClassProbabilities {
  readonly expectedCalibrationError: number;
  readonly operatingPoint: number;
  readonly sensitivity: Share;
  readonly specificity: Share;
  readonly positivePredictiveValue: Share;
}

export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** Bins of equal width (Guo et al., ICML 2017): mean distance of the mean probability from the share of positives. */
export function expectedCalibrationError(
  probabilities: readonly number[],
  truth: readonly boolean[],
): number {
  const excess = new Float64Array(BINS);
  probabilities.forEach((probability, index) => {
    const bin = Math.min(BINS - 1, Math.floor(probability * BINS));
    excess[bin] = (excess[bin] ?? 0) + probability - (truth[index] === true ? 1 : 0);
  });
  return excess.reduce((sum, value) => sum + Math.abs(value), 0) / probabilities.length;
}

export function classProbabilities(
  probabilities: readonly number[],
  truth: readonly boolean[],
  operatingPoint: number,
): ClassProbabilities {
  const count = (called: boolean, has: boolean): number =>
    probabilities.filter(
      (probability, i) => probability >= operatingPoint === called && (truth[i] === true) === has,
    ).length;
  const [hits, misses] = [count(true, true), count(false, true)];
  const [falseCalls, rejections] = [count(true, false), count(false, false)];
  return {
    expectedCalibrationError: expectedCalibrationError(probabilities, truth),
    operatingPoint,
    sensitivity: wilson(hits, hits + misses),
    specificity: wilson(rejections, rejections + falseCalls),
    positivePredictiveValue: wilson(hits, hits + falseCalls),
  };
}

/** Wilson's score interval (J Am Stat Assoc 22:209, 1927): stays within 0 and 1 for few cases. */
function wilson(successes: number, of: number): Share {
  const share = successes / of;
  const centre = (share + (Z * Z) / (2 * of)) / (1 + (Z * Z) / of);
  const half =
    (Z / (1 + (Z * Z) / of)) * Math.sqrt((share * (1 - share)) / of + (Z / (2 * of)) ** 2);
  return { share, of, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

export interface CoveragePoint {
  readonly coverage: number;
  readonly records: number;
  /** Share of wrong calls over all classes of the records that are answered. */
  readonly error: number;
}

const COVERAGES = [1, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5] as const;

/**
 * Error among the records that are answered when the least certain ones are not.
 * @param doubt of each record; the lowest are answered first
 * @param wrong share of each record's classes that are called wrongly
 */
export function coverageCurve(
  doubt: readonly number[],
  wrong: readonly number[],
): readonly CoveragePoint[] {
  return COVERAGES.map((coverage) => {
    const limit = quantile(doubt, coverage);
    const answered = wrong.filter((_, index) => (doubt[index] ?? Infinity) <= limit);
    return {
      coverage,
      records: answered.length,
      error: answered.reduce((sum, value) => sum + value, 0) / answered.length,
    };
  });
}
