/**
 * board + network + templates → an image. `buildFirmware` for a board, `buildNative` for this machine
 * (the same vectors program, so that TypeScript, host C and each core can be compared by one file format).
 */
import { mkdir, rm, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { requireBareMetal, type Board } from './board.js';
import { boardHeader, memoryScript } from './board-header.js';
import { compile, link } from './compile.js';
import { HAL_SOURCES, linkImage, sourcesIn, writeWhole, type ImageSection } from './image-parts.js';
import { LINUX_FLAGS, linkLinuxImage, writeUnit } from './linux-image.js';
import { compileLibsodium } from './libsodium.js';
import { slotParts, type SlotName } from './slot-parts.js';
import { sealImage } from './seal-image.js';
import { packageRoot } from '../../codegen/package-root.js';

/** Programs over files, for validation and benches: the network alone, or the attribution methods around it. */
export type FilesImage = 'vectors' | 'attribution';
/** `app`: the product. */
export type ImageName = 'app' | FilesImage;
export interface CustomImage {
  readonly name: string;
  readonly sources: readonly string[];
}
/**
 * Where samples come from, a folder of firmware-templates/afe: frames on the inject UART, a file read through semihosting, the
 * board's converter, or a beat that the image carries.
 */
export const FRONT_ENDS = ['uart', 'semihost', 'ads1298', 'synthetic'] as const;
export type FrontEnd = (typeof FRONT_ENDS)[number];
/** Those that a host feeds with a record. */
export type FedFrontEnd = Extract<FrontEnd, 'uart' | 'semihost'>;

export interface BuildProgress {
  readonly phase: 'compile' | 'link';
  readonly done: number;
  readonly total: number;
  readonly file: string;
}

export interface BuildOptions {
  readonly board: Board;
  /** Folder with the emitted network.h and its .c and .S files. */
  readonly networkDir: string;
  readonly image: ImageName | CustomImage;
  readonly frontEnd: FrontEnd;
  readonly outDir: string;
  /** Templates, by their path below firmware-templates/, in whose place other files are compiled: benches break firmware on purpose. */
  readonly replaced?: ReadonlyMap<string, string>;
  /** Left out: the image starts by itself, where the processor starts, and takes no update. */
  readonly slot?: SlotOptions;
  readonly onProgress?: (progress: BuildProgress) => void;
}

export interface BuiltImage {
  readonly elfPath: string;
  readonly mapPath: string;
  readonly buildId: number;
  /** What the image takes of each memory; initial values of variables count in both. */
  readonly flashBytes: number;
  readonly ramBytes: number;
  readonly sections: readonly ImageSection[];
  /** By which systemd runs a Linux board's. */
  readonly unitPath?: string;
}

/** Images that see each layer's output, through a hook that network.c calls when it is defined. */
const OBSERVERS: Readonly<Record<string, readonly string[]>> = {
  vectors: ['-include', 'iso_net_observe.h'],
  app: ['-include', 'iso_app_observe.h'],
};

/** What the programs over files need of the core; on boards the linker leaves out the rest. */
const NATIVE_CORE: Readonly<Record<FilesImage, readonly string[]>> = {
  vectors: ['iso_crc32c'],
  attribution: ['iso_attribution', 'iso_attribution_occlusion'],
};

async function networkSources(networkDir: string): Promise<string[]> {
  const sources = await sourcesIn(networkDir).catch(() => []);
  if (sources.length === 0) {
    throw new IsochroneError('NETWORK_MISSING', `there is no generated network in ${networkDir}`, {
      hint: 'Generate it first: the folder must hold network.c and network.h.',
      where: { folder: networkDir },
    });
  }
  return sources;
}

function frontEndFolder(board: Board, frontEnd: FrontEnd): string {
  if (frontEnd === 'ads1298' && board.afe === undefined) {
    throw new IsochroneError(
      'BOARD_INVALID',
      `the board file of ${board.name} names no converter`,
      {
        hint: 'Add "afe" to it (docs/front-ends.md), or take another front end: --front-end synthetic needs nothing.',
        where: { board: board.name },
      },
    );
  }
  if (frontEnd === 'semihost' && board.system !== undefined) {
    throw new IsochroneError(
      'BOARD_INVALID',
      `${board.name} has no debugger that reads files for it`,
      { hint: 'Take the front end uart or synthetic.', where: { board: board.name } },
    );
  }
  if (frontEnd === 'uart' && board.uarts.inject === undefined) {
    throw new IsochroneError(
      'BOARD_INVALID',
      `the board file of ${board.name} names no UART for samples ("inject")`,
      {
        hint: 'Add uarts.inject to it, or take another front end.',
        where: { board: board.name },
      },
    );
  }
  return join(packageRoot(), 'firmware-templates', 'afe', frontEnd);
}

const buildIdSource = (buildId: number): string =>
  `/* Generated: do not edit. */\n#include "iso_hal.h"\n\nconst uint32_t iso_build_id = 0x${buildId
    .toString(16)
    .padStart(8, '0')}u;\n`;

/** Where an image that is updated in the field lies, and who may sign what follows it. */
export interface SlotOptions {
  readonly slot: SlotName;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** Throws TOOLCHAIN_MISSING, NETWORK_MISSING, FIRMWARE_COMPILE, FIRMWARE_LINK, FIRMWARE_TOO_LARGE. */
export async function buildFirmware(options: BuildOptions): Promise<BuiltImage> {
  const { board } = options;
  // Programs over files are a board's by semihosting; an operating system has files (buildNative).
  if (options.image === 'vectors' || options.image === 'attribution') requireBareMetal(board);
  const templates = join(packageRoot(), 'firmware-templates');
  const hal = board.hal.map((folder) => join(templates, 'hal', folder));
  const core = join(templates, 'core');
  const afe = join(templates, 'afe');
  const outDir = resolve(options.outDir);
  const networkDir = resolve(options.networkDir);
  const generated = join(outDir, 'generated');
  await mkdir(generated, { recursive: true });
  const slot =
    options.slot === undefined ? undefined : await slotParts(board, options.slot, generated);
  const image = typeof options.image === 'string' ? options.image : options.image.name;
  const converter =
    options.frontEnd === 'ads1298' &&
    (typeof options.image !== 'string' || options.image === 'app');
  const inject = options.frontEnd !== 'synthetic' || options.image !== 'app';
  await writeWhole(
    join(generated, 'iso_board.h'),
    boardHeader(board, { converter, inject, slots: slot !== undefined }),
  );
  if (board.system === undefined) {
    await writeWhole(join(outDir, 'memory.ld'), memoryScript(board, slot?.place));
  }

  const own =
    typeof options.image !== 'string'
      ? options.image.sources
      : options.image === 'app'
        ? [
            ...(await sourcesIn(join(templates, 'app'))),
            ...(await sourcesIn(frontEndFolder(board, options.frontEnd))),
          ]
        : [
            ...(await sourcesIn(join(templates, 'app', options.image))),
            join(templates, 'app', 'vectors', 'semihost', 'iso_vectors_files.c'),
          ];
  const semihosting = image !== 'app' || options.frontEnd === 'semihost';
  const halSources = (await Promise.all(hal.map(sourcesIn)))
    .flat()
    .concat(HAL_SOURCES.map((file) => join(templates, 'hal', file)))
    .filter((file) => semihosting || !file.endsWith('semihost.c'));
  const custom = typeof options.image !== 'string';
  const update = join(templates, 'update');
  const sources = [
    ...own,
    ...halSources,
    ...(await sourcesIn(core)),
    ...(slot === undefined
      ? [join(update, 'none', 'iso_update.c'), join(update, 'iso_flash_log.c')]
      : [...(await sourcesIn(update)), slot.keySource]),
    ...(custom && options.networkDir === '' ? [] : await networkSources(networkDir)),
  ].map((file) => options.replaced?.get(relative(templates, file)) ?? file);
  const target = {
    prefix: board.compiler.prefix,
    targetFlags: [
      ...board.compiler.flags,
      ...(board.system === 'linux' ? LINUX_FLAGS : []),
      ...(OBSERVERS[image] ?? []),
    ],
    outDir,
  };
  const includeFolders = [
    generated,
    join(templates, 'app'),
    join(templates, 'app', 'vectors'),
    join(templates, 'hal'),
    ...hal,
    afe,
    core,
    update,
    ...(custom && options.networkDir === '' ? [] : [networkDir]),
  ];
  const compiled = await compile({
    ...target,
    sources,
    includeFolders,
    systemFolders: slot?.systemFolders ?? [],
    onProgress: (done, total, file) =>
      options.onProgress?.({ phase: 'compile', done, total: total + 1, file }),
  });
  const libraryObjects =
    slot === undefined ? [] : await compileLibsodium(board, join(outDir, 'libsodium'));
  const buildId = Number.parseInt(compiled.inputHash.slice(0, 8), 16);
  const buildIdFile = join(generated, 'iso_build_id.c');
  await writeWhole(buildIdFile, buildIdSource(buildId));
  const stamp = await compile({
    ...target,
    sources: [buildIdFile],
    includeFolders,
    outDir: generated,
  });

  options.onProgress?.({
    phase: 'link',
    done: sources.length,
    total: sources.length + 1,
    file: `${image}.elf`,
  });
  const objects = [...compiled.objects, ...stamp.objects, ...libraryObjects];
  const linked =
    board.system === 'linux'
      ? await linkLinuxImage({ board, name: image, objects, outDir })
      : await linkImage({ board, name: image, objects, outDir });
  await Promise.all(objects.map((file) => rm(file)));
  if (board.system === undefined) await sealImage(board.compiler.prefix, linked.elfPath);
  const unit =
    board.system === 'linux'
      ? { unitPath: await writeUnit(board, options.frontEnd === 'uart', outDir) }
      : {};
  return { ...linked, ...unit, buildId };
}

export interface NativeImage {
  readonly programPath: string;
  readonly programBytes: number;
}

/** A program over files for this machine: `program vectors results`. Same errors as buildFirmware. */
export async function buildNative(options: {
  readonly networkDir: string;
  readonly outDir: string;
  /** `vectors` where nothing is said. */
  readonly image?: FilesImage;
  /** `aarch64-linux-gnu-` and the like; the machine's own gcc when left out. */
  readonly prefix?: string;
  /** Instruction set, where it is not the compiler's own. */
  readonly flags?: readonly string[];
  readonly onProgress?: (progress: BuildProgress) => void;
}): Promise<NativeImage> {
  const templates = join(packageRoot(), 'firmware-templates');
  const vectors = join(templates, 'app', 'vectors');
  const outDir = resolve(options.outDir);
  const networkDir = resolve(options.networkDir);
  const prefix = options.prefix ?? '';
  const image = options.image ?? 'vectors';
  const compiled = await compile({
    prefix,
    targetFlags: [...(options.flags ?? []), ...(OBSERVERS[image] ?? [])],
    sources: [
      ...(await sourcesIn(join(templates, 'app', image))),
      join(vectors, 'native', 'iso_vectors_files.c'),
      ...NATIVE_CORE[image].map((name) => join(templates, 'core', `${name}.c`)),
      ...(await networkSources(networkDir)),
    ],
    includeFolders: [vectors, join(templates, 'core'), networkDir],
    outDir,
    onProgress: (done, total, file) =>
      options.onProgress?.({ phase: 'compile', done, total: total + 1, file }),
  });
  const programPath = join(outDir, image);
  await link({
    prefix,
    targetFlags: [],
    objects: compiled.objects,
    output: programPath,
    linkFlags: prefix === '' ? [] : ['-static'],
    libraries: ['-lm'],
  });
  await Promise.all(compiled.objects.map((file) => rm(file)));
  return { programPath, programBytes: (await stat(programPath)).size };
}
