/** How alike two attributions of one record are. */

export interface Agreement {
  readonly cosine: number;
  /** Of the ranks of all values, with their signs; equal values share their mean rank. */
  readonly spearman: number;
}

export function agreement(ours: ArrayLike<number>, theirs: ArrayLike<number>): Agreement {
  return {
    cosine: cosine(ours, theirs),
    spearman: cosine(centredRanks(ours), centredRanks(theirs)),
  };
}

/** Of the angle between both; 0 where one is nothing and the other is not. */
function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  if (aa === 0 || bb === 0) return aa === bb ? 1 : 0;
  return ab / Math.sqrt(aa * bb);
}

/** Ranks minus their mean. */
function centredRanks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => (values[a] ?? 0) - (values[b] ?? 0),
  );
  const ranks = new Float64Array(values.length);
  const middle = (values.length - 1) / 2;
  for (let first = 0; first < order.length;) {
    let behind = first + 1;
    const value = values[order[first] ?? 0];
    while (behind < order.length && values[order[behind] ?? 0] === value) behind += 1;
    for (let i = first; i < behind; i += 1)
      ranks[order[i] ?? 0] = (first + behind - 1) / 2 - middle;
    first = behind;
  }
  return ranks;
}
