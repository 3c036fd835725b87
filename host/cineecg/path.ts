/** The mean temporal-spatial isochrone (van Dam 2017): where the mean of the activation is, moment by moment. */
import { PHASES, type Phase } from '../stream/events.js';
import type { Fiducials } from './fiducials.js';
import { ATRIAL_START_MM, PATH_START_MM } from './geometry.js';
import { type FrankVector, add, magnitude, scale } from './vector.js';

/** [begin, end) of each phase in the beat, in PHASES order; an empty range where the phase was not found. */
export type PhaseRanges = readonly [
  p: readonly [number, number],
  qrs: readonly [number, number],
  stt: readonly [number, number],
];

/** P with its PQ segment; QRS from onset to J; ST-T from J to T end, or to the end of the beat's own range. */
export function phaseRanges(fiducials: Fiducials, rangeEnd: number): PhaseRanges {
  const { pOnset, qrsOnset, jPoint, tEnd } = fiducials;
  return [
    [pOnset < 0 ? qrsOnset : pOnset, qrsOnset],
    [qrsOnset, jPoint],
    [jPoint, tEnd < 0 ? rangeEnd : tEnd + 1],
  ];
}

/** 0.7 m/s [P form, ? constant] at 100 samples a second. */
export const QRS_STEP_MM = 7;
/** Below this share of the QRS maximum the signal counts as isoelectric and the path slows down [?]. */
export const ISOELECTRIC_SHARE = 0.05;

export interface BeatPathPoint {
  readonly frankMm: FrankVector;
  readonly phase: Phase;
}

/**
 * p(t + dt) = p(t) + v dt V / max(|V|, 5 % of the QRS maximum), from the left side of the mid septum at QRS onset to the end
 * of ST-T. Where a P wave was found it comes first, from the sinus node at its onset to the end of the PQ segment, at the same
 * speed and with the same guard [?]. The published speed is that of the QRS. Recovery passes the same muscle in a longer time, so in ST-T the speed is
 * scaled by the durations' ratio [D]: at 0.7 m/s throughout the path would leave the body. `vcg` from the isoelectric level, any unit.
 */
export function beatPath(vcg: readonly FrankVector[], ranges: PhaseRanges): BeatPathPoint[] {
  const [qrsOnset, jPoint] = ranges[1];
  const end = ranges[2][1];
  const top = Math.max(...vcg.slice(qrsOnset, jPoint).map(magnitude));
  const sttStepMm = (QRS_STEP_MM * (jPoint - qrsOnset)) / Math.max(1, end - jPoint);
  const points: BeatPathPoint[] = [];
  let at = ATRIAL_START_MM;
  for (let t = ranges[0][0]; t < end; t += 1) {
    if (t === qrsOnset) at = PATH_START_MM;
    const phase = t < qrsOnset ? 0 : t < jPoint ? 1 : 2;
    points.push({ frankMm: at, phase: PHASES[phase] });
    const v = vcg[t] ?? [0, 0, 0];
    const floor = Math.max(magnitude(v), ISOELECTRIC_SHARE * top);
    if (floor > 0) at = add(at, scale(v, (phase === 2 ? sttStepMm : QRS_STEP_MM) / floor));
  }
  return points;
}
