/** One beat of one heart at the rate of a record, at mid-breath and as breathing changes it. */
import { IsochroneError } from '../../../codegen/errors.js';
import { stateOf, type HeartCondition, type SimulatedHeart } from './heart.js';
import { SEGMENT_COUNT } from './lattice.js';
import { twelveLeads } from './leads.js';
import { markBeat, PR_MS, spanOf, type BeatFiducials } from './marks.js';
import {
  atrialPotentials,
  leadFieldAtTissue,
  REPOLARIZATION_MS,
  SHARP_UPSTROKE,
  ventricularPotentials,
  ventricularTransfer,
  type TimeAxis,
} from './potentials.js';
import type { TissueState } from './tissue.js';
import { add, scale, type Vector3 } from './vector3.js';
import { buildVentricles, type Ventricles } from './ventricles.js';

/** The template begins this long before QRS onset and ends after the T wave. */
export const BEAT_FIRST_MS = -240;

/** Breathing moves the heart down and back up. */
const RESPIRATION_MM: Vector3 = [0, 5, 1];

export interface BeatTemplate {
  /** `[electrode][t]`, heart at mid-breath, µV. */
  readonly rest: readonly Float64Array[];
  /** Change from mid-breath to full inspiration. */
  readonly breath: readonly Float64Array[];
  /** Samples from the template's begin to the R mark. */
  readonly rOffset: number;
  readonly fiducials: BeatFiducials;
  readonly activationTotalMs: number;
  /** Mean activation time of each segment 1…21, null where nothing is activated (scar). */
  readonly segmentActivationMs: readonly (number | null)[];
}

/** @throws {IsochroneError} SYNTHETIC_OPTION_INVALID when no site of activation is left */
export function beatTemplate(
  heart: SimulatedHeart,
  condition: HeartCondition,
  sampleMs: number,
): BeatTemplate {
  const state = stateOf(heart, condition);
  if (!state.activationMs.some(Number.isFinite)) {
    throw new IsochroneError(
      'SYNTHETIC_OPTION_INVALID',
      `synthetic patient, scar of segments ${condition.lesion.segments.join(' ')}: no site of activation is left`,
      { hint: 'Leave some of the septum, or let the beat begin elsewhere.' },
    );
  }
  const span = spanOf(state);
  // Six times the width of phase 3 after the last one, 0.2 % is left.
  const lastMs = span.repolarizedMs + 6 * REPOLARIZATION_MS;
  const axis: TimeAxis = {
    sampleMs,
    sampleCount: Math.ceil((lastMs - BEAT_FIRST_MS) / sampleMs),
    firstMs: BEAT_FIRST_MS,
  };
  const [expired, inspired] = [-1, 1].map((side) =>
    potentialsWithHeartMoved(heart, condition, state, axis, scale(RESPIRATION_MM, side)),
  );
  const mix = (sign: 1 | -1): Float64Array[] =>
    (inspired ?? []).map((row, e) =>
      row.map((value, t) => (value + sign * (expired?.[e]?.[t] ?? 0)) / 2),
    );
  const rest = mix(1);
  return {
    rest,
    breath: mix(-1),
    ...markBeat(twelveLeads(rest), axis, span, hasP(condition)),
    activationTotalMs: span.activationTotalMs,
    segmentActivationMs: segmentActivationMs(heart, state),
  };
}

function hasP({ origin }: HeartCondition): boolean {
  return 'conduction' in origin;
}

function potentialsWithHeartMoved(
  heart: SimulatedHeart,
  condition: HeartCondition,
  state: TissueState,
  axis: TimeAxis,
  movedMm: Vector3,
): readonly Float64Array[] {
  const { pose } = heart.parameters;
  const shiftMm = add(pose.shiftMm, movedMm);
  const { moved, seen } = heartMoved(heart, shiftMm);
  const transfer = ventricularTransfer(moved, state.isScar, seen);
  const ventricular = ventricularPotentials(state, transfer, axis, SHARP_UPSTROKE);
  if (!hasP(condition)) return ventricular;
  const atrial = atrialPotentials(heart.field, shiftMm, axis, -PR_MS);
  return ventricular.map((row, e) => row.map((value, t) => value + (atrial[e]?.[t] ?? 0)));
}

interface MovedHeart {
  readonly moved: Ventricles;
  readonly seen: Float64Array;
}

/** What all beats of a heart share at one moment of breathing. */
const movedHearts = new WeakMap<SimulatedHeart, Map<string, MovedHeart>>();

function heartMoved(heart: SimulatedHeart, shiftMm: Vector3): MovedHeart {
  const known = movedHearts.get(heart) ?? new Map<string, MovedHeart>();
  movedHearts.set(heart, known);
  const key = shiftMm.join(' ');
  let found = known.get(key);
  if (found === undefined) {
    const moved = buildVentricles({ ...heart.parameters.pose, shiftMm });
    found = { moved, seen: leadFieldAtTissue(moved, heart.field) };
    known.set(key, found);
  }
  return found;
}

function segmentActivationMs(
  heart: SimulatedHeart,
  state: TissueState,
): readonly (number | null)[] {
  return Array.from({ length: SEGMENT_COUNT }, (_, index) => {
    const times = heart.ventricles.lattice.nodes.flatMap((node, i) => {
      const time = state.activationMs[i] ?? Number.POSITIVE_INFINITY;
      return node.segment === index + 1 && Number.isFinite(time) ? [time] : [];
    });
    return times.length === 0 ? null : times.reduce((sum, time) => sum + time, 0) / times.length;
  });
}
