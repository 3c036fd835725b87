/** III, aVR, aVL, aVF from I and II; order of TWELVE_LEADS. */
export function twelveOf(eight: readonly number[]): number[] {
  const [i = Number.NaN, ii = Number.NaN, ...chest] = eight;
  return [i, ii, ii - i, -(i + ii) / 2, (2 * i - ii) / 2, (2 * ii - i) / 2, ...chest.slice(0, 6)];
}

/** Twelve leads on the device's sample axis, as far as they are kept. */
export interface Traces {
  readonly first: number;
  /** One past the newest sample that came or is known missing. */
  readonly end: number;
  /** Microvolt, NaN when missing or out of reach; `lead` in the order of TWELVE_LEADS. */
  at(lead: number, sampleIndex: number): number;
}

/** The wire has no such value. */
const MISSING = -32_768;
const INDEPENDENT = 8;
const [LEAD_I, LEAD_II] = [0, 1];
/** Twelve-lead indices from here on are chest leads: the four limb leads that follow from I and II lie before. */
const FIRST_CHEST = 6;
const DERIVED = 4;

/**
 * The newest `capacity` samples on the device's sample axis. A sample that never came is NaN, so that no drawing can
 * join across it. Two bytes a sample and independent lead: half an hour is 14 MB.
 */
export class TraceBuffer implements Traces {
  end = 0;
  /** First sample since the buffer was last cleared. */
  private start = 0;
  private empty = true;
  private readonly leads: readonly Int16Array[];

  constructor(readonly capacity: number) {
    this.leads = Array.from({ length: INDEPENDENT }, () => new Int16Array(capacity).fill(MISSING));
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
    const from = Math.max(0, count - this.capacity);
    this.leads.forEach((lead, l) => {
      for (let i = from; i < count; i += 1) {
        lead[(firstSampleIndex + i) % this.capacity] = microvolt[l]?.[i] ?? MISSING;
      }
    });
    this.end = Math.max(this.end, firstSampleIndex + count);
  }

  markMissing(firstSampleIndex: number, count: number): void {
    this.reach(firstSampleIndex);
    const end = firstSampleIndex + count;
    this.fillMissing(firstSampleIndex, end);
    this.end = Math.max(this.end, end);
  }

  at(lead: number, sampleIndex: number): number {
    if (lead <= LEAD_II) return this.independent(lead, sampleIndex);
    if (lead >= FIRST_CHEST) return this.independent(lead - DERIVED, sampleIndex);
    const limbs = [
      this.independent(LEAD_I, sampleIndex),
      this.independent(LEAD_II, sampleIndex),
    ] as const;
    return twelveOf(limbs)[lead] ?? Number.NaN;
  }

  /** Microvolt of one of INDEPENDENT_LEADS, NaN when missing or out of reach. */
  independent(lead: number, sampleIndex: number): number {
    if (sampleIndex < this.first || sampleIndex >= this.end) return Number.NaN;
    const value = this.leads[lead]?.[sampleIndex % this.capacity] ?? MISSING;
    return value === MISSING ? Number.NaN : value;
  }

  /** The same samples as they stood when `end` was the newest. */
  until(end: number): Traces {
    const first = (): number => this.first;
    return {
      get first() {
        return Math.min(first(), end);
      },
      end,
      at: (lead, sampleIndex) => (sampleIndex < end ? this.at(lead, sampleIndex) : Number.NaN),
    };
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
      for (const lead of this.leads) lead[i % this.capacity] = MISSING;
    }
  }
}
