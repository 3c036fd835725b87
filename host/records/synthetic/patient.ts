/**
 * A synthetic patient with a known heart: twelve leads and the truth that they were made from.
 */
import { TWELVE_LEAD_NAMES, type EcgLead, type EcgRecord } from '../record.js';
import type { Conduction } from './activation.js';
import { beatTemplate, type BeatTemplate } from './beat-template.js';
import { disturb, type DisturbanceEvent, type Disturbances } from './disturbances.js';
import {
  ADULTS,
  drawParameters,
  makeHeart,
  type HeartCondition,
  type HeartParameters,
  type Hypertrophy,
  type SimulatedHeart,
} from './heart.js';
import { fromIndependent, twelveLeads } from './leads.js';
import { synthesizeLevelA, type RhythmRecord } from './level-a.js';
import { synthesizeLevelB } from './level-b.js';
import type { BeatFiducials } from './marks.js';
import { ectopicSite, type EctopicSite } from './median-beat.js';
import { addNoise, type NoiseOptions } from './noise.js';
import {
  completeOptions,
  recordName,
  type CompleteOptions,
  type Level,
  type PatientOptions,
} from './patient-options.js';
import { beatTimes, breathPhase } from './rhythm.js';
import { NO_LESION, NORMAL_ORIGIN, type Lesion } from './tissue.js';
import { asRanges, CHANGE_MICROVOLT, changedSamples, type ChangedRanges } from './time-truth.js';
import { GENERIC_BODY } from './torsos.js';

export type { PatientOptions } from './patient-options.js';

export const SYNTHETIC_RATE_HZ = 500;
const SAMPLE_MS = 1000 / SYNTHETIC_RATE_HZ;

/** Which samples of which leads differ from the same heart's normal beat, from 240 ms before QRS on. */
export interface ChangeTruth {
  readonly thresholdMicrovolt: number;
  /** By lead I II III aVR aVL aVF V1…V6: ranges [begin, end) as offsets from R. */
  readonly leads: ChangedRanges;
}

export interface HeartTruth extends HeartParameters {
  readonly activationTotalMs: number;
  /** Mean activation time of each segment 1…21, null where nothing is activated (scar). */
  readonly segmentActivationMs: readonly (number | null)[];
}

/** Ectopic beats of the record: origin, and what their beats look like. */
export interface EctopicTruth extends EctopicSite {
  /** Apex 0, base 1. */
  readonly apicobasal: number;
  /** Anterior 0, septal 90, inferior 180, lateral 270. */
  readonly rotationDeg: number;
  /** Endocardium 0, epicardium 1. */
  readonly depth: number;
  readonly every: number;
  readonly activationTotalMs: number;
  readonly fiducials: BeatFiducials;
  readonly changed: ChangeTruth;
}

export interface PatientTruth {
  readonly format: 'isochrone-truth-1';
  readonly name: string;
  readonly seed: number;
  readonly level: Level;
  readonly sampleRateHz: number;
  readonly sampleCount: number;
  readonly heartRateBpm: number;
  readonly lesion: Lesion;
  readonly conduction: Conduction;
  readonly hypertrophy: Hypertrophy;
  readonly variation: number;
  readonly noise: NoiseOptions;
  readonly disturbances: Disturbances;
  readonly events: readonly DisturbanceEvent[];
  /** null at levels A and B. */
  readonly heart: HeartTruth | null;
  /** Sample of the R mark: the largest vector sum over the leads within QRS. */
  readonly rSampleIndices: readonly number[];
  /** Of each beat: N down the conduction system, V ectopic. */
  readonly beatLabels: readonly ('N' | 'V')[];
  /** Of the beats labelled N; null when there are none, and at levels A and B. */
  readonly fiducials: BeatFiducials | null;
  readonly ectopic: EctopicTruth | null;
  /** Of the beats labelled N; null without lesion, block or hypertrophy. */
  readonly changed: ChangeTruth | null;
}

