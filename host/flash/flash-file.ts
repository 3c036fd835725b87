/** The flash areas of an emulated board as a file: sparse, as long as the machine's memory, erased (0xFF) where an area lies. */
import { mkdir, open, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { slotAreasOf, type Board, type FlashArea, type FlashAreas } from '../toolchain/board.js';
import { flashAreasOf } from '../toolchain/slot-parts.js';

export type FlashAreaName = Exclude<keyof FlashAreas, 'writeBytes'>;

/** Of a Linux board's state folder (firmware-templates/hal/linux/flash.c). */
export const AREA_FILES: Readonly<Record<FlashAreaName, string>> = {
  slotA: 'slot-a',
  slotB: 'slot-b',
  bootState: 'boot-state',
  configuration: 'configuration',
};

interface EmulatedFlash {
  readonly areas: FlashAreas;
  readonly origin: number;
  readonly bytes: number;
}

/** @throws IsochroneError BOARD_NO_FLASH_AREAS */
function emulatedFlash(board: Board): EmulatedFlash {
  const areas = slotAreasOf(board);
  const persistentMemory = board.system === undefined ? board.runner?.persistentMemory : undefined;
  if (areas === undefined || persistentMemory === undefined) {
    throw new IsochroneError(
      'BOARD_NO_FLASH_AREAS',
      `${board.name} has no flash that its firmware writes and an emulator can keep`,
      {
        hint: 'Choose a board whose file has slots among its "flashAreas", and "runner.persistentMemory", for instance mps2-an386.',
        where: { board: board.name },
      },
    );
  }
  return {
    areas,
    origin: Number(persistentMemory.origin),
    bytes: persistentMemory.bytes,
  };
}

/** Where an area begins in the file. @throws IsochroneError BOARD_NO_FLASH_AREAS */
export function flashFileOffset(board: Board, name: FlashAreaName): number {
  const { areas, origin } = emulatedFlash(board);
  return Number(areas[name].origin) - origin;
}

/** Makes the file, all erased, unless it is there. @throws IsochroneError BOARD_NO_FLASH_AREAS */
export async function prepareFlashFile(board: Board, path: string): Promise<void> {
  const { areas, origin, bytes } = emulatedFlash(board);
  if ((await stat(path).catch(() => undefined)) !== undefined) return;
  // Whole or not at all: a file without its erased areas would be taken for a flash that was written.
  const fresh = `${path}.${process.pid}`;
  const file = await open(fresh, 'w');
  try {
    await file.truncate(bytes);
    const list: readonly FlashArea[] = [
      areas.slotA,
      areas.slotB,
      areas.bootState,
      areas.configuration,
    ];
    for (const area of list) {
      await file.write(Buffer.alloc(area.bytes, 0xff), 0, area.bytes, Number(area.origin) - origin);
    }
  } finally {
    await file.close();
  }
  await rename(fresh, path);
}

/**
 * As a programmer would write an area; the rest of it is erased.
 * @param path of the file, or of a Linux board's state folder
 * @throws IsochroneError BOARD_NO_FLASH_AREAS
 */
export async function writeFlashArea(
  board: Board,
  path: string,
  name: FlashAreaName,
  content: Uint8Array,
): Promise<void> {
  const bytes = Buffer.alloc(flashAreasOf(board)[name].bytes, 0xff);
  bytes.set(content);
  if (board.system === 'linux') {
    await mkdir(path, { recursive: true });
    await writeFile(join(path, AREA_FILES[name]), bytes);
    return;
  }
  await prepareFlashFile(board, path);
  const file = await open(path, 'r+');
  try {
    await file.write(bytes, 0, bytes.length, flashFileOffset(board, name));
  } finally {
    await file.close();
  }
}

/** Bytes at an address of the machine's memory. @throws IsochroneError BOARD_NO_FLASH_AREAS, FLASH_IMAGE_OUTSIDE */
export async function writeFlashFile(
  board: Board,
  path: string,
  address: number,
  bytes: Uint8Array,
): Promise<void> {
  const offset = placeOf(board, address, bytes.length);
  await prepareFlashFile(board, path);
  const file = await open(path, 'r+');
  try {
    await file.write(bytes, 0, bytes.length, offset);
  } finally {
    await file.close();
  }
}

/** @throws IsochroneError BOARD_NO_FLASH_AREAS, FLASH_IMAGE_OUTSIDE */
export async function readFlashFile(
  board: Board,
  path: string,
  address: number,
  count: number,
): Promise<Uint8Array> {
  const offset = placeOf(board, address, count);
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function placeOf(board: Board, address: number, count: number): number {
  const { origin, bytes } = emulatedFlash(board);
  if (address >= origin && address + count <= origin + bytes) return address - origin;
  throw new IsochroneError(
    'FLASH_IMAGE_OUTSIDE',
    `0x${address.toString(16)} is not in what the emulator of ${board.name} keeps in a file`,
    {
      hint: 'Give the slot file of `isochrone build --key` with the address of slot A; the emulator takes the boot loader as its program.',
      where: { board: board.name },
    },
  );
}
