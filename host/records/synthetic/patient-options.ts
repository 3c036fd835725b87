/** What can be asked of a synthetic patient, checked once. */
import { IsochroneError } from '../../../codegen/errors.js';
import { CONDUCTIONS, type Conduction } from './activation.js';
import { NO_DISTURBANCE, type Disturbances } from './disturbances.js';
import type { Hypertrophy } from './heart.js';
import { SEGMENT_COUNT, ventricularLattice } from './lattice.js';
import { BEDSIDE_NOISE, type NoiseOptions } from './noise.js';
import type { Lesion } from './tissue.js';

/** A: rhythm (ECGSYN), B: one dipole (OSET), C: anatomy. Only C has a heart, and so lesions. */
export const LEVELS = ['A', 'B', 'C'] as const;
export type Level = (typeof LEVELS)[number];

export const BODIES = ['generic', 'varied'] as const;

export interface EctopicOptions {
  /** Node of the lattice. */
  readonly node: number;
  /** 1: every beat; n: each n-th is an early one among sinus beats. */
  readonly every: number;
}

export interface PatientOptions {
  readonly seed: number;
  readonly durationS: number;
  readonly heartRateBpm: number;
  readonly lesion: Lesion;
  readonly level?: Level;
  readonly conduction?: Conduction;
  readonly ectopic?: EctopicOptions;
  readonly hypertrophy?: Hypertrophy;
  readonly bodies?: (typeof BODIES)[number];
  readonly noise?: NoiseOptions;
  readonly disturbances?: Disturbances;
  /** 0: the generic heart, whatever the seed; 1 (default): the spread of healthy adults. */
  readonly variation?: number;
}

export type CompleteOptions = Required<Omit<PatientOptions, 'ectopic'>> & {
  readonly ectopic: EctopicOptions | null;
};

const MAX_DURATION_S = 3600;

/** @throws {IsochroneError} SYNTHETIC_OPTION_INVALID with the value seen */
export function completeOptions(options: PatientOptions): CompleteOptions {
  const complete: CompleteOptions = {
    level: 'C',
    conduction: 'normal',
    hypertrophy: 'none',
    bodies: 'generic',
    noise: BEDSIDE_NOISE,
    disturbances: NO_DISTURBANCE,
    variation: 1,
    ...options,
    ectopic: options.ectopic ?? null,
  };
  const wrong = [...generalFaults(complete), ...heartFaults(complete), ...noiseFaults(complete)][0];
  if (wrong !== undefined) throw optionError(wrong);
  return complete;
}

function optionError(what: string): IsochroneError {
  return new IsochroneError('SYNTHETIC_OPTION_INVALID', `synthetic patient, ${what}`, {
    hint: 'Change that option; the others are fine.',
  });
}

function generalFaults({ seed, durationS, heartRateBpm, variation }: CompleteOptions): string[] {
  return [
    ...(Number.isSafeInteger(seed) ? [] : [`seed ${seed}: a whole number is needed`]),
    ...(durationS >= 2 && durationS <= MAX_DURATION_S
      ? []
      : [`duration ${durationS} s: 2 to ${MAX_DURATION_S} is possible`]),
    ...(heartRateBpm >= 30 && heartRateBpm <= 200
      ? []
      : [`heart rate ${heartRateBpm}/min: 30 to 200 is possible`]),
    ...(variation >= 0 && variation <= 2 ? [] : [`variation ${variation}: 0 to 2 is possible`]),
  ];
}

function heartFaults(options: CompleteOptions): string[] {
  const { lesion, level, conduction, hypertrophy, ectopic } = options;
  const nodes = ventricularLattice().nodes.length;
  const isPlain =
    lesion.kind === 'none' && conduction === 'normal' && hypertrophy === 'none' && ectopic === null;
  return [
    ...(level === 'C' || isPlain
      ? []
      : [
          `level ${level} has no heart: lesions, blocks, ectopic beats and hypertrophy need level C`,
        ]),
    ...(CONDUCTIONS.includes(conduction) ? [] : [`conduction ${String(conduction)}`]),
    ...(lesion.segments.every((s) => Number.isInteger(s) && s >= 1 && s <= SEGMENT_COUNT)
      ? []
      : [`segments ${lesion.segments.join(' ')}: 1 to ${SEGMENT_COUNT} exist`]),
    ...((lesion.kind === 'none') === (lesion.segments.length === 0)
      ? []
      : [`lesion ${lesion.kind} with ${lesion.segments.length} segments`]),
    ...(new Set(lesion.segments).size < SEGMENT_COUNT
      ? []
      : ['a lesion of every segment leaves no heart']),
    ...(ectopic === null ||
    (Number.isInteger(ectopic.node) && ectopic.node in ventricularLattice().nodes)
      ? []
      : [`node ${ectopic.node}: 0 to ${nodes - 1} exist`]),
    ...(ectopic === null || (Number.isInteger(ectopic.every) && ectopic.every >= 1)
      ? []
      : [`every ${ectopic.every} beats: a whole number from 1 is needed`]),
    ...(lesion.kind === 'scar' &&
    ectopic !== null &&
    lesion.segments.includes(ventricularLattice().nodes[ectopic.node]?.segment ?? 0)
      ? [`node ${ectopic.node} lies in the scar and cannot begin a beat`]
      : []),
  ];
}

function noiseFaults({ noise, disturbances }: CompleteOptions): string[] {
  const sizes = [
    noise.emgMicrovolt,
    noise.mainsMicrovolt,
    noise.wanderMicrovolt,
    disturbances.popsPerMinute,
    disturbances.motionsPerMinute,
  ];
  const bad = sizes.find((size) => !(size >= 0 && Number.isFinite(size)));
  return [
    ...(bad === undefined ? [] : [`noise ${bad}: a number from 0 is needed`]),
    ...(noise.mainsHz > 0 && noise.mainsHz < 250 ? [] : [`mains of ${noise.mainsHz} Hz`]),
    ...disturbances.off
      .filter(({ fromS, toS }) => !(fromS >= 0 && toS > fromS))
      .map(({ fromS, toS }) => `electrode off from ${fromS} s to ${toS} s`),
  ];
}

export function recordName(options: CompleteOptions): string {
  const { level, lesion, conduction, ectopic, hypertrophy, seed } = options;
  return [
    'synthetic',
    ...(level === 'C' ? [] : [`level${level}`]),
    lesion.kind === 'none' ? 'normal' : `${lesion.kind}-${lesion.segments.join('-')}`,
    ...(conduction === 'normal' ? [] : [conduction]),
    ...(ectopic === null ? [] : [`ectopic${ectopic.node}`]),
    ...(hypertrophy === 'none' ? [] : [`hypertrophy-${hypertrophy}`]),
    `seed${seed}`,
  ].join('-');
}
