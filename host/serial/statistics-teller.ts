/** Tells now and then how a link does: counts as they are, rates since the last time. */
import type { LinkStatisticsEvent } from '../stream/events.js';
import type { LinkStatistics } from './link.js';

export class StatisticsTeller {
  private beforeMs: number | undefined;
  private bytes = 0;
  private samples = 0;

  constructor(private readonly everyMs: number) {}

  /** Undefined while it is not time. */
  tick(nowMs: number, read: () => LinkStatistics): LinkStatisticsEvent | undefined {
    const passedMs = nowMs - (this.beforeMs ?? nowMs);
    if (this.beforeMs !== undefined && passedMs < this.everyMs) return undefined;
    const statistics = read();
    const { samples, frames, clock, budget } = statistics;
    const bytesPerS = ((statistics.bytesReceived - this.bytes) * 1000) / passedMs;
    const samplesPerS = ((samples.delivered - this.samples) * 1000) / passedMs;
    const first = this.beforeMs === undefined;
    this.beforeMs = nowMs;
    this.bytes = statistics.bytesReceived;
    this.samples = samples.delivered;
    if (first) return undefined;
    return {
      kind: 'link-statistics',
      bytesPerS,
      samplesPerS,
      samplesDelivered: samples.delivered,
      samplesLostOnLink: samples.lostOnLink,
      samplesDroppedByDevice: samples.droppedByDevice,
      crcErrors: frames.crcErrors,
      damagedFrames: frames.crcErrors + frames.cobsErrors + frames.oversize,
      resyncs: frames.resyncs,
      driftPpm: clock?.driftPpm ?? null,
      driftBoundPpm: clock?.driftBoundPpm ?? null,
      roundTripMs: clock?.roundTripMs ?? null,
      lineShare: budget?.share ?? null,
    };
  }
}
