/** Bootstrap intervals of areas under the ROC curve: records are drawn, each with all of its classes. */
import { quantile, type Interval } from '../evaluate/statistics.js';
import { seededRandom } from '../records/synthetic/random.js';

const RESAMPLES = 1000;
/** Below it an area says nothing. */
export const LEAST_OF_EACH = 5;

export interface AreaIntervals {
  /** Mean over the classes below. */
  readonly macro: Interval;
  /** Those with enough records of both kinds. */
  readonly classes: Readonly<Record<string, Interval>>;
}

interface Ranked {
  readonly name: string;
  /** Records from the lowest score to the highest, and where each run of equal scores ends. */
  readonly order: Int32Array;
  readonly ends: Int32Array;
  readonly truth: readonly boolean[];
}

/**
 * @param scores by record, one value for each class in the order of `truth`
 * @returns undefined where no class has LEAST_OF_EACH records with and without it
 */
export function areaIntervals(
  scores: readonly ArrayLike<number>[],
  truth: ReadonlyMap<string, readonly boolean[]>,
  seed = 1,
): AreaIntervals | undefined {
  const ranked = [...truth].flatMap(([name, labels], c) => {
    const positives = labels.filter(Boolean).length;
    if (Math.min(positives, labels.length - positives) < LEAST_OF_EACH) return [];
    return [
      rank(
        name,
        Float64Array.from(scores, (row) => row[c] ?? NaN),
        labels,
      ),
    ];
  });
  if (ranked.length === 0) return undefined;
  const once = new Int32Array(scores.length).fill(1);
  const estimates = ranked.map((one) => weightedArea(one, once));
  const random = seededRandom(seed, 'areas');
  const drawn = ranked.map((): number[] => []);
  const macros: number[] = [];
  const counts = new Int32Array(scores.length);
  for (let k = 0; k < RESAMPLES; k += 1) {
    counts.fill(0);
    for (let i = 0; i < counts.length; i += 1) {
      const at = Math.floor(random.uniform() * counts.length);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    const areas = ranked.map((one) => weightedArea(one, counts));
    // A draw without one kind of a class has no area of it.
    if (areas.some(Number.isNaN)) continue;
    areas.forEach((area, c) => drawn[c]?.push(area));
    macros.push(mean(areas));
  }
  return {
    macro: interval(mean(estimates), macros),
    classes: Object.fromEntries(
      ranked.map(({ name }, c) => [name, interval(estimates[c] ?? NaN, drawn[c] ?? [])]),
    ),
  };
}

function rank(name: string, scores: Float64Array, truth: readonly boolean[]): Ranked {
  const order = Int32Array.from(scores.keys()).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  const ends: number[] = [];
  order.forEach((record, at) => {
    const next = order[at + 1];
    if (next === undefined || scores[next] !== scores[record]) ends.push(at + 1);
  });
  return { name, order, ends: Int32Array.from(ends), truth };
}

/** Area where each record counts as often as its weight says. */
function weightedArea({ order, ends, truth }: Ranked, weights: Int32Array): number {
  let below = 0;
  let positives = 0;
  let wins = 0;
  let at = 0;
  for (const end of ends) {
    let positive = 0;
    let negative = 0;
    for (; at < end; at += 1) {
      const record = order[at] ?? 0;
      if (truth[record] === true) positive += weights[record] ?? 0;
      else negative += weights[record] ?? 0;
    }
    wins += positive * (below + negative / 2);
    below += negative;
    positives += positive;
  }
  return wins / (positives * below);
}

function interval(estimate: number, drawn: readonly number[]): Interval {
  return { estimate, low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) };
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
