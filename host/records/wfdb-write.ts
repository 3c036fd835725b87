/** Single-segment WFDB records on disk: `.dat` and `.hea`. */
import { basename, dirname, join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { writeAtomically } from './files.js';
import type { EcgRecord } from './record.js';
import { wfdbHeaderPath } from './wfdb.js';
import { asInt16, STORAGE_FORMATS } from './wfdb-format.js';

/**
 * Units per millivolt: 1 µV where 16 bits hold ±32 mV, 5 µV where 12 bits hold ±10 mV, and the finest that leaves the range of any
 * electrode to the wider ones (±83 mV in steps of 10 nV, ±2.1 V in steps of 1 nV).
 */
const GAIN_PER_MILLIVOLT = { 16: 1000, 24: 100_000, 32: 1_000_000, 212: 200 } as const;

export type WrittenFormat = keyof typeof GAIN_PER_MILLIVOLT;

/** What can be a record name, and a file name beside the header: no separator, no dot. @throws {IsochroneError} RECORD_WRITE_FAILED */
export function checkRecordName(name: string, path: string): void {
  if (/^[\w-]+$/u.test(name)) return;
  throw new IsochroneError('RECORD_WRITE_FAILED', `"${name}" cannot be a WFDB record name`, {
    hint: 'Use letters, digits, hyphen and underscore.',
    where: { file: path },
  });
}

/** A record as its header and its data, which a folder keeps as NAME.hea and NAME.dat. @throws {IsochroneError} RECORD_OUT_OF_RANGE */
export function encodeWfdb(
  name: string,
  record: EcgRecord,
  comments: readonly string[] = [],
  format: WrittenFormat = 16,
): { readonly header: string; readonly data: Buffer } {
  const storage = STORAGE_FORMATS[format];
  const gain = GAIN_PER_MILLIVOLT[format];
  const signalCount = record.leads.length;
  const sampleCount = record.leads[0]?.microvolt.length ?? 0;
  const data = Buffer.alloc(storage.byteLength(signalCount * sampleCount));
  const lines = [`${name} ${signalCount} ${record.sampleRateHz} ${sampleCount}`];
  for (const [position, lead] of record.leads.entries()) {
    let sum = 0;
    for (let t = 0; t < sampleCount; t += 1) {
      const value = lead.microvolt[t] ?? Number.NaN;
      const stored = Number.isNaN(value) ? storage.invalid : Math.round((value * gain) / 1000);
      if (!Number.isNaN(value) && Math.abs(stored) > storage.most) {
        throw new IsochroneError(
          'RECORD_OUT_OF_RANGE',
          `lead ${lead.name}, sample ${t}: ${value} µV does not fit format ${format}`,
          {
            hint: 'Remove the offset first, or use a wider format.',
            where: { record: name },
          },
        );
      }
      sum = (sum + stored) | 0;
      storage.write(data, t * signalCount + position, stored);
    }
    const first = sampleCount === 0 ? 0 : storage.read(data, position);
    const bits = { 16: 16, 24: 24, 32: 32, 212: 12 }[format];
    lines.push(
      `${name}.dat ${format} ${gain}(0)/mV ${bits} 0 ${first} ${asInt16(sum)} 0 ${lead.name}`,
    );
  }
  const header = [...lines, ...comments.map((comment) => `# ${comment}`), ''].join('\n');
  return { header, data };
}

/**
 * Both files are written beside their place and renamed, the header last: a reader finds a whole record or none.
 *
 * @returns the path of the header
 * @throws {IsochroneError} RECORD_WRITE_FAILED, RECORD_OUT_OF_RANGE
 */
export async function writeWfdb(
  path: string,
  record: EcgRecord,
  comments: readonly string[] = [],
  format: WrittenFormat = 16,
): Promise<string> {
  const headerPath = wfdbHeaderPath(path);
  const name = basename(headerPath, '.hea');
  checkRecordName(name, headerPath);
  const { header, data } = encodeWfdb(name, record, comments, format);
  await writeAtomically(join(dirname(headerPath), `${name}.dat`), data);
  await writeAtomically(headerPath, header);
  return headerPath;
}
