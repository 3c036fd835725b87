/** An image that is a program of Linux: linked whole, sealed, with the unit by which systemd runs it beside it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import { elfSection, readElf } from '../flash/elf.js';
import { SERVICE } from '../flash/tools/ssh.js';
import { crc32c } from '../protocol/crc32c.js';
import type { LinuxBoard } from './board.js';
import { linkElf, sizesOf, writeWhole, type ImageToLink, type LinkedImage } from './image-parts.js';
import { sealBytes } from './seal-image.js';

/** What hal/linux needs of the C library beside C99: POSIX, and the rates that Linux has names for. */
export const LINUX_FLAGS = ['-D_DEFAULT_SOURCE', '-pthread'] as const;

/** Of the thread that acquires: above all that is not of real time, below the threads of the kernel's interrupts (50). */
const REALTIME_PRIORITY = 10;

/** @throws IsochroneError FIRMWARE_LINK */
export async function linkLinuxImage(
  image: ImageToLink<LinuxBoard> & {
    /** Whether its samples come over the second tty. */
    readonly isFed: boolean;
  },
): Promise<LinkedImage & { readonly unitPath: string }> {
  const { board, isFed, outDir } = image;
  const linked = await linkElf(image, [
    // Without anything of the machine that it goes to; and at addresses that a crash record can hold.
    ...['-static', '-no-pie', '-pthread'],
    // hal/linux starts first and calls the application's main.
    '-Wl,--wrap=main',
    ...['-Wl,-u,iso_image_seal', '-Wl,-u,iso_board_mark'],
  ]);
  const { elfPath } = linked;
  const firstWritten = await seal(elfPath);
  const unitPath = join(outDir, `${SERVICE}.service`);
  await writeWhole(unitPath, await unitFile(board, isFed));
  // What a chip would have in flash is what the file brings, and RAM what is written.
  const sizes = await sizesOf(board.compiler.prefix, elfPath, (name, address) => {
    if (address === 0) return undefined;
    if (address < firstWritten) return 'flash';
    return /^\.t?bss$/.test(name) ? 'ram' : 'both';
  });
  return { ...linked, ...sizes, unitPath };
}

/**
 * Covers what is loaded and never written: code and constants. The seal itself is a variable.
 * @returns the address from which on memory is written
 */
async function seal(elfPath: string): Promise<number> {
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
  const written = segments.filter(({ writable }) => writable);
  return Math.min(...written.map(({ virtualAddress }) => virtualAddress));
}

/** The unit of the template in hal/linux, with what the board file says. */
async function unitFile({ title, uarts }: LinuxBoard, isFed: boolean): Promise<string> {
  const inject = isFed ? uarts.inject : undefined;
  const options = [
    `--link ${uarts.link.path}`,
    ...(inject === undefined ? [] : [`--inject ${inject.path}`]),
    `--realtime ${REALTIME_PRIORITY}`,
  ];
  const template = join(packageRoot(), 'firmware-templates', 'hal', 'linux', `${SERVICE}.service`);
  return (await readFile(template, 'utf8'))
    .replaceAll('{title}', title)
    .replaceAll('{options}', options.join(' '))
    .replaceAll('{priority}', String(REALTIME_PRIORITY));
}
