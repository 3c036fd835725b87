/**
 * An update whose power fails in every single byte that is erased or programmed: the firmware's own code, on a flash model; and of a
 * service of Linux in every call that writes or syncs a file, on a model of a disk.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';
import { compile, link } from '../../host/toolchain/compile.js';
import { libsodium } from '../../host/toolchain/libsodium.js';
import { LINUX_FLAGS } from '../../host/toolchain/linux-image.js';

const templates = join(packageRoot(), 'firmware-templates');
const harness = join(templates, 'update', 'test-harness');
const build = join(packageRoot(), 'build', 'test', 'power-cuts');

/** The cuts on such flash: their program. */
async function buildOn({ name, writeBytes, correctsErrors, models }: Flash): Promise<string> {
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
    ],
  };
  const own = await compile({
    ...native,
    sources: [
      join(harness, 'power_cuts.c'),
      ...['flash-areas/flash_areas.c', ...models].map((file) => join(templates, 'hal', file)),
      ...['iso_boot', 'iso_boot_state', 'iso_flash_log', 'iso_image', 'iso_update'].map((file) =>
        join(templates, 'update', `${file}.c`),
      ),
      join(templates, 'core', 'iso_crc32c.c'),
    ],
    includeFolders: [
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
    linkFlags: [],
    libraries: [],
  });
  return program;
}

interface Flash {
  readonly name: string;
  readonly writeBytes: number;
  readonly correctsErrors: boolean;
  /** Below firmware-templates/hal. */
  readonly models: readonly string[];
  /** Only every so manieth operation. */
  readonly stride: number;
  /** And so of two failures in a row. */
  readonly pairStride: number;
  /** A story has at least so many operations: bytes erased and programmed, or choices of what a disk kept. */
  readonly operations: number;
  /** And so many of its cuts are gone on from in the middle of the image. */
  readonly resumed: number;
}

/** 4 KB erased and 1.7 KB programmed. */
const OPERATIONS = 5700;
const CHIP = ['../update/test-harness/flash_model.c'];

/** Memory that behaves like flash; the largest units that a chip of ours programs, whose rest no one reads; and files. */
const FLASHES: readonly Flash[] = [
  {
    name: 'by-8',
    writeBytes: 8,
    correctsErrors: false,
    models: CHIP,
    stride: 1,
    pairStride: 4,
    operations: OPERATIONS,
    resumed: 1000,
  },
  {
    name: 'by-32',
    writeBytes: 32,
    correctsErrors: true,
    models: CHIP,
    stride: 5,
    pairStride: 20,
    operations: OPERATIONS,
    resumed: 200,
  },
  {
    name: 'files',
    writeBytes: 32,
    correctsErrors: false,
    models: ['linux/flash.c', 'linux/test-harness/files_model.c'],
    stride: 1,
    pairStride: 1,
    operations: 600,
    resumed: 200,
  },
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