export interface SyntheticPatient {
  readonly record: EcgRecord;
  readonly truth: PatientTruth;
}

interface Recorded {
  /** `[electrode][t]`, µV. */
  readonly potentials: readonly Float64Array[];
  readonly beats: readonly { readonly r: number; readonly label: 'N' | 'V' }[];
  readonly truth: Pick<PatientTruth, 'heart' | 'fiducials' | 'ectopic' | 'changed'>;
}

/** @throws {IsochroneError} SYNTHETIC_OPTION_INVALID */
export function synthesizePatient(asked: PatientOptions): SyntheticPatient {
  const options = completeOptions(asked);
  const { seed, level, noise, disturbances } = options;
  const sampleCount = Math.round(options.durationS * SYNTHETIC_RATE_HZ);
  const made =
    level === 'C' ? recordHeart(options, sampleCount) : recordRhythm(options, sampleCount);
  addNoise(made.potentials, SYNTHETIC_RATE_HZ, noise, seed);
  const { potentials, events } = disturb(made.potentials, SYNTHETIC_RATE_HZ, disturbances, seed);
  const beats = made.beats.filter(({ r }) => r >= 0 && r < sampleCount);
  const name = recordName(options);
  return {
    record: {
      name,
      sampleRateHz: SYNTHETIC_RATE_HZ,
      leads: recordedLeads(potentials),
      source: 'synthetic',
      remarks: ['synthetic: made by a model, no patient'],
      annotations: beats.map(({ r, label }) => ({ sampleIndex: r, label })),
    },
    truth: {
      format: 'isochrone-truth-1',
      name,
      seed,
      level,
      sampleRateHz: SYNTHETIC_RATE_HZ,
      sampleCount,
      heartRateBpm: options.heartRateBpm,
      lesion: options.lesion,
      conduction: options.conduction,
      hypertrophy: options.hypertrophy,
      variation: options.variation,
      noise,
      disturbances,
      events,
      rSampleIndices: beats.map(({ r }) => r),
      beatLabels: beats.map(({ label }) => label),
      ...made.truth,
    },
  };
}

/** Levels A and B, as electrodes would have seen them. */
function recordRhythm(options: CompleteOptions, sampleCount: number): Recorded {
  const { seed, heartRateBpm } = options;
  const make = options.level === 'A' ? synthesizeLevelA : synthesizeLevelB;
  const { independent, rSampleIndices }: RhythmRecord = make(
    seed,
    sampleCount,
    SYNTHETIC_RATE_HZ,
    heartRateBpm,
  );
  const [one, two, ...chest] = independent;
  const zero = new Float64Array(sampleCount);
  // With RA as the reference, Wilson's terminal lies at (I + II)/3.
  const wilson = zero.map((_, t) => ((one?.[t] ?? 0) + (two?.[t] ?? 0)) / 3);
  return {
    potentials: [
      zero,
      one ?? zero,
      two ?? zero,
      ...chest.map((row) => row.map((value, t) => value + (wilson[t] ?? 0))),
    ],
    beats: rSampleIndices.map((r) => ({ r, label: 'N' })),
    truth: { heart: null, fiducials: null, ectopic: null, changed: null },
  };
}

