/** An image as it lies in flash: the loaded parts of an ELF file, or a raw file at an address that is given. */
import { readFile } from 'node:fs/promises';
import { IsochroneError } from '../../codegen/errors.js';

export interface FlashImage {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** System V ABI, ELF header and program header of 32-bit files. */
const ELF_MAGIC = 0x464c457f;
const CLASS_32 = 1;
const PT_LOAD = 1;
const PROGRAM_HEADER_BYTES = 32;
/** Beyond any part's flash: a wrong address in between is not filled with gigabytes. */
const MOST_BYTES = 64 << 20;

/**
 * @param address of a raw file
 * @throws IsochroneError FLASH_IMAGE_UNREADABLE
 */
export async function readFlashImage(file: string, address: number): Promise<FlashImage> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw unreadable(file, 'it cannot be read', cause);
  });
  if (bytes.length < 4 || bytes.readUInt32LE(0) !== ELF_MAGIC) {
    if (bytes.length === 0) throw unreadable(file, 'it is empty');
    return { address, bytes };
  }
  if (bytes[4] !== CLASS_32) throw unreadable(file, 'it is no ELF file of a microcontroller');
  try {
    return loadedParts(bytes, file);
  } catch (cause) {
    if (cause instanceof IsochroneError) throw cause;
    throw unreadable(file, 'it is cut short', cause);
  }
}

/** What lies between two parts is as erased. */
function loadedParts(elf: Buffer, file: string): FlashImage {
  const first = elf.readUInt32LE(28);
  const count = elf.readUInt16LE(44);
  const parts = Array.from({ length: count }, (_, i) => {
    const at = first + i * PROGRAM_HEADER_BYTES;
    const [type, offset, , address, fileBytes] = [0, 4, 8, 12, 16].map((field) =>
      elf.readUInt32LE(at + field),
    ) as [number, number, number, number, number];
    return { type, address, content: elf.subarray(offset, offset + fileBytes), fileBytes };
  }).filter(({ type, fileBytes }) => type === PT_LOAD && fileBytes > 0);
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
