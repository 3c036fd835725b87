/** `isochrone build --key`: boot loader and signed images of a board that is updated in the field. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildImages } from '../update/build-images.js';
import { encodeImages, slotContent } from '../update/image.js';
import { readPrivateKey } from '../update/keys.js';
import { parseVersion, versionText } from '../update/version.js';
import type { Board } from '../toolchain/board.js';
import type { FrontEnd } from '../toolchain/build-firmware.js';

export interface SignedFirmware {
  readonly version: string;
  /** What `isochrone update` takes. */
  readonly imageFile: string;
  /** What `isochrone flash` writes once: the boot loader, and the first slot with the application. */
  readonly bootFile: string;
  readonly slotFile: string;
  readonly bootFlashBytes: number;
  readonly programBytes: number;
}

/** @throws IsochroneError BOARD_NO_SLOTS, KEY_UNREADABLE, FIRMWARE_VERSION, LIBRARY_UNAVAILABLE, FIRMWARE_* */
export async function buildSignedFirmware(options: {
  readonly board: Board;
  readonly networkDir: string;
  readonly frontEnd: FrontEnd;
  readonly key: string;
  readonly version: string;
  readonly oldestAllowed: string;
  readonly outDir: string;
}): Promise<SignedFirmware> {
  const { board, outDir } = options;
  const version = parseVersion(options.version);
  const { boot, images } = await buildImages({
    ...options,
    version,
    oldestAllowed: parseVersion(options.oldestAllowed),
    privateKey: await readPrivateKey(options.key),
  });
  const [first] = images;
  const name = `${board.name}-${versionText(version)}`;
  const imageFile = join(outDir, `${name}.image`);
  const slotFile = join(outDir, `${name}.slot-a.bin`);
  await writeFile(imageFile, encodeImages(images));
  if (first !== undefined) await writeFile(slotFile, slotContent(first));
  return {
    version: versionText(version),
    imageFile,
    bootFile: boot.elfPath,
    slotFile,
    bootFlashBytes: boot.flashBytes,
    programBytes: first?.program.length ?? 0,
  };
}
