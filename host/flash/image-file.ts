/** An image as it lies in flash: the loaded parts of an ELF file, or a raw file at an address that is given. */
import { readFile } from 'node:fs/promises';
import { IsochroneError } from '../../codegen/errors.js';
import { decodeSlot, isImage } from '../update/image.js';
import { isElf, readElf, type ElfFile } from './elf.js';

export interface FlashImage {
  readonly address: number;
  /** Of a Linux board: an image as it lies in a slot. */
  readonly isSlot?: boolean;
  readonly bytes: Uint8Array;
}

/** e_machine of AArch64 ("ELF for the Arm 64-bit Architecture", 5.1). */
const EM_AARCH64 = 183;
/** Beyond any part's flash: a wrong address in between is not filled with gigabytes. */
const MOST_BYTES = 64 << 20;

/**
 * @param address of a raw file
 * @throws IsochroneError FLASH_IMAGE_UNREADABLE
 */
export async function readFlashImage(file: string, address: number): Promise<FlashImage> {
  const bytes = await read(file);
  if (!isElf(bytes)) {
    if (bytes.length === 0) throw unreadable(file, 'it is empty');
    return { address, bytes };
  }
  const elf = parse(bytes, file);
  if (elf.class !== 32) throw unreadable(file, 'it is no ELF file of a microcontroller');
  return loadedParts(bytes, elf, file);
}

/**
 * A program of 64-bit Arm Linux, as it lies in its file, or what a slot holds of one.
 * @throws IsochroneError FLASH_IMAGE_UNREADABLE, FIRMWARE_IMAGE_DAMAGED
 */
export async function readLinuxImage(file: string): Promise<FlashImage> {
  const bytes = await read(file);
  if (isImage(bytes)) {
    decodeSlot(bytes, file);
    return { address: 0, isSlot: true, bytes };
  }
  return { address: 0, bytes: programIn(bytes, file) };
}

function programIn(bytes: Buffer, file: string): Buffer {
  const elf = isElf(bytes) ? parse(bytes, file) : undefined;
  if (elf?.class !== 64 || elf.machine !== EM_AARCH64) {
    throw unreadable(file, 'it is no program of 64-bit Arm');
  }
  const ends = elf.segments.map(({ fileOffset, fileBytes }) => fileOffset + fileBytes);
  if (Math.max(elf.end, ...ends) > bytes.length) throw unreadable(file, 'it is cut short');
  return bytes;
}

function read(file: string): Promise<Buffer> {
  return readFile(file).catch((cause: unknown) => {
    throw unreadable(file, 'it cannot be read', cause);
  });
}

function parse(bytes: Buffer, file: string): ElfFile {
  try {
    return readElf(bytes);
  } catch (cause) {
    throw unreadable(file, 'it is cut short', cause);
  }
}

/** What lies between two parts is as erased. */
function loadedParts(elf: Buffer, { segments }: ElfFile, file: string): FlashImage {
  const parts = segments
    .filter(({ fileBytes }) => fileBytes > 0)
    .map(({ fileOffset, physicalAddress, fileBytes }) => ({
      address: physicalAddress,
      content: elf.subarray(fileOffset, fileOffset + fileBytes),
      fileBytes,
    }));
  const begin = Math.min(...parts.map(({ address }) => address));
  const end = Math.max(...parts.map(({ address, fileBytes }) => address + fileBytes));
  if (
    parts.length === 0 ||
    end - begin > MOST_BYTES ||
    parts.some((part) => part.content.length < part.fileBytes)
  ) {
    throw unreadable(file, 'its parts are not those of an image');
  }
  const bytes = Buffer.alloc(end - begin, 0xff);
  for (const { address, content } of parts) bytes.set(content, address - begin);
  return { address: begin, bytes };
}

function unreadable(file: string, seen: string, cause?: unknown): IsochroneError {
  return new IsochroneError('FLASH_IMAGE_UNREADABLE', `${file}: ${seen}`, {
    hint: 'Give what `isochrone build --board … --front-end …` wrote: an ELF file, or a .bin with --address.',
    where: { file },
    ...(cause === undefined ? {} : { cause }),
  });
}
