/**
 * An update whose power fails in every single byte that is erased or programmed: the firmware's own code, on a flash model; of a
 * service of Linux in every call that writes or syncs a file, on a model of a disk; and on the drivers of chips, in what they program
 * and erase at once, on models of their flash.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';
import { loadBareMetalBoard } from '../../host/toolchain/board.js';
import { compile, link } from '../../host/toolchain/compile.js';
import { libsodium } from '../../host/toolchain/libsodium.js';
import { flashAreasOf } from '../../host/toolchain/slot-parts.js';
import { LINUX_FLAGS } from '../../host/toolchain/linux-image.js';
import { chipHarness, chipModelFlags } from '../hal/test-harness/chip/flash-bench.js';
import { FLASH_DRIVERS } from '../hal/test-harness/chip/flash-drivers.js';

const templates = join(packageRoot(), 'firmware-templates');
const harness = join(templates, 'update', 'test-harness');
const build = join(packageRoot(), 'build', 'test', 'power-cuts');

/** The cuts on such flash: their program. */
async function buildOn(flash: Flash): Promise<string> {
  const { name, writeBytes, correctsErrors, models, folders = [] } = flash;
  const outDir = join(build, name);
  const program = join(outDir, 'power-cuts');
  const { sources, includeFolders, defines, systemFolders } = await libsodium();
  const native = {
    prefix: '',
    targetFlags: [
      ...defines,
      `-DISO_BOARD_FLASH_WRITE_BYTES=${writeBytes}u`,
      `-DMODEL_HAS_ERROR_CORRECTION=${correctsErrors ? 1 : 0}`,
      ...LINUX_FLAGS,
      ...(flash.flags ?? []),
    ],
  };
  const own = await compile({
    ...native,
    sources: [
      join(harness, 'power_cuts.c'),
      ...['hal/flash-areas/flash_areas', 'update/test-harness/power_failure', ...models].map(
        (file) => join(templates, `${file}.c`),
      ),
      ...['iso_boot', 'iso_boot_state', 'iso_flash_log', 'iso_image', 'iso_update'].map((file) =>
        join(templates, 'update', `${file}.c`),
      ),
      join(templates, 'core', 'iso_crc32c.c'),
    ],
    includeFolders: [
      ...folders,
      harness,
      ...['update', 'hal', 'hal/flash-areas', 'hal/linux', 'core'].map((folder) =>
        join(templates, folder),
      ),
    ],
    systemFolders,
    outDir,
  });
  const hash = await compile({
    ...native,
    sources: sources.filter((file) => /sha512|utils/.test(file)),
    includeFolders,
    outDir: join(outDir, 'libsodium'),
    origin: 'library',
  });
  const objects = [...own.objects, ...hash.objects];
  await link({
    prefix: '',
    targetFlags: [],
    objects,
    output: program,
    linkFlags: flash.linkFlags ?? [],
    libraries: [],
  });
  return program;
}

interface Flash {
  readonly name: string;
  readonly writeBytes: number;
  readonly correctsErrors: boolean;
  /** C files below firmware-templates. */
  readonly models: readonly string[];
  readonly folders?: readonly string[];
  readonly flags?: readonly string[];
  readonly linkFlags?: readonly string[];
  /** Only every so manieth operation. */
  readonly stride: number;
  /** And so of two failures in a row. */
  readonly pairStride: number;
  /** A story has at least so many operations: bytes or words, parts of erasures, or choices of what a disk kept. */
  readonly operations: number;
  /** And so many of its cuts are gone on from in the middle of the image. */
  readonly resumed: number;
}

/** 4 KB erased and 1.7 KB programmed. */
const OPERATIONS = 5700;
const MEMORY = ['update/test-harness/flash_model'];

