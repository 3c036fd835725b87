/** An update whose power fails in every single byte that is erased or programmed: the firmware's own code, on a flash model. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';
import { compile, link } from '../../host/toolchain/compile.js';
import { libsodium } from '../../host/toolchain/libsodium.js';

const templates = join(packageRoot(), 'firmware-templates');
const harness = join(templates, 'update', 'test-harness');
const build = join(packageRoot(), 'build', 'test', 'power-cuts');

/** The cuts on flash that programs so many bytes at once: its program. */
async function buildOn(flash: { writeBytes: number; correctsErrors: boolean }): Promise<string> {
  const outDir = join(build, `by-${flash.writeBytes}`);
  const program = join(outDir, 'power-cuts');
  const { sources, includeFolders, defines, systemFolders } = await libsodium();
  const native = {
    prefix: '',
    targetFlags: [
      ...defines,
      `-DISO_BOARD_FLASH_WRITE_BYTES=${flash.writeBytes}u`,
      `-DMODEL_HAS_ERROR_CORRECTION=${flash.correctsErrors ? 1 : 0}`,
    ],
  };
  const own = await compile({
    ...native,
    sources: [
      ...['power_cuts', 'flash_model'].map((name) => join(harness, `${name}.c`)),
      ...['iso_boot', 'iso_boot_state', 'iso_flash_log', 'iso_image', 'iso_update'].map((name) =>
        join(templates, 'update', `${name}.c`),
      ),
      join(templates, 'core', 'iso_crc32c.c'),
    ],
    includeFolders: [harness, ...['update', 'hal', 'core'].map((name) => join(templates, name))],
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

/** Memory that behaves like flash, and the largest units that a chip of ours programs, whose rest no one reads. */
const FLASHES = [
  { writeBytes: 8, correctsErrors: false, stride: 1 },
  { writeBytes: 32, correctsErrors: true, stride: 5 },
] as const;
const programs = new Map<number, string>();
beforeAll(async () => {
  for (const flash of FLASHES) programs.set(flash.writeBytes, await buildOn(flash));
}, 120_000);

it.each(FLASHES)(
  'always leaves a whole image to start and an update that comes to its end: $writeBytes bytes at once',
  ({ writeBytes, stride }) => {
    const program = programs.get(writeBytes) ?? '';
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
      // 4 KB erased and 1.7 KB programmed at least.
      expect(Number(counts[`${name}-operations`])).toBeGreaterThan(5700);
      expect(Number(counts[`${name}-resumed`])).toBeGreaterThan(1000 / stride);
    }
  },
);
