/** What makes an image one that lies in a slot: its place, its key, and the library that checks its successors. */
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { slotAreasOf, type Board, type ConfigurationArea, type FlashAreas } from './board.js';
import type { ImagePlace } from './board-header.js';
import { writeWhole } from './image-parts.js';
import { libsodium } from './libsodium.js';

export const SLOTS = ['slotA', 'slotB'] as const;
export type SlotName = (typeof SLOTS)[number];

/** From a slot's origin to the program: firmware-templates/update/iso_image.h. */
export const PROGRAM_OFFSET = 1024;

/** RAM of the boot loader beside its stack: an application's stack, the only memory whose content no start keeps. */
const BOOT_DATA_BYTES = 512;

export interface SlotParts {
  /** Undefined of a program of Linux, which is linked to run anywhere. */
  readonly place?: ImagePlace;
  readonly keySource: string;
  readonly systemFolders: readonly string[];
}

/** @throws IsochroneError BOARD_NO_SLOTS */
export function flashAreasOf<Areas extends FlashAreas>(
  board: Pick<Board, 'name'> & { readonly flashAreas?: Areas | ConfigurationArea },
): Areas {
  const areas = slotAreasOf<Areas>(board);
  if (areas !== undefined) return areas;
  throw new IsochroneError('BOARD_NO_SLOTS', `${board.name} has no slots for images`, {
    hint: 'Only a board whose file has "slotA" and "slotB" among its "flashAreas" is updated over its link; build without a key.',
    where: { board: board.name },
  });
}

/** What a chip's linker knows by itself, and that of a program does not. @throws IsochroneError FIRMWARE_TOO_LARGE */
export function requireRoomInSlot(board: Board, slot: SlotName, programBytes: number): void {
  const missing = programBytes + PROGRAM_OFFSET - flashAreasOf(board)[slot].bytes;
  if (missing <= 0) return;
  throw new IsochroneError(
    'FIRMWARE_TOO_LARGE',
    `the image needs ${missing} bytes more than a slot of ${board.name} has`,
    {
      hint: 'Choose a smaller network, or make both slots larger in a board file of your own ("flashAreas").',
      where: { region: slot, bytes: missing },
    },
  );
}

/** @throws IsochroneError BOARD_NO_SLOTS, LIBRARY_UNAVAILABLE */
export async function slotParts(
  board: Board,
  { slot, publicKey }: { readonly slot: SlotName; readonly publicKey: Uint8Array },
  generated: string,
): Promise<SlotParts> {
  const { origin, bytes } = flashAreasOf(board)[slot];
  const first = Number(origin) + PROGRAM_OFFSET;
  return {
    ...(board.system === undefined && {
      place: { flash: { origin: `0x${first.toString(16)}`, bytes: bytes - PROGRAM_OFFSET } },
    }),
    keySource: await writeKeySource(generated, publicKey, SLOTS.indexOf(slot)),
    systemFolders: (await libsodium()).systemFolders,
  };
}

/** @throws IsochroneError BOARD_NO_SLOTS, LIBRARY_UNAVAILABLE */
export async function bootParts(
  board: Board,
  publicKey: Uint8Array,
  generated: string,
): Promise<SlotParts> {
  return {
    ...(board.system === undefined && {
      place: {
        flash: flashAreasOf(board).boot,
        ram: { origin: board.memory.ram.origin, bytes: board.stackBytes },
        stackBytes: board.stackBytes - BOOT_DATA_BYTES,
      },
    }),
    keySource: await writeKeySource(generated, publicKey),
    systemFolders: (await libsodium()).systemFolders,
  };
}

async function writeKeySource(
  folder: string,
  publicKey: Uint8Array,
  runningSlot?: number,
): Promise<string> {
  const file = join(folder, 'iso_image_key.c');
  const bytes = [...publicKey].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ');
  const lines = [
    '/* Generated: do not edit. */',
    '#include "iso_image.h"',
    '#include "iso_update.h"',
    '',
    `const uint8_t iso_image_public_key[32] = {${bytes}};`,
    ...(runningSlot === undefined
      ? []
      : [`const uint8_t iso_update_running_slot = ${runningSlot}u;`]),
    '',
  ];
  await writeWhole(file, lines.join('\n'));
  return file;
}
