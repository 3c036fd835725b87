/** The boot loader of a board with slots (docs/update.md): firmware-templates/boot, for one public key. */
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { packageRoot } from '../../codegen/package-root.js';
import type { Board } from './board.js';
import { boardHeader, memoryScript } from './board-header.js';
import { compile } from './compile.js';
import { HAL_SOURCES, linkImage, sourcesIn, writeWhole, type LinkedImage } from './image-parts.js';
import { compileLibsodium } from './libsodium.js';
import { LINUX_FLAGS, linkLinuxBoot } from './linux-image.js';
import { bootParts } from './slot-parts.js';

/** What hardware layer and update need of the core. */
const CORE_SOURCES = ['iso_crc32c.c', 'iso_march.c'];
const UPDATE_SOURCES = ['iso_boot.c', 'iso_boot_state.c', 'iso_flash_log.c', 'iso_image.c'];

/** @throws IsochroneError BOARD_NO_SLOTS, LIBRARY_UNAVAILABLE, TOOLCHAIN_MISSING, FIRMWARE_* */
export async function buildBoot(options: {
  readonly board: Board;
  /** Ed25519, 32 bytes: whose images it starts. */
  readonly publicKey: Uint8Array;
  readonly outDir: string;
}): Promise<LinkedImage> {
  const { board } = options;
  const outDir = resolve(options.outDir);
  const generated = join(outDir, 'generated');
  const templates = join(packageRoot(), 'firmware-templates');
  const hal = join(templates, 'hal');
  const folders = board.hal.map((folder) => join(hal, folder));
  await mkdir(generated, { recursive: true });
  const { place, keySource, systemFolders } = await bootParts(board, options.publicKey, generated);
  await writeWhole(join(generated, 'iso_board.h'), boardHeader(board, { converter: false }));
  if (board.system === undefined) {
    await writeWhole(join(outDir, 'memory.ld'), memoryScript(board, place));
  }
  const flags = board.system === 'linux' ? LINUX_FLAGS : [];
  const target = {
    prefix: board.compiler.prefix,
    targetFlags: [...board.compiler.flags, ...flags],
  };
  const { objects } = await compile({
    ...target,
    sources: [
      join(templates, 'boot', 'main.c'),
      keySource,
      ...UPDATE_SOURCES.map((file) => join(templates, 'update', file)),
      ...CORE_SOURCES.map((file) => join(templates, 'core', file)),
      ...(board.system === 'linux'
        ? await linuxHalSources(hal)
        : [
            ...(await Promise.all(folders.map(sourcesIn))).flat(),
            ...HAL_SOURCES.map((file) => join(hal, file)),
          ]),
    ],
    includeFolders: [
      generated,
      // Before the chip family's: the boot loader has a vector table of its own.
      join(templates, 'boot'),
      hal,
      ...folders,
      join(templates, 'core'),
      join(templates, 'update'),
    ],
    systemFolders,
    outDir,
  });
  const all = [...objects, ...(await compileLibsodium(board, join(outDir, 'libsodium')))];
  const image = { name: 'boot', objects: all, outDir };
  const linked =
    board.system === 'linux'
      ? await linkLinuxBoot({ board, ...image })
      : await linkImage({ board, ...image });
  await Promise.all(all.map((file) => rm(file)));
  return linked;
}

/** The application is another process: the boot loader has a start of its own, and of the rest the files. */
const linuxHalSources = async (hal: string): Promise<string[]> => [
  ...(await sourcesIn(join(hal, 'linux', 'boot'))),
  ...['files.c', 'flash.c'].map((file) => join(hal, 'linux', file)),
  ...(await sourcesIn(join(hal, 'flash-areas'))),
  join(hal, 'board_mark.c'),
];
