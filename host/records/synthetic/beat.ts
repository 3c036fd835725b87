/**
 * One heartbeat as the electrodes see it: transmembrane potentials of all tissue, through the volume conductor.
 *
 * Between two neighbouring pieces of tissue flows an intracellular current σ_i A/L (V_a − V_b): a dipole along the edge. Summed
 * over the lattice, an electrode with lead field g sees −gᵀ K V, K the lattice's conductance Laplacian. Hence at once:
 * tissue at one common potential is silent, and a scar, whose edges carry no current, is no source, at rest or in plateau.
 */
import { activationTimesMs, type Conduction } from './activation.js';
import type { LeadField } from './torso.js';
import type { Vector3 } from './vector3.js';
import { add, scale } from './vector3.js';
import type { TissueNode, Ventricles } from './ventricles.js';

export type LesionKind = 'none' | 'scar' | 'ischaemia';

export interface Lesion {
  readonly kind: LesionKind;
  /** AHA 1–17, RV 18 base, 19 mid, 20 apex, 21 outflow. Transmural. */
  readonly segments: readonly number[];
}

/** Upstroke of the action potential: logistic, 10–90 % in 4.4 times this. */
const UPSTROKE_MS = 1.2;
/** Phase 3; with the dispersion of repolarisation it sets the width of the T wave. */
export const REPOLARIZATION_MS = 33;
/** The plateau sinks by this share until repolarisation: ST then rises gently into T. */
const PLATEAU_DROP = 0.11;
/** Mean ventricular action potential at 60/min; QT about 400 ms. Scaled by the cube root of RR (Fridericia). */
const ACTION_POTENTIAL_MS = 248;
/** Action potentials are shorter where activation is later, by more than the delay: T goes with QRS. */
const SHORTENING_PER_DELAY = 1.84;
/**
 * … and shorter towards the apex, in the right ventricle, and towards the chest: T points left, down and, unlike QRS, forwards.
 * These four and the shape of phase 3 were chosen so that ST-T meets the median normal beat of PTB-XL.
 */
const APEX_SHORTER_MS = 22;
const RIGHT_SHORTER_MS = 27;
const FRONT_SHORTER_MS_PER_MM = 0.44;

/** Acute transmural ischaemia: rest raised by 20 mV, plateau lowered by 25 mV, action potential shortened by 60–100 ms. */
const ISCHAEMIC_REST = 0.2;
const ISCHAEMIC_PLATEAU = 0.75;
const ISCHAEMIC_SHORTENING_MS = 90;
/** Muscle that survives beside a scar is remodelled: its action potential is longer (a fifth is usual), and T turns away from it. */
const SCAR_BORDER_LONGER_MS = 55;

/**
 * 100 mV action potential × intracellular over torso conductivity / 4π, in µV. The ratio stands for everything that
 * a homogeneous torso leaves out (lungs, blood, fat, anisotropy) and was set once, so that the median R in V5 of these
 * hearts meets the normal records of PTB-XL.
 */
const SOURCE_MICROVOLT = (100_000 * 0.323) / (4 * Math.PI);

/** Atria: centre, relative to the ventricles' (up, right and behind), and two overlapping forces, right then left atrium. */
const ATRIA_FRANK_MM: Vector3 = [-25, -45, 30];
const ATRIAL_FORCES: readonly { readonly moment: Vector3; readonly atMs: number }[] = [
  { moment: [0.35, 0.8, -0.45], atMs: 35 },
  { moment: [0.85, 0.45, 0.35], atMs: 65 },
];
const ATRIAL_WIDTH_MS = 17;
/** Chosen for a P of about 0.1 mV in II. */
const ATRIAL_MOMENT_MM2 = 250;
const ATRIAL_DURATION_MS = 100;

export interface TissueState {
  readonly activationMs: Float64Array;
  readonly actionPotentialMs: Float64Array;
  /** 1 in the core of the ischaemia, falling to 0 across its border. */
  readonly ischaemia: Float64Array;
  readonly isScar: readonly boolean[];
}

