import { describe, expect, it } from 'vitest';
import { HeartRateMeter } from './heart-rate.js';

describe('HeartRateMeter', () => {
  it('knows no rate before the first interval, nor after a gap', () => {
    const meter = new HeartRateMeter();
    expect(meter.bpm()).toBeUndefined();
    meter.add(1000);
    expect(meter.bpm()).toBe(60);
    meter.add(0);
    expect(meter.bpm()).toBeUndefined();
  });

  it('forgets what is older than eight intervals', () => {
    const meter = new HeartRateMeter();
    meter.add(2000);
    for (let i = 0; i < 8; i += 1) meter.add(500);
    expect(meter.bpm()).toBe(120);
  });
});
