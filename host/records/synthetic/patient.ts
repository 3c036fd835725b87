/**
 * A synthetic patient with a known heart: twelve leads and the truth that they were made from.
 */
import { IsochroneError } from '../../../codegen/errors.js';
import { TWELVE_LEAD_NAMES, type EcgLead, type EcgRecord } from '../record.js';
import type { Conduction } from './activation.js';
import {
  atrialPotentials,
  REPOLARIZATION_MS,
  ATRIAL_ACTIVATION_MS,
  tissueState,
  ventricularPotentials,
  ventricularTransfer,
  type Lesion,
} from './beat.js';
import { addNoise, BEDSIDE_NOISE, type NoiseOptions } from './noise.js';
import { seededRandom, type Random } from './random.js';
import { genericTorso } from './torso.js';
import type { Vector3 } from './vector3.js';
import { buildVentricles, GENERIC_POSE, SEGMENT_COUNT, type HeartPose } from './ventricles.js';

export const SYNTHETIC_RATE_HZ = 500;
const SAMPLE_MS = 1000 / SYNTHETIC_RATE_HZ;
/** P onset to QRS onset. */
const PR_MS = 160;
/** The template begins this long before QRS onset and ends after the T wave. */
const BEAT_FIRST_MS = -240;
const MAX_DURATION_S = 3600;

/** Spread of healthy adults about the generic heart (standard deviations). */
const TURN_SD_RADIANS = (8 * Math.PI) / 180;
const SHIFT_SD_MM = 5;
const SIZE_SD = 0.05;
const SPEED_SD = 0.06;
const DURATION_SD = 0.04;

/** Breathing moves the heart down and back up, and the heart rate with it. */
const RESPIRATION_HZ = 0.25;
const RESPIRATION_MM: Vector3 = [0, 5, 1];
const RESPIRATORY_ARRHYTHMIA = 0.03;
const SLOW_ARRHYTHMIA = 0.02;
const SLOW_ARRHYTHMIA_HZ = 0.1;
const RANDOM_ARRHYTHMIA = 0.008;

export interface PatientOptions {
  readonly seed: number;
  readonly durationS: number;
  readonly heartRateBpm: number;
  readonly lesion: Lesion;
  readonly conduction?: Conduction;
  readonly noise?: NoiseOptions;
  /** 0: the generic heart, whatever the seed; 1 (default): the spread of healthy adults. */
  readonly variation?: number;
}

/** Sample offsets from the R mark of each beat, 500 Hz. */
export interface BeatFiducials {
  readonly pOnset: number;
  readonly pEnd: number;
  readonly qrsOnset: number;
  readonly jPoint: number;
  readonly tPeak: number;
  readonly tEnd: number;
}

export interface PatientTruth {
  readonly format: 'isochrone-truth-1';
  readonly name: string;
  readonly seed: number;
  readonly sampleRateHz: number;
  readonly sampleCount: number;
  readonly heartRateBpm: number;
  readonly lesion: Lesion;
  readonly conduction: Conduction;
  readonly variation: number;
  readonly noise: NoiseOptions;
  readonly heart: {
    readonly pose: HeartPose;
    readonly speed: number;
    readonly duration: number;
    readonly activationTotalMs: number;
    /** Mean activation time of each segment 1…21, null where nothing is activated (scar). */
    readonly segmentActivationMs: readonly (number | null)[];
  };
  /** Sample of the R mark: the largest vector sum over the leads within QRS. */
  readonly rSampleIndices: readonly number[];
  readonly fiducials: BeatFiducials;
}

export interface SyntheticPatient {
  readonly record: EcgRecord;
  readonly truth: PatientTruth;
}

