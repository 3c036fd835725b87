/**
 * A device's clock against this host's, from exchanges of four moments: sent and arrived here, received and answered there. Of each burst the exchange
 * with the shortest way there and back counts, as in LabStreamingLayer: whatever waits, waits longer in the others.
 */
export interface Exchange {
  readonly sentMs: number;
  readonly receivedTick: number;
  readonly sentTick: number;
  readonly arrivedMs: number;
}

export interface ClockEstimate {
  /** Positive where the device's clock is fast. */
  readonly driftPpm: number;
  /** The truth is no further away: half of the round trips at both ends, over the time between. */
  readonly driftBoundPpm: number;
  /** The shortest of the newest burst. */
  readonly roundTripMs: number;
  /** The device's tick, unwrapped, at `atMs` of the host's clock. */
  readonly tick: number;
  readonly atMs: number;
}

interface Point {
  readonly hostMs: number;
  readonly tick: number;
  readonly roundTripMs: number;
}

const WRAP = 2 ** 32;
/** Ten minutes at a burst in ten seconds: long enough to be exact, short enough to follow a crystal that warms. */
const MOST_POINTS = 60;

export class ClockEstimator {
  private readonly points: Point[] = [];
  private best: Point | undefined;

  /** @param ticksPerSecond of HELLO */
  constructor(private readonly ticksPerSecond: number) {}

  add({ sentMs, receivedTick, sentTick, arrivedMs }: Exchange): void {
    const inside = (sentTick - receivedTick) >>> 0;
    const roundTripMs = arrivedMs - sentMs - (inside * 1000) / this.ticksPerSecond;
    if (this.best !== undefined && roundTripMs >= this.best.roundTripMs) return;
    const hostMs = (sentMs + arrivedMs) / 2;
    this.best = { hostMs, tick: this.unwrapped(receivedTick, hostMs) + inside / 2, roundTripMs };
  }

  /** Its best exchange counts; none, and the burst is as if it had not been. */
  endBurst(): void {
    if (this.best === undefined) return;
    this.points.push(this.best);
    if (this.points.length > MOST_POINTS) this.points.shift();
    this.best = undefined;
  }

  /** Undefined before the second burst. */
  estimate(): ClockEstimate | undefined {
    const first = this.points[0];
    const last = this.points.at(-1);
    if (first === undefined || last === undefined || last.hostMs <= first.hostMs) return undefined;
    const ticksPerMs = this.slope(first);
    return {
      driftPpm: ((ticksPerMs * 1000) / this.ticksPerSecond - 1) * 1e6,
      driftBoundPpm:
        ((first.roundTripMs + last.roundTripMs) / 2 / (last.hostMs - first.hostMs)) * 1e6,
      roundTripMs: last.roundTripMs,
      tick: last.tick,
      atMs: last.hostMs,
    };
  }

  /** Ticks a millisecond: the line of least squares, an exchange counting as much as it is exact. */
  private slope(origin: Point): number {
    let weights = 0;
    let x = 0;
    let y = 0;
    for (const point of this.points) {
      const weight = weightOf(point);
      weights += weight;
      x += weight * (point.hostMs - origin.hostMs);
      y += weight * (point.tick - origin.tick);
    }
    let xx = 0;
    let xy = 0;
    for (const point of this.points) {
      const dx = point.hostMs - origin.hostMs - x / weights;
      xx += weightOf(point) * dx * dx;
      xy += weightOf(point) * dx * (point.tick - origin.tick - y / weights);
    }
    return xy / xx;
  }

  /** The wrap nearest to where the clock must be; a crystal is wrong by far less than half a wrap between two bursts. */
  private unwrapped(tick: number, hostMs: number): number {
    const before = this.points.at(-1);
    if (before === undefined) return tick;
    const expected = before.tick + ((hostMs - before.hostMs) * this.ticksPerSecond) / 1000;
    return tick + WRAP * Math.round((expected - tick) / WRAP);
  }
}

/** No exchange is so good that it alone decides. */
const LEAST_ROUND_TRIP_MS = 0.1;
const weightOf = ({ roundTripMs }: Point): number =>
  1 / Math.max(roundTripMs, LEAST_ROUND_TRIP_MS) ** 2;
