/**
 * Writes into a linked image how long it is and its CRC-32C, by which the device knows at its start whether its flash still
 * holds what was built (firmware-templates/hal/cortex-m/sound.c).
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { IsochroneError } from '../../codegen/errors.js';
import { crc32c } from '../protocol/crc32c.js';
import { runProcess } from './process.js';

const SECTION = '.image_seal';
/** "ISOS", as in the C. */
const MARK = 0x49534f53;
const SEAL_BYTES = 12;

/** What the device compares. */
export function sealBytes(byteCount: number, crc: number): Uint8Array {
  const bytes = Buffer.alloc(SEAL_BYTES);
  bytes.writeUInt32LE(MARK, 0);
  bytes.writeUInt32LE(byteCount, 4);
  bytes.writeUInt32LE(crc, 8);
  return bytes;
}

/** Throws FIRMWARE_LINK when the image has no place for its seal. */
export async function sealImage(prefix: string, elfPath: string): Promise<void> {
  const contents = `${elfPath}.contents`;
  const seal = `${elfPath}.seal`;
  const objcopy = async (args: readonly string[]): Promise<void> => {
    const { status, stderr } = await runProcess(`${prefix}objcopy`, args);
    if (status === 0) return;
    throw new IsochroneError('FIRMWARE_LINK', `the image cannot be sealed: ${stderr.trim()}`, {
      hint: `Check that ${prefix}objcopy is installed, and that the linker script keeps ${SECTION}.`,
      where: { output: elfPath },
    });
  };
  try {
    await objcopy(['-O', 'binary', '-R', SECTION, elfPath, contents]);
    const covered = await readFile(contents);
    await writeFile(seal, sealBytes(covered.length, crc32c(covered)));
    await objcopy(['--update-section', `${SECTION}=${seal}`, elfPath]);
  } finally {
    await Promise.all([contents, seal].map((file) => rm(file, { force: true })));
  }
}
