/** One second of the device's clock at 500 Hz. */
const BIN_SAMPLES = 500;
const BINS = 60;

/** Samples lost over the last minute of the device's clock. */
export class LossWindow {
  private readonly bins = new Map<number, { received: number; lost: number }>();

  received(firstSampleIndex: number, count: number): void {
    this.add(firstSampleIndex, count, 'received');
  }

  lost(firstSampleIndex: number, count: number): void {
    this.add(firstSampleIndex, count, 'lost');
  }

  clear(): void {
    this.bins.clear();
  }

  /** 0…1; undefined before anything came. */
  share(): number | undefined {
    let received = 0;
    let lost = 0;
    for (const bin of this.bins.values()) {
      received += bin.received;
      lost += bin.lost;
    }
    return received + lost === 0 ? undefined : lost / (received + lost);
  }

  private add(first: number, count: number, what: 'received' | 'lost'): void {
    const end = first + count;
    // Of a very long gap only the last minute counts.
    for (let at = Math.max(first, end - BIN_SAMPLES * BINS); at < end;) {
      const number = Math.floor(at / BIN_SAMPLES);
      const binEnd = Math.min(end, (number + 1) * BIN_SAMPLES);
      const bin = this.bins.get(number) ?? { received: 0, lost: 0 };
      bin[what] += binEnd - at;
      this.bins.set(number, bin);
      at = binEnd;
    }
    const newest = Math.floor(Math.max(0, end - 1) / BIN_SAMPLES);
    if (this.bins.size > BINS) {
      for (const number of this.bins.keys()) if (number <= newest - BINS) this.bins.delete(number);
    }
  }
}

const RATE_SPAN_MS = 5000;
/** A shorter span says more about the frames' size than about the rate. */
const RATE_LEAST_MS = 3000;
const BURST_MS = 50;

/** Samples per second of the host's clock, over the last five seconds. */
export class RateMeter {
  private readonly entries: { atMs: number; count: number }[] = [];

  add(count: number, atMs: number): void {
    this.entries.push({ atMs, count });
    this.trim(atMs);
  }

  clear(): void {
    this.entries.length = 0;
  }

  hz(nowMs: number): number | undefined {
    this.trim(nowMs);
    const [oldest] = this.entries;
    if (oldest === undefined || nowMs - oldest.atMs < RATE_LEAST_MS) return undefined;
    // What came with the oldest run, in one burst of a busy page or network, was acquired before that moment:
    // it opens the span and does not count.
    const counted = this.entries.filter((entry) => entry.atMs > oldest.atMs + BURST_MS);
    const count = counted.reduce((sum, entry) => sum + entry.count, 0);
    return (1000 * count) / (nowMs - oldest.atMs);
  }

  private trim(nowMs: number): void {
    while ((this.entries[0]?.atMs ?? nowMs) < nowMs - RATE_SPAN_MS) this.entries.shift();
  }
}
