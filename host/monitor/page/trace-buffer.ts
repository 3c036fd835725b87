import { TWELVE_LEADS } from '../../stream/events.js';

/** III, aVR, aVL, aVF from I and II; order of TWELVE_LEADS. */
export function twelveOf(eight: readonly number[]): number[] {
  const [i = Number.NaN, ii = Number.NaN, ...chest] = eight;
  return [i, ii, ii - i, -(i + ii) / 2, (2 * i - ii) / 2, (2 * ii - i) / 2, ...chest.slice(0, 6)];
}

/**
 * The newest `capacity` samples of twelve leads on the device's sample axis. A sample that never came is NaN, so that no
 * drawing can join across it.
 */
export class TraceBuffer {
  /** One past the newest sample that came or is known missing. */
  end = 0;
  /** First sample since the buffer was last cleared. */
  private start = 0;
  private empty = true;
  private readonly leads: readonly Float32Array[];

  constructor(readonly capacity: number) {
    this.leads = TWELVE_LEADS.map(() => new Float32Array(capacity).fill(Number.NaN));
  }

  get first(): number {
    return Math.max(this.start, this.end - this.capacity);
  }

  clear(): void {
    this.empty = true;
    this.start = this.end = 0;
  }

  /** `microvolt[lead 8][i]`; a jump ahead is filled as missing, a jump far back starts anew. */
  append(firstSampleIndex: number, microvolt: readonly (readonly number[])[]): void {
    const count = microvolt[0]?.length ?? 0;
    this.reach(firstSampleIndex);
    for (let i = Math.max(0, count - this.capacity); i < count; i += 1) {
      const twelve = twelveOf(microvolt.map((lead) => lead[i] ?? Number.NaN));
      this.leads.forEach((lead, l) => {
        lead[(firstSampleIndex + i) % this.capacity] = twelve[l] ?? Number.NaN;
      });
    }
    this.end = Math.max(this.end, firstSampleIndex + count);
  }

  markMissing(firstSampleIndex: number, count: number): void {
    this.reach(firstSampleIndex);
    const end = firstSampleIndex + count;
    this.fillMissing(firstSampleIndex, end);
    this.end = Math.max(this.end, end);
  }

  /** Microvolt, NaN when missing or out of reach. */
  at(lead: number, sampleIndex: number): number {
    if (sampleIndex < this.first || sampleIndex >= this.end) return Number.NaN;
    return this.leads[lead]?.[sampleIndex % this.capacity] ?? Number.NaN;
  }

  private reach(firstSampleIndex: number): void {
    if (this.empty || firstSampleIndex < this.end - this.capacity) {
      this.empty = false;
      this.start = this.end = firstSampleIndex;
    } else if (firstSampleIndex > this.end) {
      this.fillMissing(this.end, firstSampleIndex);
      this.end = firstSampleIndex;
    } else if (firstSampleIndex < this.start) {
      this.fillMissing(firstSampleIndex, this.start);
      this.start = firstSampleIndex;
    }
  }

  private fillMissing(from: number, end: number): void {
    for (let i = Math.max(from, end - this.capacity); i < end; i += 1) {
      for (const lead of this.leads) lead[i % this.capacity] = Number.NaN;
    }
  }
}
