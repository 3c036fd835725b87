/**
 * One heartbeat as the electrodes see it: transmembrane potentials of all tissue, through the volume conductor.
 *
 * Between two neighbouring pieces of tissue flows an intracellular current σ_i A/L (V_a − V_b): a dipole along the edge. Summed
 * over the lattice, an electrode with lead field g sees −gᵀ K V, K the lattice's conductance Laplacian. Hence at once:
 * tissue at one common potential is silent, and a scar, whose edges carry no current, is no source, at rest or in plateau.
 */
import type { TissueState } from './tissue.js';
import type { LeadField } from './torso.js';
import { add, scale, type Vector3 } from './vector3.js';
import type { Ventricles } from './ventricles.js';

/** Upstroke of the action potential: logistic, 10–90 % in 4.4 times this. */
const UPSTROKE_MS = 1.2;
/** Phase 3; with the dispersion of repolarisation it sets the width of the T wave. */
export const REPOLARIZATION_MS = 33;
/** The plateau sinks by this share until repolarisation: ST then rises gently into T. */
const PLATEAU_DROP = 0.11;

/** Acute transmural ischaemia: rest raised by 20 mV, plateau lowered by 25 mV. */
const ISCHAEMIC_REST = 0.2;
const ISCHAEMIC_PLATEAU = 0.75;

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
export const ATRIAL_ACTIVATION_MS = 100;

/** Equally spaced moments; 0 ms is the first activation of the ventricles. */
export interface TimeAxis {
  readonly sampleMs: number;
  readonly sampleCount: number;
  readonly firstMs: number;
}

/** The rise from rest (0) to plateau (1), and how far from 0 ms it is still on its way. */
export interface Upstroke {
  readonly reachMs: number;
  readonly at: (sinceMs: number) => number;
}

/** Full bandwidth. Beyond the reach the logistic is below 1e-8. */
export const SHARP_UPSTROKE: Upstroke = {
  reachMs: 20 * UPSTROKE_MS,
  at: (sinceMs) => 1 / (1 + Math.exp(-sinceMs / UPSTROKE_MS)),
};

const LOW_PASS_STEP_MS = 0.5;
const LOW_PASS_HALF_MS = 100;

/**
 * The upstroke as it leaves a low-pass (windowed sinc, 200 ms long, as the signal chain's). All else in an action potential is
 * slow, so a beat sampled with this rise is a beat low-passed and then sampled, to within a few microvolt.
 */
export function lowPassedUpstroke(cutHz: number): Upstroke {
  const taps: number[] = [];
  for (let ms = -LOW_PASS_HALF_MS; ms <= LOW_PASS_HALF_MS; ms += LOW_PASS_STEP_MS) {
    const turns = (2 * cutHz * ms) / 1000;
    const sinc = turns === 0 ? 1 : Math.sin(Math.PI * turns) / (Math.PI * turns);
    taps.push(sinc * (0.5 + 0.5 * Math.cos((Math.PI * ms) / LOW_PASS_HALF_MS)));
  }
  const sum = taps.reduce((a, b) => a + b, 0);
  const reachMs = LOW_PASS_HALF_MS + SHARP_UPSTROKE.reachMs;
  const table = Float64Array.from({ length: (2 * reachMs) / LOW_PASS_STEP_MS + 2 }, (_, index) => {
    const ms = index * LOW_PASS_STEP_MS - reachMs;
    return taps.reduce((total, tap, k) => {
      const delay = k * LOW_PASS_STEP_MS - LOW_PASS_HALF_MS;
      return total + (tap / sum) * SHARP_UPSTROKE.at(ms - delay);
    }, 0);
  });
  return {
    reachMs,
    at: (sinceMs) => {
      if (sinceMs <= -reachMs) return 0;
      if (sinceMs >= reachMs) return 1;
      const place = (sinceMs + reachMs) / LOW_PASS_STEP_MS;
      const below = Math.floor(place);
      const share = place - below;
      return (1 - share) * (table[below] ?? 0) + share * (table[below + 1] ?? 0);
    },
  };
}