/** @throws {IsochroneError} SYNTHETIC_OPTION_INVALID */
export function synthesizePatient(options: PatientOptions): SyntheticPatient {
  checkOptions(options);
  const { seed, lesion, heartRateBpm } = options;
  const conduction = options.conduction ?? 'normal';
  const variation = options.variation ?? 1;
  const noise = options.noise ?? BEDSIDE_NOISE;
  const rrMs = 60_000 / heartRateBpm;
  const random = seededRandom(seed, 'heart');
  const pose = drawPose(random, variation);
  const speed = 1 + SPEED_SD * variation * random.normal();
  const duration = 1 + DURATION_SD * variation * random.normal();

  const beat = beatTemplate(pose, { lesion, conduction, speed, duration, rrMs });
  const sampleCount = Math.round(options.durationS * SYNTHETIC_RATE_HZ);
  const onsets = beatOnsets(sampleCount, rrMs, seed, beat.rest[0]?.length ?? 0);
  const potentials = placeBeats(beat, onsets, sampleCount);
  addNoise(potentials, SYNTHETIC_RATE_HZ, noise, seed);

  const name = recordName(options);
  const firstR = beat.rOffset;
  const rSampleIndices = onsets
    .map((onset) => onset + firstR)
    .filter((index) => index >= 0 && index < sampleCount);
  return {
    record: {
      name,
      sampleRateHz: SYNTHETIC_RATE_HZ,
      leads: twelveLeads(potentials),
      source: 'synthetic',
      remarks: ['synthetic: made by a model, no patient'],
      annotations: rSampleIndices.map((sampleIndex) => ({ sampleIndex, label: 'N' })),
    },
    truth: {
      format: 'isochrone-truth-1',
      name,
      seed,
      sampleRateHz: SYNTHETIC_RATE_HZ,
      sampleCount,
      heartRateBpm,
      lesion,
      conduction,
      variation,
      noise,
      heart: {
        pose,
        speed,
        duration,
        activationTotalMs: beat.activationTotalMs,
        segmentActivationMs: beat.segmentActivationMs,
      },
      rSampleIndices,
      fiducials: beat.fiducials,
    },
  };
}

interface BeatTemplate {
  /** `[electrode][t]`, heart at mid-breath. */
  readonly rest: readonly Float64Array[];
  /** Change from mid-breath to full inspiration. */
  readonly breath: readonly Float64Array[];
  /** Samples from the template's begin to the R mark. */
  readonly rOffset: number;
  readonly fiducials: BeatFiducials;
  readonly activationTotalMs: number;
  readonly segmentActivationMs: readonly (number | null)[];
}

interface BeatOptions {
  readonly lesion: Lesion;
  readonly conduction: Conduction;
  readonly speed: number;
  readonly duration: number;
  readonly rrMs: number;
}

function beatTemplate(pose: HeartPose, options: BeatOptions): BeatTemplate {
  const field = genericTorso();
  const ventricles = buildVentricles(pose);
  const state = tissueState(ventricles, options);
  const reached = state.activationMs.filter(Number.isFinite);
  if (reached.length === 0) {
    throw optionError(
      `segments ${options.lesion.segments.join(' ')}: no site of activation is left`,
    );
  }
  const activationTotalMs = reached.reduce((a, b) => Math.max(a, b), 0);
  const repolarized = state.activationMs.reduce(
    (latest, time, node) =>
      Number.isFinite(time)
        ? Math.max(latest, time + (state.actionPotentialMs[node] ?? 0))
        : latest,
    0,
  );
  // Six times the width of phase 3 after the last one, 0.2 % is left.
  const sampleCount = Math.ceil((repolarized + 6 * REPOLARIZATION_MS - BEAT_FIRST_MS) / SAMPLE_MS);
  const axis = { sampleMs: SAMPLE_MS, sampleCount, firstMs: BEAT_FIRST_MS };
  const [expired, inspired] = [-1, 1].map((side) => {
    const shiftMm: Vector3 = [
      pose.shiftMm[0] + side * RESPIRATION_MM[0],
      pose.shiftMm[1] + side * RESPIRATION_MM[1],
      pose.shiftMm[2] + side * RESPIRATION_MM[2],
    ];
    const moved = buildVentricles({ ...pose, shiftMm });
    const transfer = ventricularTransfer(moved, state.isScar, field);
    const ventricular = ventricularPotentials(
      state,
      transfer,
      SAMPLE_MS,
      sampleCount,
      BEAT_FIRST_MS,
    );
    const atrial = atrialPotentials(field, shiftMm, axis, -PR_MS);
    return ventricular.map((row, e) => row.map((value, t) => value + (atrial[e]?.[t] ?? 0)));
  });
  const mix = (sign: 1 | -1): Float64Array[] =>
    (inspired ?? []).map((row, e) =>
      row.map((value, t) => (value + sign * (expired?.[e]?.[t] ?? 0)) / 2),
    );
  const rest = mix(1);
  const marks = markBeat(rest, activationTotalMs, repolarized);
  return {
    rest,
    breath: mix(-1),
    ...marks,
    activationTotalMs,
    segmentActivationMs: Array.from({ length: SEGMENT_COUNT }, (_, index) => {
      const times = ventricles.nodes.flatMap((node, i) => {
        const time = state.activationMs[i] ?? Number.POSITIVE_INFINITY;
        return node.segment === index + 1 && Number.isFinite(time) ? [time] : [];
      });
      return times.length === 0 ? null : times.reduce((sum, time) => sum + time, 0) / times.length;
    }),
  };
}

