/**
 * The one door for `--record`: what the path is decides who reads it.
 */
import { stat } from 'node:fs/promises';
import { IsochroneError } from '../../codegen/errors.js';
import { isDecodedSetSpec, openDecodedRecord } from './decoded-set.js';
import { readEdf } from './edf.js';
import { fileError } from './files.js';
import type { EcgRecord } from './record.js';
import { readWfdb, wfdbHeaderPath } from './wfdb.js';

/** Endings of formats that people try; anything else unknown may still be a WFDB record name. */
const KNOWN_OTHER_FORMATS = /\.(?:bdf|xml|csv|txt|json|mat|scp|dcm|gz|zip|npy|onnx)$/iu;

/**
 * @param spec a WFDB record (`folder/name`, `.hea`, `.dat`), an EDF or EDF+ file (`.edf`), or a record of a decoded set (`folder/set.d16.gz#12`)
 * @throws {IsochroneError} RECORD_*
 */
export async function openRecord(spec: string): Promise<EcgRecord> {
  if (spec.trim() === '') {
    throw new IsochroneError('RECORD_NOT_FOUND', 'the record path is empty', {
      hint: 'Name a WFDB record or a .d16.gz set with #index.',
    });
  }
  if (isDecodedSetSpec(spec)) return openDecodedRecord(spec);
  const found = await stat(spec).catch(() => undefined);
  if (found?.isDirectory() === true) {
    const record = await stat(wfdbHeaderPath(spec)).catch(() => undefined);
    if (record?.isFile() !== true)
      throw await fileError(spec, Object.assign(new Error(), { code: 'EISDIR' }));
  }
  if (/\.edf$/iu.test(spec)) return readEdf(spec);
  const otherFile = found?.isFile() === true && !/\.(?:hea|dat)$/u.test(spec);
  const header = otherFile ? await stat(wfdbHeaderPath(spec)).catch(() => undefined) : undefined;
  if (KNOWN_OTHER_FORMATS.test(spec) || (otherFile && header === undefined)) {
    throw new IsochroneError('RECORD_UNSUPPORTED', `${spec} is no record that can be read`, {
      hint: 'WFDB records (.hea with its signal files), EDF and EDF+ (.edf) and .d16.gz sets are read.',
      where: { file: spec },
    });
  }
  return readWfdb(spec);
}