/** The lead field at every piece of tissue, `[node][electrode]`. */
export function leadFieldAtTissue(ventricles: Ventricles, field: LeadField): Float64Array {
  const { frankMm } = ventricles;
  const { electrodeCount } = field;
  const seen = new Float64Array((frankMm.length / 3) * electrodeCount);
  for (let node = 0; 3 * node < frankMm.length; node += 1) {
    field.at(
      frankMm[3 * node] ?? 0,
      frankMm[3 * node + 1] ?? 0,
      frankMm[3 * node + 2] ?? 0,
      seen.subarray(node * electrodeCount, (node + 1) * electrodeCount),
    );
  }
  return seen;
}

/** Electrode potentials per unit transmembrane potential: `[node][electrode]`, µV. */
export function ventricularTransfer(
  ventricles: Ventricles,
  isScar: readonly boolean[],
  seen: Float64Array,
): Float64Array {
  const { lattice, areaOverLengthMm } = ventricles;
  const electrodes = seen.length / lattice.nodes.length;
  const transfer = new Float64Array(seen.length);
  for (const [index, { from, to }] of lattice.edges.entries()) {
    if (isScar[from] === true || isScar[to] === true) continue;
    const strength = SOURCE_MICROVOLT * (areaOverLengthMm[index] ?? 0);
    for (let e = 0; e < electrodes; e += 1) {
      const [a, b] = [from * electrodes + e, to * electrodes + e];
      const weight = strength * ((seen[b] ?? 0) - (seen[a] ?? 0));
      transfer[a] = (transfer[a] ?? 0) + weight;
      transfer[b] = (transfer[b] ?? 0) - weight;
    }
  }
  return transfer;
}

/** Electrode potentials over the ventricular part of a beat, `[electrode][t]`, µV. */
export function ventricularPotentials(
  state: TissueState,
  transfer: Float64Array,
  axis: TimeAxis,
  upstroke: Upstroke,
): readonly Float64Array[] {
  const { sampleMs, sampleCount, firstMs } = axis;
  const electrodes = transfer.length / state.activationMs.length;
  const potentials = new Float64Array(sampleCount * electrodes);
  const weights = new Float64Array(electrodes);
  const perSample = Math.exp(sampleMs / REPOLARIZATION_MS);
  for (let node = 0; node < state.activationMs.length; node += 1) {
    const activation = state.activationMs[node] ?? Number.POSITIVE_INFINITY;
    const ischaemia = state.ischaemia[node] ?? 0;
    // The amplifier is AC-coupled: what flows at rest is the baseline, so only the departure from rest counts.
    const swing = 1 - ischaemia * (ISCHAEMIC_REST + 1 - ISCHAEMIC_PLATEAU);
    let isSilent = true;
    for (let e = 0; e < electrodes; e += 1) {
      const weight = (transfer[node * electrodes + e] ?? 0) * swing;
      weights[e] = weight;
      if (weight !== 0) isSilent = false;
    }
    if (!Number.isFinite(activation) || isSilent) continue;
    const duration = state.actionPotentialMs[node] ?? 0;
    const begin = Math.max(0, Math.ceil((activation - upstroke.reachMs - firstMs) / sampleMs));
    const silentMs = activation + duration + 20 * REPOLARIZATION_MS;
    const end = Math.min(sampleCount, Math.floor((silentMs - firstMs) / sampleMs) + 1);
    // Phase 3 is a logistic too; its exponential grows by one factor from sample to sample.
    let fall = Math.exp((firstMs + begin * sampleMs - activation - duration) / REPOLARIZATION_MS);
    for (let t = begin; t < end; t += 1) {
      const since = firstMs + t * sampleMs - activation;
      const rise = since >= upstroke.reachMs ? 1 : upstroke.at(since);
      const plateau = 1 - PLATEAU_DROP * Math.min(1, Math.max(0, since / duration));
      const shape = (rise * plateau) / (1 + fall);
      fall *= perSample;
      const row = t * electrodes;
      for (let e = 0; e < electrodes; e += 1) {
        potentials[row + e] = (potentials[row + e] as number) + (weights[e] as number) * shape;
      }
    }
  }
  return Array.from({ length: electrodes }, (_, e) =>
    Float64Array.from({ length: sampleCount }, (_s, t) => potentials[t * electrodes + e] ?? 0),
  );
}

/** Electrode potentials of the P wave, `[electrode][t]`, µV; its onset is at `onsetMs`. */
export function atrialPotentials(
  field: LeadField,
  shiftMm: Vector3,
  axis: TimeAxis,
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
