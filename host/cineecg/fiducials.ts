/**
 * Fiducials of the mean beat from the vectorcardiogram's speed and magnitude at 100 Hz: simple, good to one or two samples.
 * Whole numbers throughout, so that the device finds the same sample; every product stays below 2^53.
 */
import { BEAT_R_INDEX } from './beats.js';
import { type FrankVector, add, dot, scale, subtract } from './vector.js';

export interface Fiducials {
  readonly pOnset: number;
  readonly pEnd: number;
  readonly qrsOnset: number;
  readonly jPoint: number;
  readonly tPeak: number;
  readonly tEnd: number;
}

export const NO_FIDUCIALS: Fiducials = {
  pOnset: -1,
  pEnd: -1,
  qrsOnset: -1,
  jPoint: -1,
  tPeak: -1,
  tEnd: -1,
};

/** The QRS's fastest moment lies within 80 ms of the R mark, its onset within 120 ms before, J within 160 ms after. */
const PEAK_REACH = 8;
const ONSET_REACH = 12;
const J_REACH = 16;
/** Slower than 15 % of the QRS's top speed is outside it; compared as squares, 225 / 10 000. */
const EDGE_SQUARE_NUMERATOR = 225;
const EDGE_SQUARE_DENOMINATOR = 10_000;
/** A beat whose speed never reaches 100 µV in 20 ms has no QRS to find. */
const LEAST_QRS_STEP_MICROVOLT = 100;
/** T is looked for from 40 ms after J. Waves below these amplitudes count as not found; 40 µV leaves out most residues of averaged flutter and fibrillation waves. */
const T_AFTER_J = 4;
const LEAST_P_MICROVOLT = 40;
const LEAST_T_MICROVOLT = 40;
/** The isoelectric level is the mean of the three samples that end at QRS onset. */
export const ISOELECTRIC_SAMPLES = 3;

/** |V(t + 1) − V(t − 1)|². */
function speedSquare(vcg: readonly FrankVector[], t: number): number {
  const before = vcg[t - 1];
  const after = vcg[t + 1];
  if (before === undefined || after === undefined) return 0;
  const step = subtract(after, before);
  return dot(step, step);
}

interface Edges {
  readonly onset: number;
  readonly j: number;
}

function findQrs(vcg: readonly FrankVector[], begin: number, end: number): Edges | undefined {
  const [lowest, highest] = [Math.max(begin, 1), Math.min(end, vcg.length - 1) - 1];
  let peak = -1;
  let top = LEAST_QRS_STEP_MICROVOLT * LEAST_QRS_STEP_MICROVOLT - 1;
  for (
    let t = Math.max(lowest, BEAT_R_INDEX - PEAK_REACH);
    t <= Math.min(highest, BEAT_R_INDEX + PEAK_REACH);
    t += 1
  ) {
    const speed = speedSquare(vcg, t);
    if (speed > top) [peak, top] = [t, speed];
  }
  if (peak < 0) return undefined;
  const isSlow = (t: number): boolean =>
    speedSquare(vcg, t) * EDGE_SQUARE_DENOMINATOR < top * EDGE_SQUARE_NUMERATOR;
  // The edge is the first of two slow samples in a row: one alone may be the turn of the loop. Without such a pair in reach
  // (QRS running into ST) the slowest sample in reach has to do.
  const edge = (step: -1 | 1, limit: number): number => {
    let slowest = peak;
    for (let t = peak + step; step * t <= step * limit; t += step) {
      if (isSlow(t) && isSlow(t + step)) return t;
      if (speedSquare(vcg, t) < speedSquare(vcg, slowest)) slowest = t;
    }
    return slowest;
  };
  const onset = edge(-1, Math.max(lowest, BEAT_R_INDEX - ONSET_REACH));
  const j = edge(1, Math.min(highest, BEAT_R_INDEX + J_REACH));
  return onset < j ? { onset, j } : undefined;
}

/** The VCG from the isoelectric level, in thirds of a microvolt: the level is a mean of three, so this stays whole. */
export function isoelectricThirds(vcg: readonly FrankVector[], qrsOnset: number): FrankVector[] {
  let level: FrankVector = [0, 0, 0];
  for (let k = 0; k < ISOELECTRIC_SAMPLES; k += 1) {
    level = add(level, vcg[Math.max(0, qrsOnset - k)] ?? [0, 0, 0]);
  }
  return vcg.map((v) => subtract(scale(v, ISOELECTRIC_SAMPLES), level));
}

/** Largest |V| strictly inside (begin, end − 1), −1 if it is at a border or below the least amplitude. */
function wavePeak(
  thirds: readonly FrankVector[],
  begin: number,
  end: number,
  leastMicrovolt: number,
): number {
  let peak = -1;
  let top = -1;
  for (let t = begin; t < end; t += 1) {
    const v = thirds[t] ?? [0, 0, 0];
    const square = dot(v, v);
    if (square > top) [peak, top] = [t, square];
  }
  const least = leastMicrovolt * ISOELECTRIC_SAMPLES;
  return peak > begin && peak < end - 1 && top >= least * least ? peak : -1;
}

/**
 * Where the wave's flank meets the isoelectric level: tangent at its steepest sample, on the projection onto the peak's
 * direction (a projection needs no root). `limit` is the farthest sample that the answer may be.
 */
function tangentFoot(
  thirds: readonly FrankVector[],
  peak: number,
  step: -1 | 1,
  limit: number,
): number {
  const direction = thirds[peak] ?? [0, 0, 0];
  const height = (t: number): number => dot(thirds[t] ?? [0, 0, 0], direction);
  let steepest = 0;
  let at = peak;
  for (let t = peak + step; step * t < step * limit; t += step) {
    const fall = height(t - step) - height(t + step);
    if (fall > steepest) [at, steepest] = [t, fall];
  }
  if (steepest === 0) return limit;
  // Two samples make one fall; +1/2 rounds to the nearest sample.
  const beyond = Math.floor((4 * Math.max(0, height(at)) + steepest) / (2 * steepest));
  return step * (at + step * beyond) > step * limit ? limit : at + step * beyond;
}

/** Fiducials as indices into the beat, −1 where not found; [rangeBegin, rangeEnd) belongs to no neighbouring beat. */
export function findFiducials(
  vcg: readonly FrankVector[],
  rangeBegin: number,
  rangeEnd: number,
): Fiducials {
  const qrs = findQrs(vcg, rangeBegin, rangeEnd);
  if (qrs === undefined) return NO_FIDUCIALS;
  const thirds = isoelectricThirds(vcg, qrs.onset);
  const pPeak = wavePeak(thirds, rangeBegin, qrs.onset - 1, LEAST_P_MICROVOLT);
  const tPeak = wavePeak(thirds, qrs.j + T_AFTER_J, rangeEnd, LEAST_T_MICROVOLT);
  return {
    pOnset: pPeak < 0 ? -1 : tangentFoot(thirds, pPeak, -1, rangeBegin),
    pEnd: pPeak < 0 ? -1 : tangentFoot(thirds, pPeak, 1, qrs.onset),
    qrsOnset: qrs.onset,
    jPoint: qrs.j,
    tPeak,
    tEnd: tPeak < 0 ? -1 : tangentFoot(thirds, tPeak, 1, rangeEnd - 1),
  };
}
