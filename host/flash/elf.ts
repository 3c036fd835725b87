/** ELF files (System V ABI): what is loaded where, and where a section lies; 32-bit for microcontrollers, 64-bit for Linux. */

const MAGIC = 0x464c457f;
const CLASS_64 = 2;
const PT_LOAD = 1;
const PF_W = 2;

export interface ElfSegment {
  readonly fileOffset: number;
  readonly virtualAddress: number;
  readonly physicalAddress: number;
  readonly fileBytes: number;
  readonly writable: boolean;
}

export interface ElfFile {
  readonly class: 32 | 64;
  /** e_machine. */
  readonly machine: number;
  /** Loaded ones, in their order. */
  readonly segments: readonly ElfSegment[];
  /** Of the section headers, which linkers put last; 0 where there are none. */
  readonly end: number;
}

/** Where the fields of a header and of a program header are, by class. */
const LAYOUTS = {
  32: {
    wordBytes: 4,
    programHeaders: 28,
    sectionHeaders: 32,
    programHeaderCount: 44,
    sectionHeaderCount: 48,
    sectionNames: 50,
    programHeaderBytes: 32,
    segment: { flags: 24, offset: 4, virtual: 8, physical: 12, fileBytes: 16 },
    sectionHeaderBytes: 40,
    section: { offset: 16, bytes: 20 },
  },
  64: {
    wordBytes: 8,
    programHeaders: 32,
    sectionHeaders: 40,
    programHeaderCount: 56,
    sectionHeaderCount: 60,
    sectionNames: 62,
    programHeaderBytes: 56,
    segment: { flags: 4, offset: 8, virtual: 16, physical: 24, fileBytes: 32 },
    sectionHeaderBytes: 64,
    section: { offset: 24, bytes: 32 },
  },
} as const;

export function isElf(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32LE(0) === MAGIC;
}

const classOf = (elf: Buffer): 32 | 64 => (elf[4] === CLASS_64 ? 64 : 32);

function wordReader(elf: Buffer): (at: number) => number {
  return classOf(elf) === 32
    ? (at) => elf.readUInt32LE(at)
    : (at) => Number(elf.readBigUInt64LE(at));
}

/** @throws RangeError where the file is cut short */
export function readElf(elf: Buffer): ElfFile {
  const layout = LAYOUTS[classOf(elf)];
  const word = wordReader(elf);
  const first = word(layout.programHeaders);
  const { segment } = layout;
  const segments = Array.from({ length: elf.readUInt16LE(layout.programHeaderCount) }, (_, i) => {
    const at = first + i * layout.programHeaderBytes;
    return {
      type: elf.readUInt32LE(at),
      fileOffset: word(at + segment.offset),
      virtualAddress: word(at + segment.virtual),
      physicalAddress: word(at + segment.physical),
      fileBytes: word(at + segment.fileBytes),
      writable: (elf.readUInt32LE(at + segment.flags) & PF_W) !== 0,
    };
  }).filter(({ type }) => type === PT_LOAD);
  const sectionHeaders = elf.readUInt16LE(layout.sectionHeaderCount) * layout.sectionHeaderBytes;
  return {
    class: classOf(elf),
    machine: elf.readUInt16LE(18),
    segments,
    end: word(layout.sectionHeaders) + sectionHeaders,
  };
}

/** The bytes of a section, in place. @throws RangeError where the file is cut short */
export function elfSection(elf: Buffer, name: string): Buffer | undefined {
  const layout = LAYOUTS[classOf(elf)];
  const word = wordReader(elf);
  const first = word(layout.sectionHeaders);
  const headerOf = (index: number): number => first + index * layout.sectionHeaderBytes;
  const contentOf = (index: number): Buffer => {
    const offset = word(headerOf(index) + layout.section.offset);
    return elf.subarray(offset, offset + word(headerOf(index) + layout.section.bytes));
  };
  const names = contentOf(elf.readUInt16LE(layout.sectionNames));
  for (let i = 0; i < elf.readUInt16LE(layout.sectionHeaderCount); i += 1) {
    const at = elf.readUInt32LE(headerOf(i));
    if (names.toString('latin1', at, names.indexOf(0, at)) === name) return contentOf(i);
  }
  return undefined;
}
