import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { syntheticBeat, syntheticBeatSource } from './generate-synthetic-beat.js';

const beat = syntheticBeat();

describe('the beat of the synthetic front end', () => {
  it('is what the generator writes', () => {
    const checkedIn = readFileSync(new URL('./iso_synthetic_beat.c', import.meta.url), 'utf8');
    expect(checkedIn).toBe(syntheticBeatSource(beat));
  });

  it('joins with itself', () => {
    expect(beat).toHaveLength(400);
    const [first, last] = [beat[0] ?? [], beat.at(-1) ?? []];
    first.forEach((value, lead) => {
      expect(Math.abs(value - (last[lead] ?? NaN))).toBeLessThan(20);
    });
  });

  it('has one QRS in each lead that is not flat', () => {
    for (let lead = 0; lead < 8; lead++) {
      const steps = beat.map((sample, t) =>
        Math.abs((sample[lead] ?? NaN) - (beat[(t + 399) % 400]?.[lead] ?? NaN)),
      );
      expect(Math.abs(steps.indexOf(Math.max(...steps)) - 140)).toBeLessThan(40);
      expect(Math.max(...steps)).toBeGreaterThan(10);
    }
  });
});
