import { describe, expect, it } from 'vitest';
import { soak } from './soak.js';

describe('a soak in accelerated time', () => {
  it('accounts for every sample over unplugging, resets and damage', async () => {
    const figures = await soak({ hours: 0.5, seed: 5 });
    expect(figures).toMatchObject({ balance: true, samplesAcquired: 900_000 });
    expect(figures.unplugs).toBeGreaterThan(0);
    expect(figures.resets).toBeGreaterThan(0);
    expect(figures.leadOffs).toBeGreaterThan(0);
    expect(figures.damagedFrames).toBeGreaterThan(0);
    expect(figures.reportedLostOnLink).toBeGreaterThan(0);
    expect(figures.reportedDroppedByDevice).toBeGreaterThan(0);
    expect(figures.connections).toBeGreaterThan(1);
  });
});
