/** When beats come: sinus rhythm with its variability, and ectopic beats among it. */
import { seededRandom } from './random.js';

/** Breathing moves the heart, and the heart rate with it. */
export const RESPIRATION_HZ = 0.25;
const RESPIRATORY_ARRHYTHMIA = 0.03;
const SLOW_ARRHYTHMIA = 0.02;
const SLOW_ARRHYTHMIA_HZ = 0.1;
const RANDOM_ARRHYTHMIA = 0.008;
/** An ectopic beat comes after this share of the interval; the sinus beat after it keeps its time: a compensatory pause. */
const COUPLING = 0.62;

/** Phase of breathing, radians. */
export function breathPhase(atMs: number): number {
  return (2 * Math.PI * RESPIRATION_HZ * atMs) / 1000;
}

export interface BeatTime {
  /** Begin of the beat's template. */
  readonly atMs: number;
  readonly isEctopic: boolean;
}

/**
 * Beats whose templates begin before `untilMs`.
 *
 * @param ectopicEvery 0: none; 1: all, in regular rhythm; n: each n-th beat is an early one
 */
export function beatTimes(
  untilMs: number,
  rrMs: number,
  seed: number,
  ectopicEvery: number,
): readonly BeatTime[] {
  const random = seededRandom(seed, 'rhythm');
  const beats: BeatTime[] = [];
  let atMs = rrMs * 0.2 * random.uniform();
  const slowPhase = 2 * Math.PI * random.uniform();
  let before = atMs;
  for (let index = 1; atMs <= untilMs; index += 1) {
    const isEctopic = ectopicEvery > 0 && index % ectopicEvery === 0;
    const isEarly = isEctopic && ectopicEvery > 1 && beats.length > 0;
    beats.push({ atMs: isEarly ? before + COUPLING * (atMs - before) : atMs, isEctopic });
    before = atMs;
    const variability =
      RESPIRATORY_ARRHYTHMIA * Math.sin(breathPhase(atMs)) +
      SLOW_ARRHYTHMIA * Math.sin((2 * Math.PI * SLOW_ARRHYTHMIA_HZ * atMs) / 1000 + slowPhase) +
      RANDOM_ARRHYTHMIA * random.normal();
    atMs += rrMs * (1 + variability);
  }
  return beats;
}
