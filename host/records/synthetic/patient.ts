/**
 * A synthetic patient with a known heart: twelve leads and the truth that they were made from.
 */
import { IsochroneError } from '../../../codegen/errors.js';
import { TWELVE_LEAD_NAMES, type EcgLead, type EcgRecord } from '../record.js';
import type { Conduction } from './activation.js';
import { beatTemplate, type BeatTemplate } from './beat-template.js';
import { ADULTS, drawParameters, makeHeart } from './heart.js';
import { SEGMENT_COUNT } from './lattice.js';
import { fromIndependent, twelveLeads } from './leads.js';
import type { BeatFiducials } from './marks.js';
import { addNoise, BEDSIDE_NOISE, type NoiseOptions } from './noise.js';
import { seededRandom } from './random.js';
import type { Lesion } from './tissue.js';
import { GENERIC_BODY } from './torsos.js';
import type { HeartPose } from './ventricles.js';

export const SYNTHETIC_RATE_HZ = 500;
const SAMPLE_MS = 1000 / SYNTHETIC_RATE_HZ;
const MAX_DURATION_S = 3600;

/** Breathing moves the heart, and the heart rate with it. */
const RESPIRATION_HZ = 0.25;
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
  const population = {
    ...ADULTS,
    name: 'heart',
    variation,
    wallVariation: 0,
    bodies: GENERIC_BODY.pool,
  };
  const heart = makeHeart({ ...drawParameters(population, seed, 'none'), rrMs });
  const { pose, speed, duration } = heart.parameters;
  const beat = beatTemplate(heart, { lesion, origin: { conduction } }, SAMPLE_MS);
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
      leads: recordedLeads(potentials),
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

/** I, II and V1…V6 are whole microvolts, as an amplifier would give them; the others follow. */
function recordedLeads(electrodes: readonly Float64Array[]): readonly EcgLead[] {
  const [one, two, , , , , ...chest] = twelveLeads(electrodes);
  const independent = [one, two, ...chest].map((lead) =>
    // Adding 0 turns −0, which no file can hold, into 0.
    (lead ?? new Float64Array()).map((value) => Math.round(value) + 0),
  );
  const rows = fromIndependent(independent);
  return TWELVE_LEAD_NAMES.map((name, index) => ({
    name,
    microvolt: rows[index] ?? new Float64Array(),
  }));
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
