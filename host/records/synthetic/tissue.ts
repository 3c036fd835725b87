/**
 * What the tissue does in one beat: when each piece is activated, how long its action potential lasts, what is scar or ischaemic.
 */
import { activationTimesMs, type BeatOrigin } from './activation.js';
import type { Lattice, TissueNode } from './lattice.js';
import { type Ventricles, positionMm } from './ventricles.js';

export type LesionKind = 'none' | 'scar' | 'ischaemia';

export interface Lesion {
  readonly kind: LesionKind;
  /** AHA 1–17, RV 18 base, 19 mid, 20 apex, 21 outflow. Transmural. */
  readonly segments: readonly number[];
}

export const NO_LESION: Lesion = { kind: 'none', segments: [] };

/** Mean ventricular action potential at 60/min; QT about 400 ms. Scaled by the cube root of RR (Fridericia). */
const ACTION_POTENTIAL_MS = 248;
/** Action potentials are shorter where activation is later, by more than the delay: T goes with QRS. */
const SHORTENING_PER_DELAY = 1.84;
/**
 * … that is how the normal sequence has shaped them. A block or an ectopic beat changes the sequence at once and the durations
 * little (electrotonic coupling, a few tenths of the delay): T then goes against QRS, as it does in patients.
 */
const SHORTENING_PER_NEW_DELAY = 0.3;
/**
 * … and shorter towards the apex, in the right ventricle, and towards the chest: T points left, down and, unlike QRS, forwards.
 * These four and the shape of phase 3 were chosen so that ST-T meets the median normal beat of PTB-XL.
 */
const APEX_SHORTER_MS = 22;
const RIGHT_SHORTER_MS = 27;
const FRONT_SHORTER_MS_PER_MM = 0.44;

/** Acute transmural ischaemia shortens the action potential by 60–100 ms. */
const ISCHAEMIC_SHORTENING_MS = 90;
/** Muscle that survives beside a scar is remodelled: its action potential is longer (a fifth is usual), and T turns away from it. */
const SCAR_BORDER_LONGER_MS = 55;

export interface TissueState {
  readonly activationMs: Float64Array;
  readonly actionPotentialMs: Float64Array;
  /** 1 in the core of the ischaemia, falling to 0 across its border. */
  readonly ischaemia: Float64Array;
  readonly isScar: readonly boolean[];
}

export interface TissueOptions {
  readonly lesion: Lesion;
  readonly origin: BeatOrigin;
  /** Factor on conduction velocities. */
  readonly speed: number;
  /** Factor on action potential durations. */
  readonly duration: number;
  readonly rrMs: number;
  /** Activation by the normal sequence of the unscarred heart where it is known already; saves its search. */
  readonly usualMs?: Float64Array;
  /** 0: the muscle of a healthy wall; 1: strain, where late muscle no longer repolarises first and T turns away. */
  readonly strain: number;
}

export const NORMAL_ORIGIN: BeatOrigin = { conduction: 'normal' };

export function tissueState(ventricles: Ventricles, options: TissueOptions): TissueState {
  const { lesion, origin, speed } = options;
  const { lattice } = ventricles;
  const inLesion = lattice.nodes.map((node) => lesion.segments.includes(node.segment));
  const isScar = inLesion.map((inside) => inside && lesion.kind === 'scar');
  const activationMs = activationTimesMs(ventricles, isScar, origin, speed);
  const isNormal = 'conduction' in origin && origin.conduction === 'normal';
  const known = isScar.includes(true) ? undefined : options.usualMs;
  const usualMs = isNormal
    ? activationMs
    : (known ?? activationTimesMs(ventricles, isScar, NORMAL_ORIGIN, speed));
  const ischaemia = smoothOverNeighbours(
    lattice,
    Float64Array.from(inLesion, (inside) => (inside && lesion.kind === 'ischaemia' ? 1 : 0)),
  );
  const scarNearby = smoothOverNeighbours(
    lattice,
    Float64Array.from(isScar, (scar) => (scar ? 1 : 0)),
  );
  const [meanNow, meanUsual] = [meanOfReached(activationMs), meanOfReached(usualMs)];
  const meanDuration = ACTION_POTENTIAL_MS * options.duration * Math.cbrt(options.rrMs / 1000);
  const actionPotentialMs = activationMs.map((time, node) => {
    const late = time - meanNow;
    // Where the usual sequence could not come, this one shapes the tissue alone.
    const usuallyLate = Number.isFinite(usualMs[node]) ? (usualMs[node] ?? 0) - meanUsual : late;
    return (
      meanDuration -
      SHORTENING_PER_DELAY * (1 - options.strain) * usuallyLate -
      SHORTENING_PER_NEW_DELAY * (late - usuallyLate) -
      regionalShorteningMs(ventricles, lattice.nodes[node], node) -
      ISCHAEMIC_SHORTENING_MS * (ischaemia[node] ?? 0) +
      SCAR_BORDER_LONGER_MS * Math.min(1, 2 * (scarNearby[node] ?? 0))
    );
  });
  return { activationMs, actionPotentialMs, ischaemia, isScar };
}

function meanOfReached(times: Float64Array): number {
  let [sum, count] = [0, 0];
  for (const time of times) {
    if (!Number.isFinite(time)) continue;
    sum += time;
    count += 1;
  }
  return sum / count;
}

function regionalShorteningMs(
  ventricles: Ventricles,
  node: TissueNode | undefined,
  index: number,
): number {
  if (node === undefined) return 0;
  return (
    APEX_SHORTER_MS * (0.5 - node.apicobasal) +
    (node.chamber === 'right' ? RIGHT_SHORTER_MS : 0) +
    FRONT_SHORTER_MS_PER_MM * -positionMm(ventricles, index)[2]
  );
}

/** Twice the mean with all neighbours: a border zone of about two lattice steps. */
function smoothOverNeighbours(lattice: Lattice, values: Float64Array): Float64Array {
  const { neighbourStart, neighbours } = lattice;
  let smoothed = values;
  if (values.every((value) => value === 0)) return values;
  for (let pass = 0; pass < 2; pass += 1) {
    const before = smoothed;
    smoothed = before.map((own, node) => {
      const [begin, end] = [neighbourStart[node] ?? 0, neighbourStart[node + 1] ?? 0];
      let sum = 0;
      for (let at = begin; at < end; at += 1) sum += before[neighbours[at] ?? 0] ?? 0;
      return (own + sum / (end - begin)) / 2;
    });
  }
  return smoothed;
}
