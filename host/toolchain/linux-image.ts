/** Images that are programs of Linux: linked whole, the application sealed, with the unit by which systemd runs them beside it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import { elfSection, readElf } from '../flash/elf.js';
import { SERVICE } from '../flash/tools/ssh.js';
import { crc32c } from '../protocol/crc32c.js';
import type { LinuxBoard } from './board.js';
import {
  linkElf,
  objectCopy,
  sizesOf,
  writeWhole,
  type ImageSizes,
  type ImageToLink,
  type LinkedImage,
} from './image-parts.js';
import { sealBytes } from './seal-image.js';

/** What hal/linux needs of the C library beside C99: POSIX, and the rates that Linux has names for. */
export const LINUX_FLAGS = ['-D_DEFAULT_SOURCE', '-pthread'] as const;

/** Of the thread that acquires: above all that is not of real time, below the threads of the kernel's interrupts (50). */
const REALTIME_PRIORITY = 10;

/** What a program of the service and its boot loader are linked with. */
const LINK_FLAGS = [
  // Without anything of the machine that it goes to; and at addresses that a crash record can hold.
  ...['-static', '-no-pie', '-pthread'],
  // hal/linux starts first and calls the program's main.
  '-Wl,--wrap=main',
  '-Wl,-u,iso_board_mark',
];

/** @throws IsochroneError FIRMWARE_LINK */
export async function linkLinuxBoot(image: ImageToLink<LinuxBoard>): Promise<LinkedImage> {
  const linked = await linkElf(image, LINK_FLAGS);
  return { ...linked, ...(await linuxSizes(image.board, linked.elfPath)) };
}

/** The application. @throws IsochroneError FIRMWARE_LINK */
export async function linkLinuxImage(image: ImageToLink<LinuxBoard>): Promise<LinkedImage> {
  const linked = await linkElf(image, [...LINK_FLAGS, '-Wl,-u,iso_image_seal']);
  await seal(linked.elfPath);
  return { ...linked, ...(await linuxSizes(image.board, linked.elfPath)) };
}

/** What a chip would have in flash is what the file brings, and RAM what is written. */
async function linuxSizes(board: LinuxBoard, elfPath: string): Promise<ImageSizes> {
  const { segments } = readElf(await readFile(elfPath));
  const written = segments.filter(({ writable }) => writable);
  const firstWritten = Math.min(...written.map(({ virtualAddress }) => virtualAddress));
  return sizesOf(board.compiler.prefix, elfPath, (name, address) => {
    if (address === 0) return undefined;
    if (address < firstWritten) return 'flash';
    return /^\.t?bss$/.test(name) ? 'ram' : 'both';
  });
}

/**
 * The program as it goes into a slot, as a file beside the ELF; its path. Without what only a debugger reads, which is half of
 * it; its header is sealed with the code, and changes with that.
 * @throws IsochroneError FIRMWARE_LINK
 */
export async function strippedProgram(board: LinuxBoard, elfPath: string): Promise<string> {
  const program = await objectCopy(board, elfPath, ['--strip-all']);
  await seal(program);
  return program;
}

/** Covers what is loaded and never written: code and constants. The seal itself is a variable. */
async function seal(elfPath: string): Promise<void> {
  const elf = await readFile(elfPath);
  const { segments } = readElf(elf);
  const covered = segments.filter(({ writable }) => !writable);
  const place = elfSection(elf, '.image_seal');
  if (place === undefined) {
    throw new IsochroneError('FIRMWARE_LINK', 'the image has no place for its seal', {
      hint: 'hal/linux/sound.c must be linked into it.',
      where: { output: elfPath },
    });
  }
  const contents = covered.map(({ fileOffset, fileBytes }) =>
    elf.subarray(fileOffset, fileOffset + fileBytes),
  );
  const all = Buffer.concat(contents);
  place.set(sealBytes(all.length, crc32c(all)));
  await writeFile(elfPath, elf);
}

/**
 * The unit of the template in hal/linux, with what the board file says; its path.
 * @param isFed whether samples come over the second tty
 */
export async function writeUnit(
  { title, uarts }: LinuxBoard,
  isFed: boolean,
  outDir: string,
): Promise<string> {
  const inject = isFed ? uarts.inject : undefined;
  const options = [
    `--link ${uarts.link.path}`,
    ...(inject === undefined ? [] : [`--inject ${inject.path}`]),
    `--realtime ${REALTIME_PRIORITY}`,
  ];
  const template = join(packageRoot(), 'firmware-templates', 'hal', 'linux', `${SERVICE}.service`);
  const text = (await readFile(template, 'utf8'))
    .replaceAll('{title}', title)
    .replaceAll('{options}', options.join(' '))
    .replaceAll('{priority}', String(REALTIME_PRIORITY));
  const file = join(outDir, `${SERVICE}.service`);
  await writeWhole(file, text);
  return file;
}
