/**
 * The faster way in: a record as a file that the firmware itself reads through semihosting (front end `semihost`), paced by the
 * device's clock or not at all. Format and command line: firmware-templates/afe/semihost/semihost_front_end.c.
 */
import { writeFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { IsochroneError } from '../../codegen/errors.js';

/** The image's command line holds 1024 bytes; what it leaves for the path. */
const MAX_PATH_BYTES = 960;

/** Sample-major, leads I II V1 V2 V3 V4 V5 V6, 500 Hz, microvolt. */
export async function writeSemihostRecord(file: string, microvolt: Int16Array): Promise<void> {
  const bytes = Buffer.from(microvolt.buffer, microvolt.byteOffset, microvolt.byteLength);
  await writeFile(file, endianness() === 'LE' ? bytes : Buffer.from(bytes).swap16());
}

/**
 * Arguments for `bootQemu({ semihosting: { args } })`; a speed of Infinity is not paced.
 * Throws INJECT_SPEED, RECORD_PATH_TOO_LONG.
 */
export function semihostRecordArguments(file: string, speed: number): string[] {
  const permille = speed === Number.POSITIVE_INFINITY ? 0 : Math.round(speed * 1000);
  if (!(speed > 0) || (permille === 0 && Number.isFinite(speed))) {
    throw new IsochroneError('INJECT_SPEED', `the speed must be above 0, not ${speed}`, {
      hint: 'Give 1 for real time, 2 for twice as fast.',
      where: { speed },
    });
  }
  if (Buffer.byteLength(file) > MAX_PATH_BYTES) {
    throw new IsochroneError(
      'RECORD_PATH_TOO_LONG',
      `the path of the record is longer than ${MAX_PATH_BYTES} bytes`,
      {
        hint: 'Use a shorter temporary folder (TMPDIR).',
        where: { file },
      },
    );
  }
  return [`pace=${permille}`, `record=${file}`];
}
