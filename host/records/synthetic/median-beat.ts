/**
 * The fast way to a beat: what the median of many beats looks like at 100 Hz behind a device's low-pass, without making a record.
 *
 * A heart costs some tens of milliseconds once (its transfer to the electrodes), each of its beats about ten.
 */
import type { HeartCondition, SimulatedHeart } from './heart.js';
import { stateOf, transferOf } from './heart.js';
import { twelveLeads } from './leads.js';
import { markBeat, PR_MS, spanOf, type BeatFiducials } from './marks.js';
import {
  atrialPotentials,
  lowPassedUpstroke,
  ventricularPotentials,
  type TimeAxis,
} from './potentials.js';
import { seededRandom } from './random.js';
import { positionMm } from './ventricles.js';
import type { Vector3 } from './vector3.js';

/** 0.3 s before R to 0.5 s after it, as the device's own mean beat. */
export const MEDIAN_BEAT_SAMPLES = 80;
export const MEDIAN_BEAT_R_INDEX = 30;
export const MEDIAN_BEAT_RATE_HZ = 100;

const SAMPLE_MS = 1000 / MEDIAN_BEAT_RATE_HZ;
/** Widest beats: R late in a QRS of 200 ms, and T beyond 0.5 s after it. */
const FIRST_MS = -400;
const AXIS_SAMPLES = 120;
/** −6 dB point of the device's decimation filter. */
const LOW_PASS_HZ = 43.5;
const UPSTROKE = lowPassedUpstroke(LOW_PASS_HZ);
/** The isoelectric level is the mean of this many samples before QRS onset. */
const LEVEL_SAMPLES = 3;

export interface MedianBeatNoise {
  readonly seed: number;
  /** What is left of muscle noise at each electrode after averaging, root mean square. */
  readonly emgMicrovolt: number;
  /** What is left of baseline wander: a slope across the beat at each electrode, root mean square at its ends. */
  readonly wanderMicrovolt: number;
}

export interface MedianBeatOptions {
  /** Where the 100 Hz samples fall relative to the first activation, 0 … 10. */
  readonly phaseMs?: number;
  readonly noise?: MedianBeatNoise;
}

/** Where an ectopic beat began. */
export interface EctopicSite {
  readonly node: number;
  /** 1…21. */
  readonly segment: number;
  /** In this person's body. */
  readonly frankMm: Vector3;
}

export interface MedianBeat {
  /** Twelve rows I II III aVR aVL aVF V1…V6 of 80 samples, millivolt from the isoelectric level, R at index 30. */
  readonly millivolt: readonly Float32Array[];
  /** The same before noise was added. */
  readonly withoutNoise: readonly Float32Array[];
  /** Offsets from R, 100 Hz samples. */
  readonly fiducials: BeatFiducials;
  readonly condition: HeartCondition;
  /** null: the beat came down the conduction system. */
  readonly ectopic: EctopicSite | null;
  /** Time of the R sample after the first activation, ms. */
  readonly rMs: number;
}

export function simulateMedianBeat(
  heart: SimulatedHeart,
  condition: HeartCondition,
  options: MedianBeatOptions = {},
): MedianBeat {
  return cut(heart, condition, options, undefined);
}

/** The same moments after the first activation as `beat`, of the same heart with another condition: comparable sample by sample. */
export function simulateAlongside(
  heart: SimulatedHeart,
  condition: HeartCondition,
  beat: MedianBeat,
): MedianBeat {
  return cut(heart, condition, {}, beat.rMs);
}

function cut(
  heart: SimulatedHeart,
  condition: HeartCondition,
  options: MedianBeatOptions,
  wantedRMs: number | undefined,
): MedianBeat {
  const isEctopic = 'ectopicNode' in condition.origin;
  const phaseMs = wantedRMs === undefined ? (options.phaseMs ?? 0) : wantedRMs % SAMPLE_MS;
  const axis: TimeAxis = {
    sampleMs: SAMPLE_MS,
    sampleCount: AXIS_SAMPLES,
    firstMs: FIRST_MS + phaseMs,
  };
  const state = stateOf(heart, condition);
  const potentials = ventricularPotentials(state, transferOf(heart, state), axis, UPSTROKE);
  if (!isEctopic) {
    const { shiftMm } = heart.parameters.pose;
    for (const [e, row] of atrialPotentials(heart.field, shiftMm, axis, -PR_MS).entries()) {
      const own = potentials[e];
      for (const [t, value] of row.entries()) if (own !== undefined) own[t] = (own[t] ?? 0) + value;
    }
  }
  const { rOffset, fiducials } = markBeat(twelveLeads(potentials), axis, spanOf(state), !isEctopic);
  const r =
    wantedRMs === undefined ? rOffset : Math.round((wantedRMs - axis.firstMs) / axis.sampleMs);
  const first = r - MEDIAN_BEAT_R_INDEX;
  const clean = potentials.map((row) => row.slice(first, first + MEDIAN_BEAT_SAMPLES));
  const onset = MEDIAN_BEAT_R_INDEX + fiducials.qrsOnset + (rOffset - r);
  const shifted = (offset: number): number => offset + rOffset - r;
  const levelled = (shown: readonly Float64Array[]): Float32Array[] =>
    twelveLeads(shown).map((lead) => {
      let level = 0;
      for (let k = 1; k <= LEVEL_SAMPLES; k += 1) level += (lead[onset - k] ?? 0) / LEVEL_SAMPLES;
      return Float32Array.from(lead, (value) => (value - level) / 1000);
    });
  const withoutNoise = levelled(clean);
  const { noise } = options;
  return {
    millivolt: noise === undefined ? withoutNoise : levelled(withResidualNoise(clean, noise)),
    withoutNoise,
    fiducials: {
      pOnset: fiducials.pOnset === null ? null : shifted(fiducials.pOnset),
      pEnd: fiducials.pEnd === null ? null : shifted(fiducials.pEnd),
      qrsOnset: shifted(fiducials.qrsOnset),
      jPoint: shifted(fiducials.jPoint),
      tPeak: shifted(fiducials.tPeak),
      tEnd: shifted(fiducials.tEnd),
    },
    condition,
    ectopic: ectopicSite(heart, condition),
    rMs: axis.firstMs + r * SAMPLE_MS,
  };
}

/** null when the beat comes down the conduction system. */
export function ectopicSite(heart: SimulatedHeart, { origin }: HeartCondition): EctopicSite | null {
  if (!('ectopicNode' in origin)) return null;
  const node = origin.ectopicNode;
  const label = heart.ventricles.lattice.nodes[node];
  if (label === undefined) throw new RangeError(`node ${node}: no such piece of tissue`);
  return { node, segment: label.segment, frankMm: positionMm(heart.ventricles, node) };
}

/** Neighbouring samples at 100 Hz behind a 43 Hz low-pass are nearly independent, so muscle noise is white here. */
function withResidualNoise(
  potentials: readonly Float64Array[],
  noise: MedianBeatNoise,
): Float64Array[] {
  return potentials.map((row, e) => {
    const random = seededRandom(noise.seed, `median beat ${e}`);
    const slope = noise.wanderMicrovolt * random.normal();
    return row.map((value, t) => {
      const away = (2 * (t - MEDIAN_BEAT_R_INDEX)) / row.length;
      return value + noise.emgMicrovolt * random.normal() + slope * away;
    });
  });
}
