/** Scores against a known place or time. Pure; every figure has its chance level beside it. */

/** Coronary territories of the AHA segments (usual distribution), the right ventricle apart. */
const TERRITORIES: Readonly<Record<string, readonly number[]>> = {
  LAD: [1, 2, 7, 8, 13, 14, 17],
  RCA: [3, 4, 9, 10, 15],
  LCX: [5, 6, 11, 12, 16],
  RV: [18, 19, 20, 21],
};

/** @param segment 1…21 */
export function territoryOf(segment: number): string {
  return Object.entries(TERRITORIES).find(([, own]) => own.includes(segment))?.[0] ?? 'none';
}

/** The territory that holds most of the segments; the one named first among equals. */
export function mainTerritory(segments: readonly number[]): string {
  const counted = Object.keys(TERRITORIES).map((name) => ({
    name,
    count: segments.filter((segment) => territoryOf(segment) === name).length,
  }));
  return counted.reduce((a, b) => (b.count > a.count ? b : a)).name;
}

/** Indices from the highest score down; equal scores in the order they come, NaN last. */
export function ranking(scores: ArrayLike<number>): number[] {
  const value = (index: number): number => {
    const score = scores[index] ?? Number.NaN;
    return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
  };
  return Array.from({ length: scores.length }, (_, index) => index).sort(
    (a, b) => value(b) - value(a) || a - b,
  );
}

/** Whether one of the k best is true. */
export function isAmongBest(
  scores: ArrayLike<number>,
  isTrue: (index: number) => boolean,
  k: number,
): boolean {
  return ranking(scores).slice(0, k).some(isTrue);
}

/** 2 |A ∩ B| / (|A| + |B|); 1 of two empty sets. */
export function dice(a: ArrayLike<boolean>, b: ArrayLike<boolean>): number {
  let [both, sum] = [0, 0];
  for (let i = 0; i < a.length; i += 1) {
    if (a[i] === true) sum += 1;
    if (b[i] === true) sum += 1;
    if (a[i] === true && b[i] === true) both += 1;
  }
  return sum === 0 ? 1 : (2 * both) / sum;
}

/** As many of the highest scores as there are true ones, against the truth. Both sets then have one size, so Dice is a share. */
export function diceAtTruthCoverage(scores: ArrayLike<number>, truth: readonly boolean[]): number {
  const size = truth.filter(Boolean).length;
  const chosen = new Set(ranking(scores).slice(0, size));
  return dice(
    truth.map((_, index) => chosen.has(index)),
    truth,
  );
}

/** What a random mask of coverage q scores on average against a truth of coverage p: 2pq/(p + q). */
export function chanceDice(p: number, q: number): number {
  return p + q === 0 ? 1 : (2 * p * q) / (p + q);
}

/** Area under the ROC curve; ties count half. undefined when all or none is true. */
export function areaUnderRoc(
  scores: ArrayLike<number>,
  truth: readonly boolean[],
): number | undefined {
  const positives = truth.filter(Boolean).length;
  const negatives = truth.length - positives;
  if (positives === 0 || negatives === 0) return undefined;
  const order = ranking(scores).reverse();
  let rankSum = 0;
  for (let begin = 0; begin < order.length;) {
    let end = begin + 1;
    const value = scores[order[begin] ?? 0] ?? 0;
    while (end < order.length && (scores[order[end] ?? 0] ?? 0) === value) end += 1;
    const meanRank = (begin + 1 + end) / 2;
    for (let at = begin; at < end; at += 1) if (truth[order[at] ?? 0] === true) rankSum += meanRank;
    begin = end;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Area under precision over recall, by average precision; ties in the order they come. undefined when none is true. */
export function averagePrecision(
  scores: ArrayLike<number>,
  truth: readonly boolean[],
): number | undefined {
  const positives = truth.filter(Boolean).length;
  if (positives === 0) return undefined;
  let [found, sum] = [0, 0];
  for (const [rank, index] of ranking(scores).entries()) {
    if (truth[index] !== true) continue;
    found += 1;
    sum += found / (rank + 1);
  }
  return sum / positives;
}

/** Dice of the k best against the truth, for k = 1 … n. */
export function diceByCoverage(scores: ArrayLike<number>, truth: readonly boolean[]): number[] {
  const positives = truth.filter(Boolean).length;
  let found = 0;
  return ranking(scores).map((index, k) => {
    if (truth[index] === true) found += 1;
    return (2 * found) / (k + 1 + positives);
  });
}
