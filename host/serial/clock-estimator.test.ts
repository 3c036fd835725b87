import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Random } from '../../bench/link/random.js';
import type { LinkStatisticsEvent } from '../stream/events.js';
import { ClockEstimator } from './clock-estimator.js';
import { openLink } from './link.js';
import { CommandedDevice } from './test-commanded-device.js';
import { samplesMessage, SEGMENT_NAMES } from './test-device.js';

describe('drift of exchanges without delay', () => {
  it.each([-200, 0, 200])('of %d ppm is found to a hundredth, over wraps of the tick', (ppm) => {
    // A wrap each 43 s.
    const hz = 100e6;
    const clock = new ClockEstimator(hz);
    for (let second = 0; second <= 300; second += 10) {
      const at = second * 1000;
      const tick = Math.round((at / 1000) * hz * (1 + ppm / 1e6)) % 2 ** 32;
      clock.add({ sentMs: at - 0.5, receivedTick: tick, sentTick: tick, arrivedMs: at + 0.5 });
      clock.endBurst();
    }
    const estimate = clock.estimate();
    expect(estimate?.driftPpm).toBeCloseTo(ppm, 2);
    expect(estimate?.roundTripMs).toBeCloseTo(1, 6);
  });

  it('is not known from one burst', () => {
    const clock = new ClockEstimator(1e6);
    clock.add({ sentMs: 0, receivedTick: 500, sentTick: 500, arrivedMs: 1 });
    clock.endBurst();
    clock.endBurst();
    expect(clock.estimate()).toBeUndefined();
  });
});

describe('drift of a device behind a line that delays', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([-200, 0, 200])('of %d ppm is found within its bound, and told', async (ppm) => {
    const random = new Random(7);
    // Mostly a millisecond, now and then what a busy host or device takes; each way apart.
    const delayMs = (): number =>
      1 + (random.next() < 0.4 ? 40 * random.next() : random.next() / 10);
    const loses = (): boolean => random.next() < 0.1;
    const device = new CommandedDevice({ driftPpm: ppm, delayMs, loses });
    const link = openLink({
      transport: device.transport,
      segmentNames: SEGMENT_NAMES,
      timing: { staleAfterMs: 1e6 },
    });
    const told: LinkStatisticsEvent[] = [];
    link.on((event) => {
      if (event.kind === 'link-statistics') told.push(event);
    });
    const feed = setInterval(() => {
      device.say(samplesMessage(0));
    }, 1000);
    await vi.advanceTimersByTimeAsync(300_000);
    clearInterval(feed);
    const { clock } = link.statistics();
    expect(clock).toBeDefined();
    const { driftPpm = NaN, driftBoundPpm = NaN } = clock ?? {};
    expect(Math.abs(driftPpm - ppm)).toBeLessThan(driftBoundPpm);
    expect(driftBoundPpm).toBeLessThan(15);
    expect(told.length).toBeGreaterThan(50);
    expect(told[0]?.driftPpm).toBeNull();
    expect(told.at(-1)?.driftPpm).toBeCloseTo(driftPpm, 0);
    expect(told.at(-1)?.bytesPerS).toBeGreaterThan(50);
    await link.close();
  });
});
