/**
 * An update whose power fails in every single operation of its flash: the firmware's own code, on memory that behaves as flash,
 * in every byte that is erased or programmed; and on a chip's driver with the model of its flash below.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';
import { loadBareMetalBoard } from '../../host/toolchain/board.js';
import { compile, link } from '../../host/toolchain/compile.js';
import { libsodium } from '../../host/toolchain/libsodium.js';
import { chipHarness, chipModelFlags } from '../hal/test-harness/chip/flash-bench.js';
import { FLASH_DRIVERS } from '../hal/test-harness/chip/flash-drivers.js';

const templates = join(packageRoot(), 'firmware-templates');
const harness = join(templates, 'update', 'test-harness');
const build = join(packageRoot(), 'build', 'test', 'power-cuts');

interface Flash {
  readonly name: string;
  /** Of so many operations, one is cut. */
  readonly stride: number;
  readonly flags: readonly string[];
  readonly linkFlags?: readonly string[];
  readonly sources: readonly string[];
  readonly folders: readonly string[];
  readonly leastOperations: number;
  readonly leastResumed: number;
}

const memory = (writeBytes: number, correctsErrors: boolean): Omit<Flash, 'stride'> => ({
  name: `${writeBytes} bytes at once`,
  flags: [
    `-DISO_BOARD_FLASH_WRITE_BYTES=${writeBytes}u`,
    `-DMODEL_HAS_ERROR_CORRECTION=${correctsErrors ? 1 : 0}`,
  ],
  sources: [join(harness, 'flash_model.c'), join(harness, 'power_failure.c')],
  folders: [],
  // 4 KB erased and 1.7 KB programmed at least.
  leastOperations: 5700,
  leastResumed: 1000,
});

/** Two slots of four pages behind its boot loader, and an image of two pages. */
async function nrf52(): Promise<Omit<Flash, 'stride'>> {
  const { board, unit, sector, sources, folders, flags } = FLASH_DRIVERS.nrf52;
  const loaded = await loadBareMetalBoard(board);
  const areas = [4, 4, 2, 2].map((pages, i, all) => {
    const first = 16 + all.slice(0, i).reduce((sum, count) => sum + count, 0);
    return `{${first * sector}u, ${pages * sector}u, ${sector}u}`;
  });
  return {
    name: 'nRF52840',
    flags: [
      ...chipModelFlags(loaded),
      // An access that takes long is one that the model waits by fast.
      ...['-DMODEL_ACCESS_US=500u', '-DPROGRAM_BYTES=6001u', '-D_DEFAULT_SOURCE'],
      `-DISO_BOARD_FLASH_WRITE_BYTES=${unit}u`,
      `-DISO_BOARD_COUNTER_HZ=${loaded.counter.hz}u`,
      `-DISO_BOARD_FLASH_AREAS={${areas.join(',')}}`,
      ...['-fpie', '-Wno-array-bounds', '-Wno-stringop-overflow'],
      ...flags,
    ],
    linkFlags: ['-pie', ...flags],
    sources: [
      ...['chip_model', 'flash_model'].map((file) => join(chipHarness, `${file}.c`)),
      ...['hal/flash-areas/flash_areas', ...sources].map((file) => join(templates, `${file}.c`)),
    ],
    folders: [
      chipHarness,
      ...['hal/flash-areas', ...folders].map((folder) => join(templates, folder)),
    ],
    // The parts of four pages' erasure, and the words of the image.
    leastOperations: 4 * 92 + 1500,
    leastResumed: 500,
  };
}

/** The cuts on such flash: their program. */
async function buildOn(flash: Flash): Promise<string> {
  const outDir = join(build, flash.name.replaceAll(' ', '-'));
  const program = join(outDir, 'power-cuts');
  const { sources, includeFolders, defines, systemFolders } = await libsodium();
  const own = await compile({
    prefix: '',
    targetFlags: [...defines, ...flash.flags],
    sources: [
      join(harness, 'power_cuts.c'),
      ...flash.sources,
      ...['iso_boot', 'iso_boot_state', 'iso_flash_log', 'iso_image', 'iso_update'].map((name) =>
        join(templates, 'update', `${name}.c`),
      ),
      join(templates, 'core', 'iso_crc32c.c'),
    ],
    includeFolders: [
      ...flash.folders,
      harness,
      ...['update', 'hal', 'core'].map((name) => join(templates, name)),
    ],
    systemFolders,
    outDir,
  });
  const hash = await compile({
    prefix: '',
    targetFlags: defines,
    sources: sources.filter((file) => /sha512|utils/.test(file)),
    includeFolders,
    outDir: join(outDir, 'libsodium'),
    origin: 'library',
  });
  await link({
    prefix: '',
    targetFlags: [],
    objects: [...own.objects, ...hash.objects],
    output: program,
    linkFlags: flash.linkFlags ?? [],
    libraries: [],
  });
  return program;
}

/** Memory that behaves like flash, the largest units that a chip of ours programs, whose rest no one reads, and a chip. */
const FLASHES: readonly Flash[] = [
  { ...memory(8, false), stride: 1 },
  { ...memory(32, true), stride: 5 },
  { ...(await nrf52()), stride: 61 },
];
const programs = new Map<string, string>();
beforeAll(async () => {
  for (const flash of FLASHES) programs.set(flash.name, await buildOn(flash));
}, 120_000);

it.each(FLASHES)(
  'always leaves a whole image to start and an update that comes to its end: $name',
  ({ name: flash, stride, leastOperations, leastResumed }) => {
    const program = programs.get(flash) ?? '';
    const lines = execFileSync(program, [String(stride)], { encoding: 'utf8' })
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
    for (const name of ['rolled-back', 'confirmed']) {
      expect(Number(counts[`${name}-operations`])).toBeGreaterThan(leastOperations);
      expect(Number(counts[`${name}-resumed`])).toBeGreaterThan(leastResumed / stride);
    }
  },
);
