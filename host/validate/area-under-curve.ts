/**
 * Area under the ROC curve: the share of (positive, negative) pairs in which the positive scores higher, ties counted half
 * (Mann–Whitney). NaN where one of the two is empty.
 */
export function areaUnderCurve(scores: ArrayLike<number>, truth: readonly boolean[]): number {
  const order = Array.from(truth, (_, i) => i).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  const positives = truth.filter(Boolean).length;
  let rankSum = 0;
  for (let first = 0; first < order.length;) {
    const score = scores[order[first] ?? 0];
    let end = first;
    while (end < order.length && scores[order[end] ?? 0] === score) end += 1;
    // Equal scores share the mean of their ranks, which count from 1.
    const rank = (first + 1 + end) / 2;
    for (let i = first; i < end; i += 1) if (truth[order[i] ?? 0] === true) rankSum += rank;
    first = end;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (truth.length - positives));
}

/** Per-class areas and their mean. */
export interface ClassAreas {
  readonly macro: number;
  readonly classes: Readonly<Record<string, number>>;
}

/** @param scores by record, one value for each class in the order of `truth` */
export function classAreas(
  scores: readonly ArrayLike<number>[],
  truth: ReadonlyMap<string, readonly boolean[]>,
): ClassAreas {
  const classes = Object.fromEntries(
    [...truth].map(([name, labels], c) => [
      name,
      areaUnderCurve(
        scores.map((row) => row[c] ?? NaN),
        labels,
      ),
    ]),
  );
  const values = Object.values(classes);
  return { macro: values.reduce((a, b) => a + b, 0) / values.length, classes };
}
