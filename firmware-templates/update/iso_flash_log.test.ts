/** A log whose power fails in every single byte: the firmware's own code, on the flash model of the update's test. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';

it.each([
  { writeBytes: 8, correctsErrors: 0 },
  { writeBytes: 32, correctsErrors: 1 },
])(
  'a power cut at any byte leaves the old words or the new ones: $writeBytes bytes at once',
  (flash) => {
    const templates = join(packageRoot(), 'firmware-templates');
    const model = join(templates, 'update', 'test-harness');
    const program = join(
      packageRoot(),
      'build',
      'test',
      'drivers',
      `flash-log-${flash.writeBytes}-${process.pid}`,
    );
    mkdirSync(join(program, '..'), { recursive: true });
    execFileSync('gcc', [
      ...['-std=c99', '-O1', '-Wall', '-Wextra', '-Werror', '-Wconversion', '-fsanitize=undefined'],
      ...[
        model,
        ...['update', 'hal', 'hal/flash-areas', 'core'].map((name) => join(templates, name)),
      ].map((folder) => `-I${folder}`),
      `-DISO_BOARD_FLASH_WRITE_BYTES=${flash.writeBytes}u`,
      `-DMODEL_HAS_ERROR_CORRECTION=${flash.correctsErrors}`,
      join(model, 'log_cuts.c'),
      join(templates, 'update', 'iso_flash_log.c'),
      join(templates, 'core', 'iso_crc32c.c'),
      ...['flash_model.c', 'power_failure.c'].map((file) => join(model, file)),
      join(templates, 'hal', 'flash-areas', 'flash_areas.c'),
      ...['-o', program],
    ]);
    const [old, fresh] = execFileSync(program, { encoding: 'utf8' }).trim().split(' ').map(Number);
    // 32 bytes are programmed, and before that 256 erased where a sector was full, whole and torn; only with the last of them
    // the new words count.
    expect((old ?? 0) + (fresh ?? 0)).toBeGreaterThanOrEqual(2 * (32 + 2 * (256 + 32)));
    expect(fresh).toBeLessThanOrEqual(6);
  },
);
