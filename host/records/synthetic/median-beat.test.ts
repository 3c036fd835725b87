import { beforeAll, describe, expect, it } from 'vitest';
import { BEAT_R_INDEX, BEAT_SAMPLES } from '../../cineecg/beats.js';
import { ADULTS, drawHeart, type HeartCondition, type SimulatedHeart } from './heart.js';
import {
  MEDIAN_BEAT_R_INDEX,
  MEDIAN_BEAT_SAMPLES,
  simulateAlongside,
  simulateMedianBeat,
  type MedianBeat,
} from './median-beat.js';
import { synthesizePatient } from './patient.js';
import { NO_NOISE } from './noise.js';
import { NO_LESION } from './tissue.js';

const NORMAL: HeartCondition = { lesion: NO_LESION, origin: { conduction: 'normal' } };
const SCAR: HeartCondition = { ...NORMAL, lesion: { kind: 'scar', segments: [4, 10] } };
const POPULATION = { ...ADULTS, name: 'test', bodies: 'generic' };

const valueAt = (beat: MedianBeat, lead: number, offset: number): number =>
  beat.millivolt[lead]?.[MEDIAN_BEAT_R_INDEX + offset] ?? Number.NaN;

describe('median beats without a record', () => {
  let heart: SimulatedHeart;
  beforeAll(() => {
    heart = drawHeart(POPULATION, 1);
  });

  it('have the shape of the mean beat that explanations are made of', () => {
    expect([MEDIAN_BEAT_SAMPLES, MEDIAN_BEAT_R_INDEX]).toEqual([BEAT_SAMPLES, BEAT_R_INDEX]);
  });

  it('are the same for the same seed, others for another seed or population', () => {
    const beat = (seed: number, name: string): MedianBeat =>
      simulateMedianBeat(drawHeart({ ...POPULATION, name }, seed), NORMAL);
    const first = beat(1, 'test').millivolt;
    expect(first).toEqual(simulateMedianBeat(heart, NORMAL).millivolt);
    expect(beat(2, 'test').millivolt).not.toEqual(first);
    expect(beat(1, 'other').millivolt).not.toEqual(first);
  });

  it('follow the samples of a record of the same heart, low-passed, to 60 µV', () => {
    const generic = drawHeart({ ...POPULATION, variation: 0, wallVariation: 0 }, 1);
    const { rrMs } = generic.parameters;
    const { record, truth } = synthesizePatient({
      seed: 1,
      durationS: 5,
      heartRateBpm: 60_000 / rrMs,
      lesion: NO_LESION,
      noise: NO_NOISE,
      variation: 0,
    });
    const beat = simulateMedianBeat(generic, NORMAL);
    const onset = (truth.rSampleIndices[1] ?? 0) + (truth.fiducials?.qrsOnset ?? NaN);
    for (const [lead, { microvolt }] of record.leads.entries()) {
      // ST-T: slow enough for both rates.
      for (let ms = 120; ms < 400; ms += 10) {
        const at = (ms - beat.rMs) / 10;
        expect(
          Math.abs(valueAt(beat, lead, at) - (microvolt[onset + ms / 2] ?? 0) / 1000),
        ).toBeLessThan(0.06);
      }
    }
  });

  it('have no P and name the node when they are ectopic', () => {
    const beat = simulateMedianBeat(heart, { lesion: NO_LESION, origin: { ectopicNode: 700 } });
    expect(beat.fiducials.pOnset).toBeNull();
    expect(beat.ectopic).toMatchObject({
      node: 700,
      segment: heart.ventricles.lattice.nodes[700]?.segment,
    });
    expect(beat.fiducials.jPoint - beat.fiducials.qrsOnset).toBeGreaterThanOrEqual(11);
    const before = MEDIAN_BEAT_R_INDEX + beat.fiducials.qrsOnset - 12;
    for (const lead of beat.millivolt) expect(Math.abs(lead[before] ?? NaN)).toBeLessThan(0.02);
  });

  it('differ from their own normal beat where a scar is, not before QRS', () => {
    const scar = simulateMedianBeat(heart, SCAR);
    const normal = simulateAlongside(heart, NORMAL, scar);
    const change = (from: number, to: number): number => {
      let largest = 0;
      for (let lead = 0; lead < 12; lead += 1) {
        for (let t = from; t <= to; t += 1) {
          largest = Math.max(largest, Math.abs(valueAt(scar, lead, t) - valueAt(normal, lead, t)));
        }
      }
      return largest;
    };
    const { qrsOnset, jPoint } = scar.fiducials;
    expect(normal.rMs).toBe(scar.rMs);
    expect(change(qrsOnset, jPoint)).toBeGreaterThan(0.2);
    expect(change(-MEDIAN_BEAT_R_INDEX, qrsOnset - 6)).toBeLessThan(0.01);
  });

  it('carry noise of the size asked for', () => {
    const noisy = simulateMedianBeat(heart, NORMAL, {
      noise: { seed: 5, emgMicrovolt: 10, wanderMicrovolt: 0 },
    });
    const clean = simulateMedianBeat(heart, NORMAL);
    const lead = 7;
    const [before, after] = [clean, noisy].map((beat) => [...(beat.millivolt[lead] ?? [])]);
    const squares = (after ?? []).map((value, t) => (value - (before?.[t] ?? 0)) ** 2);
    const rms = Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length);
    // One chest electrode and a third of each limb's: √(1 + 1/3) of 10 µV, and the noise of the level taken off.
    expect(rms).toBeGreaterThan(0.008);
    expect(rms).toBeLessThan(0.018);
  });
});
