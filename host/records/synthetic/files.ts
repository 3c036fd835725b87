/**
 * Synthetic patients on disk: a WFDB record and, beside it, the truth as JSON; and the patient that is used when none is named.
 */
import { basename } from 'node:path';
import { IsochroneError } from '../../../codegen/errors.js';
import { readRecordFile, writeAtomically } from '../files.js';
import { wfdbHeaderPath } from '../wfdb.js';
import { writeWfdb } from '../wfdb-write.js';
import type { PatientOptions, PatientTruth, SyntheticPatient } from './patient.js';

/**
 * An old, large inferolateral infarct: the inferior and inferolateral wall from base to apex, and the apex. Small inferior scars
 * (4 10 15) leave a Q in III alone, and a network may well, as a reader would, call that normal.
 */
export const DEFAULT_PATIENT: PatientOptions = {
  seed: 3,
  durationS: 40,
  heartRateBpm: 72,
  lesion: { kind: 'scar', segments: [4, 5, 10, 11, 15, 16, 17] },
};

export interface SyntheticFiles {
  readonly headerPath: string;
  readonly truthPath: string;
}

/**
 * Writes `path.hea`, `path.dat` and `path.truth.json`, each atomically, the header last: who finds the record finds its truth.
 *
 * @throws {IsochroneError} RECORD_WRITE_FAILED, RECORD_OUT_OF_RANGE
 */
export async function writeSynthetic(
  path: string,
  patient: SyntheticPatient,
): Promise<SyntheticFiles> {
  const headerPath = wfdbHeaderPath(path);
  const truthPath = truthPathOf(path);
  const name = basename(headerPath, '.hea');
  await writeAtomically(truthPath, `${JSON.stringify({ ...patient.truth, name }, null, 2)}\n`);
  await writeWfdb(headerPath, patient.record, [
    'synthetic: made by a model, no patient',
    `truth: ${basename(truthPath)}`,
  ]);
  return { headerPath, truthPath };
}

/** @throws {IsochroneError} RECORD_NOT_FOUND, RECORD_UNREADABLE, RECORD_TRUTH_INVALID */
export async function readTruth(path: string): Promise<PatientTruth> {
  const truthPath = truthPathOf(path);
  const text = (await readRecordFile(truthPath)).toString('utf8');
  try {
    const truth: unknown = JSON.parse(text);
    if (isTruth(truth)) return truth;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new IsochroneError('RECORD_TRUTH_INVALID', `${truthPath} holds no truth of this version`, {
    hint: 'Make the synthetic record again.',
    where: { file: truthPath },
  });
}

function truthPathOf(path: string): string {
  return `${wfdbHeaderPath(path).replace(/\.hea$/u, '')}.truth.json`;
}

function isTruth(value: unknown): value is PatientTruth {
  return (
    typeof value === 'object' &&
    value !== null &&
    'format' in value &&
    value.format === 'isochrone-truth-1' &&
    'rSampleIndices' in value &&
    Array.isArray(value.rSampleIndices) &&
    'lesion' in value
  );
}