function recordHeart(options: CompleteOptions, sampleCount: number): Recorded {
  const { seed, lesion, conduction, ectopic, hypertrophy } = options;
  const rrMs = 60_000 / options.heartRateBpm;
  const isVaried = options.bodies === 'varied';
  const population = {
    ...ADULTS,
    name: 'heart',
    variation: options.variation,
    wallVariation: isVaried ? options.variation : 0,
    bodies: isVaried ? 'patients' : GENERIC_BODY.pool,
  };
  const parametersOf = (growth: Hypertrophy): HeartParameters => ({
    ...drawParameters(population, seed, growth),
    rrMs,
  });
  const heart = makeHeart(parametersOf(hypertrophy));
  const sinus: HeartCondition = { lesion, origin: { conduction } };
  const isIll = lesion.kind !== 'none' || conduction !== 'normal' || hypertrophy !== 'none';
  const healthy = hypertrophy === 'none' ? heart : makeHeart(parametersOf('none'));
  const templates = {
    N: beatTemplate(heart, sinus, SAMPLE_MS),
    V:
      ectopic === null
        ? undefined
        : beatTemplate(heart, { lesion, origin: { ectopicNode: ectopic.node } }, SAMPLE_MS),
  };
  const normal =
    isIll || ectopic !== null
      ? beatTemplate(healthy, { lesion: NO_LESION, origin: NORMAL_ORIGIN }, SAMPLE_MS)
      : undefined;
  const schedule = beatTimes(sampleCount * SAMPLE_MS, rrMs, seed, ectopic?.every ?? 0)
    .map(({ atMs, isEctopic }) => {
      const label = isEctopic ? ('V' as const) : ('N' as const);
      return { onset: Math.round(atMs / SAMPLE_MS), label, beat: templates[label] ?? templates.N };
    })
    // Whole beats only.
    .filter(({ onset, beat }) => onset + (beat.rest[0]?.length ?? 0) <= sampleCount);
  return {
    potentials: placeBeats(schedule, sampleCount),
    beats: schedule.map(({ onset, label, beat }) => ({ r: onset + beat.rOffset, label })),
    truth: {
      heart: {
        ...heart.parameters,
        activationTotalMs: templates.N.activationTotalMs,
        segmentActivationMs: templates.N.segmentActivationMs,
      },
      fiducials: ectopic?.every === 1 ? null : templates.N.fiducials,
      ectopic:
        ectopic === null || templates.V === undefined
          ? null
          : ectopicTruth(heart, ectopic, templates.V, normal),
      changed: isIll && ectopic?.every !== 1 ? changeTruth(templates.N, normal) : null,
    },
  };
}

function ectopicTruth(
  heart: SimulatedHeart,
  { node, every }: { readonly node: number; readonly every: number },
  beat: BeatTemplate,
  normal: BeatTemplate | undefined,
): EctopicTruth | null {
  const site = ectopicSite(heart, { lesion: NO_LESION, origin: { ectopicNode: node } });
  const label = heart.ventricles.lattice.nodes[node];
  if (site === null || label === undefined) return null;
  return {
    ...site,
    apicobasal: label.apicobasal,
    rotationDeg: label.rotationDeg,
    depth: label.depth,
    every,
    activationTotalMs: beat.activationTotalMs,
    fiducials: beat.fiducials,
    changed: changeTruth(beat, normal),
  };
}

/** Templates begin at one time before the first activation, so they are compared sample by sample. */
function changeTruth(beat: BeatTemplate, normal: BeatTemplate | undefined): ChangeTruth {
  const changed = changedSamples(
    twelveLeads(beat.rest),
    normal === undefined ? [] : twelveLeads(normal.rest),
    CHANGE_MICROVOLT,
  );
  return { thresholdMicrovolt: CHANGE_MICROVOLT, leads: asRanges(changed, beat.rOffset) };
}

/** Beats are added, so a P wave may ride on the T before it at high rates. */
function placeBeats(
  schedule: readonly { readonly onset: number; readonly beat: BeatTemplate }[],
  sampleCount: number,
): readonly Float64Array[] {
  const electrodes = schedule[0]?.beat.rest.length ?? 9;
  return Array.from({ length: electrodes }, (_, e) => {
    const output = new Float64Array(sampleCount);
    for (const { onset, beat } of schedule) {
      const breath = Math.sin(breathPhase((onset + beat.rOffset) * SAMPLE_MS));
      const [rest, change] = [beat.rest[e], beat.breath[e]];
      for (let t = 0; t < (rest?.length ?? 0); t += 1) {
        output[onset + t] =
          (output[onset + t] ?? 0) + (rest?.[t] ?? 0) + breath * (change?.[t] ?? 0);
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
