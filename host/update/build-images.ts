/** Everything that a board with slots runs: its boot loader, and the application once for each slot, signed. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Board } from '../toolchain/board.js';
import { buildBoot } from '../toolchain/build-boot.js';
import { buildFirmware, type FrontEnd } from '../toolchain/build-firmware.js';
import { objectCopy, type LinkedImage } from '../toolchain/image-parts.js';
import { strippedProgram } from '../toolchain/linux-image.js';
import { flashAreasOf, requireRoomInSlot, SLOTS } from '../toolchain/slot-parts.js';
import { makeImage, type FirmwareImage } from './image.js';
import { rawPublicKey } from './keys.js';

export interface ImagesOptions {
  readonly board: Board;
  readonly networkDir: string;
  readonly frontEnd: FrontEnd;
  readonly version: number;
  readonly oldestAllowed: number;
  readonly privateKey: KeyObject;
  readonly outDir: string;
  readonly onProgress?: (done: number, total: number, phase: string) => void;
}

export interface BuiltImages {
  readonly boot: LinkedImage;
  /** In the order of the slots. */
  readonly images: readonly FirmwareImage[];
}

/** @throws IsochroneError BOARD_NO_SLOTS, LIBRARY_UNAVAILABLE, TOOLCHAIN_MISSING, NETWORK_MISSING, FIRMWARE_* */
export async function buildImages(options: ImagesOptions): Promise<BuiltImages> {
  const { board, privateKey, outDir, onProgress } = options;
  const areas = flashAreasOf(board);
  const publicKey = rawPublicKey(createPublicKey(privateKey));
  onProgress?.(0, 1 + SLOTS.length, 'boot loader');
  const boot = await buildBoot({ board, publicKey, outDir: join(outDir, 'boot') });
  const images: FirmwareImage[] = [];
  for (const slot of SLOTS) {
    onProgress?.(1 + images.length, 1 + SLOTS.length, slot);
    const built = await buildFirmware({
      board,
      networkDir: options.networkDir,
      image: 'app',
      frontEnd: options.frontEnd,
      outDir: join(outDir, slot),
      slot: { slot, publicKey },
    });
    const { version, oldestAllowed } = options;
    const slotAddress = Number(areas[slot].origin);
    const program = await readFile(await programOf(board, built.elfPath));
    requireRoomInSlot(board, slot, program.length);
    const { buildId } = built;
    const described = { board: board.name, slotAddress, version, oldestAllowed, buildId };
    images.push(makeImage(described, program, privateKey));
  }
  return { boot, images };
}

/** What lies in the slot behind the header, as a file. */
const programOf = (board: Board, elfPath: string): Promise<string> =>
  board.system === 'linux'
    ? strippedProgram(board, elfPath)
    : objectCopy(board, elfPath, ['-O', 'binary']);
