/** Bins on each side of zero: clipping to a sixteenth of the largest value still leaves one for each int8 step. */
const HALF = 4096;
const INT8_STEPS = 255;

/** How a clipping range follows from the values seen. */
export const RANGE_RULES = [
  'min-max',
  'percentile 99.999',
  'percentile 99.99',
  'percentile 99.9',
  'mean square error',
  'entropy',
] as const;
export type RangeRule = (typeof RANGE_RULES)[number];

export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * Distribution of a tensor's values over many records in bounded memory: the range doubles, and bins merge, when a
 * larger value comes.
 */
export class Histogram {
  private limit = 0;
  private readonly bins = new Float64Array(2 * HALF);
  private least = 0;
  private most = 0;

  add(values: Float32Array | Float64Array): void {
    for (const value of values) {
      if (value < this.least) this.least = value;
      if (value > this.most) this.most = value;
    }
    const reach = this.magnitude();
    if (reach === 0) {
      this.bins[HALF] = (this.bins[HALF] ?? 0) + values.length;
      return;
    }
    if (this.limit === 0) this.limit = reach;
    while (reach > this.limit) this.widen();
    const scale = HALF / this.limit;
    for (const value of values) {
      const bin = Math.min(2 * HALF - 1, Math.max(0, Math.floor(value * scale) + HALF));
      this.bins[bin] = (this.bins[bin] ?? 0) + 1;
    }
  }

  /** Largest magnitude seen. */
  magnitude(): number {
    return Math.max(this.most, -this.least);
  }

  /** Every range contains zero, which padding and ReLU need exact. */
  range(rule: RangeRule): Range {
    switch (rule) {
      case 'min-max':
        return { low: this.least, high: this.most };
      case 'percentile 99.999':
        return this.percentile(0.999_99);
      case 'percentile 99.99':
        return this.percentile(0.999_9);
      case 'percentile 99.9':
        return this.percentile(0.999);
      case 'mean square error':
        return this.leastCost((low, high) => this.meanSquareError(low, high));
      case 'entropy':
        return this.leastCost((low, high) => this.divergence(low, high));
    }
  }

  /** Leaves out half of the other values at either end. */
  private percentile(share: number): Range {
    const tail = ((1 - share) / 2) * this.bins.reduce((a, b) => a + b, 0);
    const edge = (bin: number): number => ((bin - HALF) * this.limit) / HALF;
    let low = 0;
    for (let below = 0; low < 2 * HALF; low += 1) {
      below += this.bins[low] ?? 0;
      if (below > tail) break;
    }
    let high = 2 * HALF;
    for (let above = 0; high > 0; high -= 1) {
      above += this.bins[high - 1] ?? 0;
      if (above > tail) break;
    }
    return {
      low: Math.max(this.least, Math.min(0, edge(low))),
      high: Math.min(this.most, Math.max(0, edge(high))),
    };
  }

  /** Scans magnitudes to clip at, down to where an int8 step is one bin wide. */
  private leastCost(cost: (low: number, high: number) => number): Range {
    const reach = this.magnitude();
    let best = { low: this.least, high: this.most, cost: cost(this.least, this.most) };
    for (let share = 0.97; share > 1 / 16; share *= 0.97) {
      const low = Math.max(this.least, -share * reach);
      const high = Math.min(this.most, share * reach);
      const here = cost(low, high);
      if (here < best.cost) best = { low, high, cost: here };
    }
    return { low: best.low, high: best.high };
  }

  private meanSquareError(low: number, high: number): number {
    const step = (high - low) / INT8_STEPS;
    let error = 0;
    for (let bin = 0; bin < this.bins.length; bin += 1) {
      const count = this.bins[bin] ?? 0;
      if (count === 0) continue;
      const value = ((bin - HALF + 0.5) * this.limit) / HALF;
      const excess = Math.max(0, low - value, value - high);
      // Inside the range the error is uniform over one step: variance step²/12.
      error += count * (excess > 0 ? excess * excess : (step * step) / 12);
    }
    return error;
  }

  /**
   * Kullback–Leibler divergence from the clipped distribution to what int8 steps leave of the unclipped one (S. Migacz, 8-bit
   * inference with TensorRT, GTC 2017): each step spreads its mass evenly over the bins in it that hold any.
   */
  private divergence(low: number, high: number): number {
    const binOf = (value: number): number =>
      Math.min(2 * HALF - 1, Math.max(0, Math.floor((value * HALF) / this.limit) + HALF));
    if (this.limit === 0) return 0;
    const [first, last] = [binOf(low), binOf(high)];
    const clipped = this.bins.slice(first, last + 1);
    const inside = clipped.slice();
    const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
    clipped[0] = (clipped[0] ?? 0) + sum(this.bins.subarray(0, first));
    clipped[clipped.length - 1] =
      (clipped[clipped.length - 1] ?? 0) + sum(this.bins.subarray(last + 1));
    const total = sum(clipped);
    const kept = sum(inside);
    if (kept === 0) return Infinity;
    let divergence = 0;
    for (let step = 0; step < INT8_STEPS; step += 1) {
      const from = Math.floor((step * clipped.length) / INT8_STEPS);
      const to = Math.floor(((step + 1) * clipped.length) / INT8_STEPS);
      const filled = inside.subarray(from, to).filter((count) => count > 0).length;
      const even = filled === 0 ? 0 : sum(inside.subarray(from, to)) / filled / kept;
      for (let bin = from; bin < to; bin += 1) {
        const p = (clipped[bin] ?? 0) / total;
        if (p === 0) continue;
        // A bin that only clipping filled: the least mass that a value could have had.
        const q = (inside[bin] ?? 0) > 0 ? even : 1 / (kept + total);
        divergence += p * Math.log(p / q);
      }
    }
    return divergence;
  }

  private widen(): void {
    const old = this.bins.slice();
    this.bins.fill(0);
    old.forEach((count, bin) => {
      const to = HALF + Math.floor((bin - HALF) / 2);
      this.bins[to] = (this.bins[to] ?? 0) + count;
    });
    this.limit *= 2;
  }
}
