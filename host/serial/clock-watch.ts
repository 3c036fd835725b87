/** Asks a device for its time, in bursts, for as long as its link streams (docs/wire.md, "Time"). */
import type { DeviceMessage, HostMessage } from '../protocol/messages.js';
import { RequestIds } from './ask.js';
import { ClockEstimator, type ClockEstimate } from './clock-estimator.js';

/** LabStreamingLayer's number. */
const EXCHANGES_PER_BURST = 8;
/** An answer that takes longer says nothing of the clock. */
const LATE_MS = 2000;

export class ClockWatch {
  private estimator: ClockEstimator | undefined;
  private readonly ids = new RequestIds();
  private readonly sentMs = new Map<number, number>();
  private asked = 0;
  private nextBurstMs = 0;

  constructor(
    private readonly send: (message: HostMessage) => void,
    private readonly burstEveryMs: number,
  ) {}

  get estimate(): ClockEstimate | undefined {
    return this.estimator?.estimate();
  }

  /** A device with this clock has introduced itself, or started anew. */
  begin(ticksPerSecond: number): void {
    this.estimator = new ClockEstimator(ticksPerSecond);
    this.sentMs.clear();
    this.asked = 0;
    this.nextBurstMs = 0;
  }

  /** One exchange a call, until the burst is whole. */
  tick(nowMs: number): void {
    if (this.estimator === undefined || nowMs < this.nextBurstMs) return;
    if (this.asked < EXCHANGES_PER_BURST) {
      const requestId = this.ids.take();
      this.asked += 1;
      this.sentMs.set(requestId, nowMs);
      this.send({ kind: 'TIME_REQUEST', requestId });
      return;
    }
    const newest = Math.max(...this.sentMs.values());
    if (this.sentMs.size > 0 && nowMs - newest < LATE_MS) return;
    this.estimator.endBurst();
    this.sentMs.clear();
    this.asked = 0;
    this.nextBurstMs = nowMs + this.burstEveryMs;
  }

  accept(message: DeviceMessage, nowMs: number): void {
    if (message.kind !== 'TIME_REPLY') return;
    const sentMs = this.sentMs.get(message.requestId);
    if (sentMs === undefined || !this.sentMs.delete(message.requestId)) return;
    const { receivedTick, sentTick } = message;
    this.estimator?.add({ sentMs, receivedTick, sentTick, arrivedMs: nowMs });
  }
}
