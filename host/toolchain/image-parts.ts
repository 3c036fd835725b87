/** What the images of a board, the application and the boot loader alike, are put together with. */
import { readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import type { BareMetalBoard, Board } from './board.js';
import { link } from './compile.js';
import { runProcess } from './process.js';

export interface ImageSection {
  readonly name: string;
  readonly bytes: number;
  readonly memory: 'flash' | 'ram' | 'both';
}

export interface LinkedImage {
  readonly elfPath: string;
  readonly mapPath: string;
  /** What the image takes of each memory; initial values of variables count in both. */
  readonly flashBytes: number;
  readonly ramBytes: number;
  readonly sections: readonly ImageSection[];
}

export async function sourcesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /\.[cS]$/.test(name)).sort();
  return names.map((name) => join(folder, name));
}

/** A file that others may be reading is the old one or the new one. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, text);
  await rename(fresh, file);
}

/** Of firmware-templates/hal: what every board's hardware layer has. */
export const HAL_SOURCES = ['board_mark.c', 'ports.c'] as const;

export interface ImageToLink<On extends Board> {
  readonly board: On;
  readonly name: string;
  readonly objects: readonly string[];
  readonly outDir: string;
}

/**
 * An ELF with its map beside it.
 * @throws IsochroneError FIRMWARE_LINK, FIRMWARE_TOO_LARGE
 */
export async function linkElf(
  { board, name, objects, outDir }: ImageToLink<Board>,
  linkFlags: readonly string[],
): Promise<Pick<LinkedImage, 'elfPath' | 'mapPath'>> {
  const elfPath = join(outDir, `${name}.elf`);
  const mapPath = join(outDir, `${name}.map`);
  await link({
    prefix: board.compiler.prefix,
    targetFlags: board.compiler.flags,
    objects,
    output: elfPath,
    linkFlags: [...linkFlags, `-Wl,-Map=${mapPath}`],
    libraries: ['-lm'],
  });
  return { elfPath, mapPath };
}

/**
 * By the board's own linker script; memory.ld lies in outDir.
 * @throws IsochroneError FIRMWARE_LINK, FIRMWARE_TOO_LARGE
 */
export async function linkImage(image: ImageToLink<BareMetalBoard>): Promise<LinkedImage> {
  const { board, outDir } = image;
  const linked = await linkElf(image, [
    ...['-nostartfiles', '--specs=nano.specs', '--specs=nosys.specs'],
    ...[`-L${outDir}`, `-L${join(packageRoot(), 'boards')}`],
    `-T${join(board.folder, board.linkerScript)}`,
  ]);
  return { ...linked, ...(await measure(board, linked.elfPath)) };
}

async function measure(board: BareMetalBoard, elfPath: string): Promise<ImageSizes> {
  const ramOrigin = Number(board.memory.ram.origin);
  const ramEnd = ramOrigin + board.memory.ram.bytes;
  return sizesOf(board.compiler.prefix, elfPath, (name, address) => {
    if (name === '.data') return 'both';
    return address >= ramOrigin && address < ramEnd ? 'ram' : 'flash';
  });
}

export type ImageSizes = Pick<LinkedImage, 'flashBytes' | 'ramBytes' | 'sections'>;

/**
 * Sections as `size -A` prints them: name, bytes, address.
 * @param memoryOf where a section lies; undefined: it is not loaded
 */
export async function sizesOf(
  prefix: string,
  elfPath: string,
  memoryOf: (name: string, address: number) => ImageSection['memory'] | undefined,
): Promise<ImageSizes> {
  const { stdout } = await runProcess(`${prefix}size`, ['-A', elfPath]);
  const sections: ImageSection[] = [];
  for (const line of stdout.split('\n')) {
    const match = /^(\.\S+)\s+(\d+)\s+(\d+)$/.exec(line);
    const name = match?.[1];
    if (name === undefined || /^\.(debug|stab|ARM\.attr)/.test(name)) continue;
    const bytes = Number(match?.[2]);
    const memory = memoryOf(name, Number(match?.[3]));
    if (bytes === 0 || memory === undefined) continue;
    sections.push({ name, bytes, memory });
  }
  const total = (other: 'flash' | 'ram'): number =>
    sections.filter(({ memory }) => memory !== other).reduce((sum, { bytes }) => sum + bytes, 0);
  return { flashBytes: total('ram'), ramBytes: total('flash'), sections };
}

/**
 * An ELF as objcopy gives it, as a file beside it; its path.
 * @throws IsochroneError FIRMWARE_LINK
 */
export async function objectCopy(
  board: Board,
  elfPath: string,
  options: readonly string[],
): Promise<string> {
  const binary = elfPath.replace(/\.elf$/, '.bin');
  const program = `${board.compiler.prefix}objcopy`;
  const { status, stderr } = await runProcess(program, [...options, elfPath, binary]);
  if (status === 0) return binary;
  throw new IsochroneError('FIRMWARE_LINK', `${program} failed: ${stderr.trim()}`, {
    hint: 'Check that there is room on the disk.',
    where: { file: elfPath },
  });
}