/**
 * Onsets and the J point are known from the model. Peaks are those of the vector sum over the leads, and T ends where the steepest
 * tangent of its descent meets the baseline: the clinical rule, on the clean beat.
 */
function markBeat(
  rest: readonly Float64Array[],
  activationTotalMs: number,
  repolarizedMs: number,
): { readonly rOffset: number; readonly fiducials: BeatFiducials } {
  const leads = twelveLeads(rest);
  const sampleAt = (ms: number): number => Math.round((ms - BEAT_FIRST_MS) / SAMPLE_MS);
  const size = Float64Array.from(rest[0] ?? [], (_, t) =>
    Math.hypot(...leads.map((lead) => lead.microvolt[t] ?? 0)),
  );
  const best = (from: number, to: number, score: (t: number) => number): number => {
    let found = from;
    for (let t = from; t <= to; t += 1) if (score(t) > score(found)) found = t;
    return found;
  };
  const sizeAt = (t: number): number => size[t] ?? 0;
  const rOffset = best(sampleAt(0), sampleAt(activationTotalMs), sizeAt);
  const last = size.length - 2;
  const tPeak = best(
    sampleAt(activationTotalMs + 100),
    Math.min(last, sampleAt(repolarizedMs)),
    sizeAt,
  );
  const descent = (t: number): number => (sizeAt(t - 1) - sizeAt(t + 1)) / 2;
  const steepest = best(tPeak, last, descent);
  const tEnd = Math.min(last, Math.round(steepest + sizeAt(steepest) / descent(steepest)));
  return {
    rOffset,
    fiducials: {
      pOnset: sampleAt(-PR_MS) - rOffset,
      pEnd: sampleAt(-PR_MS + ATRIAL_ACTIVATION_MS) - rOffset,
      qrsOnset: sampleAt(0) - rOffset,
      jPoint: sampleAt(activationTotalMs) - rOffset,
      tPeak: tPeak - rOffset,
      tEnd: tEnd - rOffset,
    },
  };
}

/** Samples where each beat's template begins; whole beats only. */
function beatOnsets(
  sampleCount: number,
  rrMs: number,
  seed: number,
  templateLength: number,
): readonly number[] {
  const random = seededRandom(seed, 'rhythm');
  const onsets: number[] = [];
  let atMs = rrMs * 0.2 * random.uniform();
  const slowPhase = 2 * Math.PI * random.uniform();
  while (atMs / SAMPLE_MS + templateLength <= sampleCount) {
    onsets.push(Math.round(atMs / SAMPLE_MS));
    const variability =
      RESPIRATORY_ARRHYTHMIA * Math.sin(breathPhase(atMs)) +
      SLOW_ARRHYTHMIA * Math.sin((2 * Math.PI * SLOW_ARRHYTHMIA_HZ * atMs) / 1000 + slowPhase) +
      RANDOM_ARRHYTHMIA * random.normal();
    atMs += rrMs * (1 + variability);
  }
  return onsets;
}

function breathPhase(atMs: number): number {
  return (2 * Math.PI * RESPIRATION_HZ * atMs) / 1000;
}

/** Beats are added, so a P wave may ride on the T before it at high rates. */
function placeBeats(
  beat: BeatTemplate,
  onsets: readonly number[],
  sampleCount: number,
): readonly Float64Array[] {
  return beat.rest.map((row, e) => {
    const output = new Float64Array(sampleCount);
    for (const onset of onsets) {
      const breath = Math.sin(breathPhase((onset + beat.rOffset) * SAMPLE_MS));
      for (let t = 0; t < row.length; t += 1) {
        output[onset + t] =
          (output[onset + t] ?? 0) + (row[t] ?? 0) + breath * (beat.breath[e]?.[t] ?? 0);
      }
    }
    return output;
  });
}