/** Two slots of four pages behind a boot loader, and an image of two pages. */
async function nrf52(): Promise<Flash> {
  const { board, unit, sector, sources, folders, flags } = FLASH_DRIVERS.nrf52;
  const loaded = await loadBareMetalBoard(board);
  const areas = [4, 4, 2, 2].map((pages, i, all) => {
    const first = 16 + all.slice(0, i).reduce((sum, count) => sum + count, 0);
    return `{${first * sector}u, ${pages * sector}u, ${sector}u}`;
  });
  return {
    name: 'nrf52',
    writeBytes: unit,
    correctsErrors: false,
    models: [
      ...['chip_model', 'flash_model'].map((file) => `hal/test-harness/chip/${file}`),
      ...sources.filter((file) => file !== 'update/test-harness/power_failure'),
    ],
    folders: [chipHarness, ...folders.map((folder) => join(templates, folder))],
    flags: [
      ...chipModelFlags(loaded),
      // An access that takes long is one that the model waits by fast.
      ...['-DMODEL_ACCESS_US=500u', '-DPROGRAM_BYTES=6001u'],
      `-DISO_BOARD_COUNTER_HZ=${loaded.counter.hz}u`,
      `-DISO_BOARD_FLASH_AREAS={${areas.join(',')}}`,
      ...['-fpie', '-Wno-array-bounds', '-Wno-stringop-overflow'],
      ...flags,
    ],
    linkFlags: ['-pie', ...flags],
    stride: 97,
    pairStride: 197,
    // The parts of four pages' erasure, and the words of the image.
    operations: 4 * 92 + 1500,
    resumed: 10,
  };
}

/** A board's own areas, in which 1.7 KB are less than a sector: what was begun is begun anew. */
async function stm32(
  family: 'stm32f4' | 'stm32u5',
  counts: Pick<Flash, 'stride' | 'pairStride' | 'operations'>,
): Promise<Flash> {
  const { board, unit, sources, folders, flags } = FLASH_DRIVERS[family];
  const loaded = await loadBareMetalBoard(board);
  const { slotA, slotB, bootState, configuration } = flashAreasOf(loaded);
  const areas = [slotA, slotB, bootState, configuration].map(
    ({ origin, bytes, sectorBytes }) => `{${origin}u, ${bytes}u, ${sectorBytes}u}`,
  );
  return {
    name: family,
    writeBytes: unit,
    correctsErrors: family !== 'stm32f4',
    models: [
      ...['chip_model', 'flash_model', 'flash_cuts'].map((file) => `hal/test-harness/chip/${file}`),
      ...sources,
    ],
    folders: [
      chipHarness,
      ...[...folders, 'hal/cortex-m'].map((folder) => join(templates, folder)),
    ],
    flags: [
      ...chipModelFlags(loaded),
      ...['-DMODEL_SAVES', `-DISO_BOARD_FLASH_AREAS={${areas.join(',')}}`],
      ...['-fpie', '-Wno-array-bounds', '-Wno-stringop-overflow', '-Wno-stringop-overread'],
      ...flags,
    ],
    linkFlags: ['-pie', ...flags],
    ...counts,
    resumed: -1,
  };
}

/** Memory that behaves like flash; the largest units that a chip of ours programs, whose rest no one reads; files; and chips. */
const FLASHES: readonly Flash[] = [
  {
    name: 'by-8',
    writeBytes: 8,
    correctsErrors: false,
    models: MEMORY,
    stride: 1,
    pairStride: 4,
    operations: OPERATIONS,
    resumed: 1000,
  },
  {
    name: 'by-32',
    writeBytes: 32,
    correctsErrors: true,
    models: MEMORY,
    stride: 5,
    pairStride: 20,
    operations: OPERATIONS,
    resumed: 200,
  },
  {
    name: 'files',
    writeBytes: 32,
    correctsErrors: false,
    models: ['hal/linux/flash', 'hal/linux/test-harness/files_model'],
    stride: 1,
    pairStride: 1,
    operations: 600,
    resumed: 200,
  },
  await nrf52(),
  await stm32('stm32f4', { stride: 61, pairStride: 97, operations: 500 }),
  await stm32('stm32u5', { stride: 127, pairStride: 197, operations: 250 }),
];
const programs = new Map<string, string>();
beforeAll(async () => {
  for (const flash of FLASHES) programs.set(flash.name, await buildOn(flash));
}, 120_000);

it.each(FLASHES)(
  'always leaves a whole image to start and an update that comes to its end: $name',
  ({ name, stride, pairStride, operations, resumed }) => {
    const program = programs.get(name) ?? '';
    const lines = execFileSync(program, [String(stride), String(pairStride)], { encoding: 'utf8' })
      .trim()
      .split('\n');
    const counts = Object.fromEntries(lines.map((line) => line.split(' '))) as Record<
      string,
      string
    >;
    expect(Object.keys(counts)).toEqual([
      ...[
        'rolled-back-operations',
        'rolled-back-resumed',
        'confirmed-operations',
        'confirmed-resumed',
      ],
    ]);
    for (const story of ['rolled-back', 'confirmed']) {
      expect(Number(counts[`${story}-operations`])).toBeGreaterThan(operations);
      expect(Number(counts[`${story}-resumed`])).toBeGreaterThan(resumed);
    }
  },
);