export interface TissueOptions {
  readonly lesion: Lesion;
  readonly conduction: Conduction;
  /** Factor on conduction velocities. */
  readonly speed: number;
  /** Factor on action potential durations. */
  readonly duration: number;
  readonly rrMs: number;
}

export function tissueState(ventricles: Ventricles, options: TissueOptions): TissueState {
  const { lesion } = options;
  const inLesion = ventricles.nodes.map((node) => lesion.segments.includes(node.segment));
  const isScar = inLesion.map((inside) => inside && lesion.kind === 'scar');
  const activationMs = activationTimesMs(ventricles, isScar, options.conduction, options.speed);
  const ischaemia = smoothOverNeighbours(
    ventricles,
    Float64Array.from(inLesion, (inside) => (inside && lesion.kind === 'ischaemia' ? 1 : 0)),
  );
  const scarNearby = smoothOverNeighbours(
    ventricles,
    Float64Array.from(isScar, (scar) => (scar ? 1 : 0)),
  );
  const reached = activationMs.filter(Number.isFinite);
  const meanActivation = reached.reduce((sum, time) => sum + time, 0) / reached.length;
  const meanDuration = ACTION_POTENTIAL_MS * options.duration * Math.cbrt(options.rrMs / 1000);
  const actionPotentialMs = activationMs.map(
    (time, node) =>
      meanDuration -
      SHORTENING_PER_DELAY * (time - meanActivation) -
      regionalShorteningMs(ventricles.nodes[node]) -
      ISCHAEMIC_SHORTENING_MS * (ischaemia[node] ?? 0) +
      SCAR_BORDER_LONGER_MS * Math.min(1, 2 * (scarNearby[node] ?? 0)),
  );
  return { activationMs, actionPotentialMs, ischaemia, isScar };
}

function regionalShorteningMs(node: TissueNode | undefined): number {
  if (node === undefined) return 0;
  return (
    APEX_SHORTER_MS * (0.5 - node.apicobasal) +
    (node.chamber === 'right' ? RIGHT_SHORTER_MS : 0) +
    FRONT_SHORTER_MS_PER_MM * -node.frankMm[2]
  );
}

/** Twice the mean with all neighbours: a border zone of about two lattice steps. */
function smoothOverNeighbours(ventricles: Ventricles, values: Float64Array): Float64Array {
  let smoothed = values;
  for (let pass = 0; pass < 2; pass += 1) {
    const before = smoothed;
    smoothed = before.map((own, node) => {
      const around = ventricles.neighbours[node] ?? [];
      const mean = around.reduce((sum, other) => sum + (before[other] ?? 0), 0) / around.length;
      return (own + mean) / 2;
    });
  }
  return smoothed;
}

/** Electrode potentials per unit transmembrane potential: `[electrode][node]`, µV. */
export function ventricularTransfer(
  ventricles: Ventricles,
  isScar: readonly boolean[],
  field: LeadField,
): readonly Float64Array[] {
  const { nodes, edges } = ventricles;
  const seen = nodes.map((node) => {
    const values = new Float64Array(field.electrodeCount);
    field.at(node.frankMm[0], node.frankMm[1], node.frankMm[2], values);
    return values;
  });
  return Array.from({ length: field.electrodeCount }, (_, electrode) => {
    const transfer = new Float64Array(nodes.length);
    for (const { from, to, areaOverLengthMm } of edges) {
      if (isScar[from] === true || isScar[to] === true) continue;
      const step = (seen[to]?.[electrode] ?? 0) - (seen[from]?.[electrode] ?? 0);
      const weight = SOURCE_MICROVOLT * areaOverLengthMm * step;
      transfer[from] = (transfer[from] ?? 0) + weight;
      transfer[to] = (transfer[to] ?? 0) - weight;
    }
    return transfer;
  });
}

