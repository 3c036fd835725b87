import { expect, it } from 'vitest';
import { killTrials } from './kill-trials.js';

it('a recorder killed with -9 leaves records that open, lacks less than the last second, and has lost no event', async () => {
  const trials = await killTrials({ kills: 4, seed: 8 });
  expect(trials).toMatchObject({ kills: 4, damagedRecords: 0, eventsLost: 0, holds: true });
  expect(trials.records).toBeGreaterThanOrEqual(4);
  expect(trials.samplesPublished).toBeGreaterThan(0);
  expect(trials.eventsPublished).toBeGreaterThan(0);
});
