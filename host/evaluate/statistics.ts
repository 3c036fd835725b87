/** Summaries, intervals and tests of paired results. Seeded: the same results give the same interval. */
import { seededRandom } from '../records/synthetic/random.js';

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Linear between neighbours; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const [low = Number.NaN, high = low] = [sorted[below], sorted[Math.ceil(place)]];
  return low + (place - below) * (high - low);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;

/**
 * 95 % percentile bootstrap of the mean. Given the differences of pairs, this is the paired bootstrap: cases are drawn, each with
 * both of its results.
 */
export function bootstrapMean(values: readonly number[], seed = 1): Interval {
  const random = seededRandom(seed, 'bootstrap');
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let k = 0; k < values.length; k += 1) {
      sum += values[Math.floor(random.uniform() * values.length)] ?? 0;
    }
    return sum / values.length;
  });
  return { estimate: mean(values), low: quantile(means, 0.025), high: quantile(means, 0.975) };
}

/** Ranks from 1; ties share their mean rank. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const result = new Array<number>(values.length).fill(0);
  for (let begin = 0; begin < order.length;) {
    let end = begin + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[begin] ?? 0]) end += 1;
    for (let at = begin; at < end; at += 1) result[order[at] ?? 0] = (begin + 1 + end) / 2;
    begin = end;
  }
  return result;
}

export function pearson(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [index, value] of a.entries()) {
    const [da, db] = [value - meanA, (b[index] ?? 0) - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

export function spearman(a: readonly number[], b: readonly number[]): number {
  return pearson(ranks(a), ranks(b));
}

/**
 * Wilcoxon's signed-rank test of paired differences, two-sided, by the normal approximation with ties corrected; zeros are left out
 * (as Wilcoxon did). Meant for some tens of pairs and more.
 */
export function wilcoxon(differences: readonly number[]): {
  readonly pairs: number;
  readonly positiveRankSum: number;
  readonly p: number;
} {
  const nonZero = differences.filter((difference) => difference !== 0);
  const n = nonZero.length;
  if (n === 0) return { pairs: 0, positiveRankSum: 0, p: 1 };
  const own = ranks(nonZero.map(Math.abs));
  const positiveRankSum = own.reduce(
    (sum, rank, index) => sum + ((nonZero[index] ?? 0) > 0 ? rank : 0),
    0,
  );
  const ties = new Map<number, number>();
  for (const rank of own) ties.set(rank, (ties.get(rank) ?? 0) + 1);
  const tied = [...ties.values()].reduce((sum, count) => sum + count ** 3 - count, 0);
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - tied / 48;
  const z = (Math.abs(positiveRankSum - (n * (n + 1)) / 4) - 0.5) / Math.sqrt(variance);
  return { pairs: n, positiveRankSum, p: Math.min(1, 2 * upperTail(Math.max(0, z))) };
}

/** 1 − Φ(z) for z ≥ 0 (Abramowitz and Stegun 7.1.26, error below 1.5e-7). */
function upperTail(z: number): number {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return (polynomial * Math.exp(-x * x)) / 2;
}
