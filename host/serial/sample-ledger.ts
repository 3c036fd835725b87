import type { GapEvent } from '../stream/events.js';

export interface SampleAccount {
  delivered: number;
  /** The device sent them, or should have; they did not arrive. */
  lostOnLink: number;
  /** The device itself says that it left them out. */
  droppedByDevice: number;
  /** Came again, or behind their time: not delivered twice. */
  repeated: number;
}

export interface Admission {
  readonly gaps: readonly GapEvent[];
  /** Samples at the head of the run that were delivered before. */
  readonly skip: number;
}

/**
 * Keeps the books of the sample axis: delivered + lost + dropped = sent, to the sample. Indices wrap at 2^32.
 * A gap that the device partly owns up to is told as two, the device's part first: which came first is not known.
 */
export class SampleLedger {
  readonly account: SampleAccount = {
    delivered: 0,
    lostOnLink: 0,
    droppedByDevice: 0,
    repeated: 0,
  };

  private expected: number | undefined;
  private deviceDropped = 0;
  /** Drops that the device has counted and no gap has shown yet. */
  private unplaced = 0;
  private counterKnown: boolean;

  constructor(expectedFirstSampleIndex?: number) {
    this.expected = expectedFirstSampleIndex;
    this.counterKnown = expectedFirstSampleIndex !== undefined;
  }

  /** The device has started anew: its indices and counters begin at 0. */
  restart(): void {
    this.expected = 0;
    this.deviceDropped = 0;
    this.unplaced = 0;
    this.counterKnown = true;
  }

  /** A run of samples and the device's drop counter as it was before them. */
  admit(firstSampleIndex: number, sampleCount: number, samplesDropped: number): Admission {
    this.noteDropped(samplesDropped);
    const expected = this.expected ?? firstSampleIndex;
    const ahead = (firstSampleIndex - expected) | 0;
    const skip = Math.min(sampleCount, Math.max(0, -ahead));
    const gaps = ahead > 0 ? this.gap(expected, ahead) : [];
    this.account.repeated += skip;
    this.account.delivered += sampleCount - skip;
    this.expected =
      ahead < 0 && skip === sampleCount ? expected : (firstSampleIndex + sampleCount) >>> 0;
    return { gaps, skip };
  }

  /** The drop counter from a STATUS. */
  noteDropped(samplesDropped: number): void {
    // A host that attaches later did not see the gaps of earlier drops.
    if (this.counterKnown) {
      const more = (samplesDropped - this.deviceDropped) | 0;
      if (more <= 0) return;
      this.unplaced += more;
    }
    this.deviceDropped = samplesDropped;
    this.counterKnown = true;
  }

  /** The record has ended after `sampleCount` samples: what is still missing never comes. */
  finish(sampleCount: number): readonly GapEvent[] {
    if (this.expected === undefined) return [];
    const missing = (sampleCount - this.expected) | 0;
    if (missing <= 0) return [];
    const gaps = this.gap(this.expected, missing);
    this.expected = sampleCount;
    return gaps;
  }

  private gap(firstSampleIndex: number, sampleCount: number): GapEvent[] {
    const device = Math.min(sampleCount, this.unplaced);
    const link = sampleCount - device;
    this.unplaced -= device;
    this.account.droppedByDevice += device;
    this.account.lostOnLink += link;
    const gaps: GapEvent[] = [];
    if (device > 0) {
      gaps.push({ kind: 'gap', firstSampleIndex, sampleCount: device, cause: 'device' });
    }
    if (link > 0) {
      const linkFirst = (firstSampleIndex + device) >>> 0;
      gaps.push({ kind: 'gap', firstSampleIndex: linkFirst, sampleCount: link, cause: 'link' });
    }
    return gaps;
  }
}
