import { fixed } from '../explanation-words.js';
import type { Alarm } from './alarms.js';
import { DEFAULT_LIMITS, type HeartLimits } from './limits.js';

const SAMPLE_RATE_HZ = 500;
/** What a beat's mark may come behind its sample: the chain's delay of 1.05 s, the detector, the link. */
const MARK_DELAY_S = 2;

export interface PhysiologicalInput {
  /** Whether the trace is current. */
  readonly live: boolean;
  /** Whether electrodes and quality let a beat be seen; undefined: the device does not watch them. */
  readonly readable: boolean | undefined;
  /** On the sample axis: one past the newest sample, and where this run's samples begin. */
  readonly endSample: number;
  readonly firstSample: number;
  readonly lastBeatSample: number | undefined;
  readonly ratePerMin: number | undefined;
}

/** The one alarm about the heart that matters most. None while the signal cannot be read: the technical alarm says so. */
export function judgeHeart(
  input: PhysiologicalInput,
  { lowPerMin, highPerMin, pauseS: longestPauseS }: HeartLimits = DEFAULT_LIMITS,
): Alarm | undefined {
  if (!input.live || input.readable === false) return undefined;
  const since = Math.max(input.lastBeatSample ?? input.firstSample, input.firstSample);
  const pauseS = (input.endSample - since) / SAMPLE_RATE_HZ;
  if (pauseS > longestPauseS + MARK_DELAY_S) {
    return { priority: 'high', text: `No heartbeat seen for ${fixed(pauseS, 0)} s` };
  }
  const rate = input.ratePerMin;
  if (rate === undefined) return undefined;
  const words = `Heart rate ${fixed(rate, 0)} per minute`;
  if (rate < lowPerMin) {
    return { priority: 'medium', text: `${words}, below ${lowPerMin}` };
  }
  if (rate > highPerMin) {
    return { priority: 'medium', text: `${words}, above ${highPerMin}` };
  }
  return undefined;
}
