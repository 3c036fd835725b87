/** Kept settings whose power fails in every single byte: the firmware's own code, on the flash model of the update's test. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';

it.each([
  { writeBytes: 8, correctsErrors: 0 },
  { writeBytes: 32, correctsErrors: 1 },
])(
  'a power cut at any byte leaves the old settings or the new ones: $writeBytes bytes at once',
  (flash) => {
    const templates = join(packageRoot(), 'firmware-templates');
    const model = join(templates, 'update', 'test-harness');
    const program = join(
      packageRoot(),
      'build',
      'test',
      'drivers',
      `kept-${flash.writeBytes}-${process.pid}`,
    );
    mkdirSync(join(program, '..'), { recursive: true });
    execFileSync('gcc', [
      ...['-std=c99', '-O1', '-Wall', '-Wextra', '-Werror', '-Wconversion', '-fsanitize=undefined'],
      ...[model, ...['app', 'hal', 'core'].map((name) => join(templates, name))].map(
        (folder) => `-I${folder}`,
      ),
      `-DISO_BOARD_FLASH_WRITE_BYTES=${flash.writeBytes}u`,
      `-DMODEL_HAS_ERROR_CORRECTION=${flash.correctsErrors}`,
      join(templates, 'app', 'test-harness', 'kept_cuts.c'),
      join(templates, 'app', 'iso_kept.c'),
      join(templates, 'core', 'iso_crc32c.c'),
      join(model, 'flash_model.c'),
      ...['-o', program],
    ]);
    const [old, fresh] = execFileSync(program, { encoding: 'utf8' }).trim().split(' ').map(Number);
    // 256 bytes are erased and 32 programmed, whole and torn; only with the last of them the new settings count.
    expect((old ?? 0) + (fresh ?? 0)).toBeGreaterThanOrEqual(2 * (256 + 32));
    expect(fresh).toBeLessThanOrEqual(2);
  },
);
