/** Intervals that the shown heart rate is a mean of. */
const INTERVALS = 8;

/** Mean heart rate of the last RR intervals; the terminal and the page show the same figure. */
export class HeartRateMeter {
  private readonly rrMs: number[] = [];

  /** @param rrMs the interval that ends at a beat; 0 where none is known, which drops what was gathered */
  add(rrMs: number): void {
    if (rrMs > 0) this.rrMs.push(rrMs);
    else this.clear();
    if (this.rrMs.length > INTERVALS) this.rrMs.shift();
  }

  /** Beats per minute; undefined before there is an interval. */
  bpm(): number | undefined {
    if (this.rrMs.length === 0) return undefined;
    return (60_000 * this.rrMs.length) / this.rrMs.reduce((sum, rr) => sum + rr, 0);
  }

  clear(): void {
    this.rrMs.length = 0;
  }
}