/** Electrode potentials over the ventricular part of a beat, `[electrode][t]`; t = 0 is the first activation. */
export function ventricularPotentials(
  state: TissueState,
  transfer: readonly Float64Array[],
  sampleMs: number,
  sampleCount: number,
  firstMs: number,
): readonly Float64Array[] {
  const potentials = transfer.map(() => new Float64Array(sampleCount));
  for (const [node, activation] of state.activationMs.entries()) {
    const ischaemia = state.ischaemia[node] ?? 0;
    // The amplifier is AC-coupled: what flows at rest is the baseline, so only the departure from rest counts.
    const swing = 1 - ischaemia * (ISCHAEMIC_REST + 1 - ISCHAEMIC_PLATEAU);
    const weights = transfer.map((electrode) => (electrode[node] ?? 0) * swing);
    if (!Number.isFinite(activation) || weights.every((weight) => weight === 0)) continue;
    const duration = state.actionPotentialMs[node] ?? 0;
    for (let t = 0; t < sampleCount; t += 1) {
      const since = firstMs + t * sampleMs - activation;
      const shape = actionPotential(since, duration);
      if (shape === 0) continue;
      for (let e = 0; e < weights.length; e += 1) {
        const row = potentials[e];
        if (row !== undefined) row[t] = (row[t] ?? 0) + (weights[e] ?? 0) * shape;
      }
    }
  }
  return potentials;
}

/** 0 at rest, 1 at the foot of the plateau. */
function actionPotential(sinceMs: number, durationMs: number): number {
  // Beyond these the logistic is below 1e-8.
  if (sinceMs < -20 * UPSTROKE_MS || sinceMs > durationMs + 20 * REPOLARIZATION_MS) return 0;
  const up = 1 / (1 + Math.exp(-sinceMs / UPSTROKE_MS));
  const down = 1 / (1 + Math.exp((sinceMs - durationMs) / REPOLARIZATION_MS));
  const plateau = 1 - PLATEAU_DROP * Math.min(1, Math.max(0, sinceMs / durationMs));
  return up * down * plateau;
}

/** Electrode potentials of the P wave, `[electrode][t]`; its onset is at `onsetMs` on the axis of `firstMs`. */
export function atrialPotentials(
  field: LeadField,
  shiftMm: Vector3,
  axis: { readonly sampleMs: number; readonly sampleCount: number; readonly firstMs: number },
  onsetMs: number,
): readonly Float64Array[] {
  const centre = add(ATRIA_FRANK_MM, shiftMm);
  const slope = gradient(field, centre);
  return slope.map((lead) => {
    const row = new Float64Array(axis.sampleCount);
    for (const { moment, atMs } of ATRIAL_FORCES) {
      const strength =
        SOURCE_MICROVOLT *
        ATRIAL_MOMENT_MM2 *
        (moment[0] * lead[0] + moment[1] * lead[1] + moment[2] * lead[2]);
      for (let t = 0; t < row.length; t += 1) {
        const away = (axis.firstMs + t * axis.sampleMs - onsetMs - atMs) / ATRIAL_WIDTH_MS;
        row[t] = (row[t] ?? 0) + strength * Math.exp(-0.5 * away * away);
      }
    }
    return row;
  });
}

export const ATRIAL_ACTIVATION_MS = ATRIAL_DURATION_MS;

function gradient(field: LeadField, at: Vector3): readonly Vector3[] {
  const stepMm = 1;
  const difference = (direction: Vector3): Float64Array => {
    const ahead = new Float64Array(field.electrodeCount);
    const behind = new Float64Array(field.electrodeCount);
    field.at(...add(at, scale(direction, stepMm)), ahead);
    field.at(...add(at, scale(direction, -stepMm)), behind);
    return ahead.map((value, e) => (value - (behind[e] ?? 0)) / (2 * stepMm));
  };
  const [x, y, z] = [difference([1, 0, 0]), difference([0, 1, 0]), difference([0, 0, 1])];
  return Array.from({ length: field.electrodeCount }, (_, e) => [x[e] ?? 0, y[e] ?? 0, z[e] ?? 0]);
}