/** Electrodes RA LA LL V1…V6 → twelve leads. I, II and V are whole microvolts, as an amplifier would give them. */
function twelveLeads(electrodes: readonly Float64Array[]): readonly EcgLead[] {
  const [ra, la, ll, ...chest] = electrodes;
  const at = (row: Float64Array | undefined, t: number): number => row?.[t] ?? 0;
  const length = ra?.length ?? 0;
  const lead = (value: (t: number) => number): Float64Array =>
    Float64Array.from({ length }, (_, t) => value(t));
  // Adding 0 turns −0, which no file can hold, into 0.
  const whole = (value: number): number => Math.round(value) + 0;
  const leadI = lead((t) => whole(at(la, t) - at(ra, t)));
  const leadII = lead((t) => whole(at(ll, t) - at(ra, t)));
  const precordial = chest.map((electrode) =>
    lead((t) => whole(at(electrode, t) - (at(ra, t) + at(la, t) + at(ll, t)) / 3)),
  );
  const rows = [
    leadI,
    leadII,
    lead((t) => at(leadII, t) - at(leadI, t)),
    lead((t) => 0 - (at(leadI, t) + at(leadII, t)) / 2),
    lead((t) => at(leadI, t) - at(leadII, t) / 2),
    lead((t) => at(leadII, t) - at(leadI, t) / 2),
    ...precordial,
  ];
  return TWELVE_LEAD_NAMES.map((name, index) => ({
    name,
    microvolt: rows[index] ?? new Float64Array(length),
  }));
}

function drawPose(random: Random, variation: number): HeartPose {
  const draw = (deviation: number): number => deviation * variation * random.normal();
  const spread = (mean: Vector3, deviation: number): Vector3 => [
    mean[0] + draw(deviation),
    mean[1] + draw(deviation),
    mean[2] + draw(deviation),
  ];
  return {
    turn: spread(GENERIC_POSE.turn, TURN_SD_RADIANS),
    shiftMm: spread(GENERIC_POSE.shiftMm, SHIFT_SD_MM),
    size: GENERIC_POSE.size * (1 + draw(SIZE_SD)),
  };
}

function recordName(options: PatientOptions): string {
  const { kind, segments } = options.lesion;
  const lesion = kind === 'none' ? 'normal' : `${kind}-${segments.join('-')}`;
  const conduction = options.conduction ?? 'normal';
  return [
    'synthetic',
    lesion,
    ...(conduction === 'normal' ? [] : [conduction]),
    `seed${options.seed}`,
  ].join('-');
}

function checkOptions(options: PatientOptions): void {
  const { lesion, durationS, heartRateBpm, seed } = options;
  const variation = options.variation ?? 1;
  const wrong = [
    Number.isSafeInteger(seed) ? undefined : `seed ${seed}: a whole number is needed`,
    durationS >= 2 && durationS <= MAX_DURATION_S
      ? undefined
      : `duration ${durationS} s: 2 to ${MAX_DURATION_S} is possible`,
    heartRateBpm >= 30 && heartRateBpm <= 200
      ? undefined
      : `heart rate ${heartRateBpm}/min: 30 to 200 is possible`,
    variation >= 0 && variation <= 2 ? undefined : `variation ${variation}: 0 to 2 is possible`,
    lesion.segments.every((s) => Number.isInteger(s) && s >= 1 && s <= SEGMENT_COUNT)
      ? undefined
      : `segments ${lesion.segments.join(' ')}: 1 to ${SEGMENT_COUNT} exist`,
    (lesion.kind === 'none') === (lesion.segments.length === 0)
      ? undefined
      : `lesion ${lesion.kind} with ${lesion.segments.length} segments`,
    new Set(lesion.segments).size < SEGMENT_COUNT
      ? undefined
      : 'a lesion of every segment leaves no heart',
  ].find((message) => message !== undefined);
  if (wrong !== undefined) {
    throw optionError(wrong);
  }
}

function optionError(what: string): IsochroneError {
  return new IsochroneError('SYNTHETIC_OPTION_INVALID', `synthetic patient, ${what}`, {
    hint: 'Change that option; the others are fine.',
  });
}
