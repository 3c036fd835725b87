/** The image that a flash holds whose writing was cut off: its first part, and erased cells behind. */
import { readFile, writeFile } from 'node:fs/promises';

/** ELF32, little-endian: offsets of the fields that are read (Tool Interface Standard ELF 1.2, figures 1-3 and 2-1). */
const PROGRAM_HEADERS_OFFSET = 28;
const PROGRAM_HEADER_SIZE = 42;
const PROGRAM_HEADER_COUNT = 44;
const SEGMENT_FILE_OFFSET = 4;
const SEGMENT_FILE_SIZE = 16;
const SEGMENT_LOAD = 1;
/** NOR flash reads ones where it has been erased. */
const ERASED = 0xff;

/**
 * @param share of the bytes that were written, in the order of their addresses
 * @returns `out`
 */
export async function writeInterrupted(elf: string, out: string, share: number): Promise<string> {
  const bytes = await readFile(elf);
  const segments = loadedSegments(bytes);
  const total = segments.reduce((sum, segment) => sum + segment.size, 0);
  let written = Math.floor(total * share);
  for (const { offset, size } of segments) {
    const kept = Math.min(size, written);
    written -= kept;
    bytes.fill(ERASED, offset + kept, offset + size);
  }
  await writeFile(out, bytes);
  return out;
}

function loadedSegments(
  elf: Buffer,
): readonly { readonly offset: number; readonly size: number }[] {
  const at = elf.readUInt32LE(PROGRAM_HEADERS_OFFSET);
  const size = elf.readUInt16LE(PROGRAM_HEADER_SIZE);
  return Array.from({ length: elf.readUInt16LE(PROGRAM_HEADER_COUNT) }, (_, i) => at + i * size)
    .filter((header) => elf.readUInt32LE(header) === SEGMENT_LOAD)
    .map((header) => ({
      offset: elf.readUInt32LE(header + SEGMENT_FILE_OFFSET),
      size: elf.readUInt32LE(header + SEGMENT_FILE_SIZE),
    }));
}
