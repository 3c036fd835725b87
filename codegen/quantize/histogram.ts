/** Bins on each side of zero. */
const HALF = 1024;

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
    const reach = Math.max(this.most, -this.least);
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

  /**
   * The clipping range whose int8 quantisation has the least mean square error: a rare large value is worth clipping
   * when the finer step gains more elsewhere. Always contains zero, which padding and ReLU need exact.
   */
  bestRange(steps = 255): { readonly low: number; readonly high: number } {
    let best = { low: this.least, high: this.most, error: Infinity };
    for (let share = 1; share > 0.3; share -= 0.02) {
      const low = this.least * share;
      const high = this.most * share;
      const error = this.quantisationError(low, high, steps);
      if (error < best.error) best = { low, high, error };
    }
    return { low: best.low, high: best.high };
  }

  private quantisationError(low: number, high: number, steps: number): number {
    const step = (high - low) / steps;
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
