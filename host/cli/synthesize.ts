/** `isochrone synthesize --out PATH`: a synthetic patient as WFDB, with its truth. */
import { IsochroneError } from '../../codegen/errors.js';
import type { Conduction } from '../records/synthetic/activation.js';
import { NO_DISTURBANCE, type Disturbances } from '../records/synthetic/disturbances.js';
import { DEFAULT_PATIENT, writeSynthetic } from '../records/synthetic/files.js';
import type { Hypertrophy } from '../records/synthetic/heart.js';
import { BEDSIDE_NOISE } from '../records/synthetic/noise.js';
import type { BODIES, Level } from '../records/synthetic/patient-options.js';
import { synthesizePatient, type PatientOptions } from '../records/synthetic/patient.js';
import { NO_LESION, type Lesion } from '../records/synthetic/tissue.js';

export interface SynthesizeOptions {
  readonly out: string;
  readonly seed?: number;
  readonly seconds?: number;
  readonly heartRate?: number;
  readonly level: Level;
  readonly normal: boolean;
  readonly scar?: readonly number[];
  readonly ischaemia?: readonly number[];
  readonly conduction?: Conduction;
  /** Node. */
  readonly ectopic?: number;
  readonly ectopicEvery: number;
  readonly hypertrophy?: Hypertrophy;
  readonly body?: (typeof BODIES)[number];
  readonly variation?: number;
  readonly emg?: number;
  readonly mains?: number;
  readonly mainsHz?: number;
  readonly wander?: number;
  readonly pops?: number;
  readonly motion?: number;
  readonly reversal?: Disturbances['reversed'];
  readonly leadOff?: Disturbances['off'];
}

/** @throws {IsochroneError} SYNTHETIC_OPTION_INVALID, RECORD_WRITE_FAILED */
export async function runSynthesize(options: SynthesizeOptions): Promise<void> {
  const files = await writeSynthetic(options.out, synthesizePatient(patientOptions(options)));
  process.stdout.write(`${files.headerPath}\n${files.truthPath}\n`);
}

export function patientOptions(options: SynthesizeOptions): PatientOptions {
  const { conduction, hypertrophy, body, variation, ectopic } = options;
  return {
    seed: options.seed ?? DEFAULT_PATIENT.seed,
    durationS: options.seconds ?? DEFAULT_PATIENT.durationS,
    heartRateBpm: options.heartRate ?? DEFAULT_PATIENT.heartRateBpm,
    level: options.level,
    lesion: lesionOf(options),
    ...(conduction === undefined ? {} : { conduction }),
    ...(hypertrophy === undefined ? {} : { hypertrophy }),
    ...(body === undefined ? {} : { bodies: body }),
    ...(variation === undefined ? {} : { variation }),
    ...(ectopic === undefined ? {} : { ectopic: { node: ectopic, every: options.ectopicEvery } }),
    noise: {
      emgMicrovolt: options.emg ?? BEDSIDE_NOISE.emgMicrovolt,
      mainsMicrovolt: options.mains ?? BEDSIDE_NOISE.mainsMicrovolt,
      mainsHz: options.mainsHz ?? BEDSIDE_NOISE.mainsHz,
      wanderMicrovolt: options.wander ?? BEDSIDE_NOISE.wanderMicrovolt,
    },
    disturbances: {
      popsPerMinute: options.pops ?? NO_DISTURBANCE.popsPerMinute,
      motionsPerMinute: options.motion ?? NO_DISTURBANCE.motionsPerMinute,
      reversed: options.reversal ?? NO_DISTURBANCE.reversed,
      off: options.leadOff ?? NO_DISTURBANCE.off,
    },
  };
}

/** Whoever names anything about the heart gets that alone, not the default infarct with it. */
function lesionOf(options: SynthesizeOptions): Lesion {
  const { normal, scar, ischaemia, conduction, ectopic, hypertrophy, level } = options;
  if ([normal ? [] : undefined, scar, ischaemia].filter((one) => one !== undefined).length > 1) {
    throw new IsochroneError(
      'SYNTHETIC_OPTION_INVALID',
      'synthetic patient, more than one of --normal, --scar and --ischaemia',
      { hint: 'One heart has one lesion here; name one of them.' },
    );
  }
  if (scar !== undefined) return { kind: 'scar', segments: scar };
  if (ischaemia !== undefined) return { kind: 'ischaemia', segments: ischaemia };
  const isNamed =
    normal ||
    level !== 'C' ||
    conduction !== undefined ||
    ectopic !== undefined ||
    hypertrophy !== undefined;
  return isNamed ? NO_LESION : DEFAULT_PATIENT.lesion;
}
