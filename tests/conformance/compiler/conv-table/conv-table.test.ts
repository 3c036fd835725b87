import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../codegen/package-root.js';
import { runToExit } from '../../../../host/flash/qemu.js';
import { listBoards, loadBoard } from '../../../../host/toolchain/board.js';
import { buildFirmware } from '../../../../host/toolchain/build-firmware.js';
import { caseFile, checksum, convCases, referenceOutput } from './conv-table.js';

const root = packageRoot();
const build = join(root, 'build/test/conv-table');
const vectors = join(root, 'firmware-templates/app/vectors');
const source = join(root, 'tests/conformance/compiler/conv-table/conv_table.c');
const file = join(build, 'cases.bin');

const cases = convCases();
const expected = cases.map((one) => checksum(referenceOutput(one)));
mkdirSync(build, { recursive: true });
writeFileSync(file, caseFile(cases));

/** The cases that a results file answers otherwise. */
function wrong(results: string): readonly string[] {
  const bytes = readFileSync(results);
  expect(bytes.length).toBe(4 * cases.length);
  return cases
    .filter((_, index) => bytes.readUInt32LE(4 * index) !== expected[index])
    .map(({ name }) => name);
}

function runNatively(
  name: string,
  compiler: string,
  flags: readonly string[],
  run: string[],
): string {
  const program = join(build, name);
  const results = join(build, `${name}.results`);
  execFileSync(compiler, [
    ...['-std=c99', '-O2', '-Wall', '-Wextra', '-Werror', '-Wconversion', '-Wshadow', ...flags],
    ...['-I', vectors, '-o', program, source, join(vectors, 'native/iso_vectors_files.c')],
  ]);
  const [command = program, ...rest] = [...run, program, file, results];
  execFileSync(command, rest);
  return results;
}

describe(`convolution, ${cases.length} combinations`, () => {
  it('are all different, and most answers are neither clipped nor alike', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(cases.length).toBe(7 * 3 * 2 * 4 * 2 * 8 * 2);
    expect(new Set(expected).size).toBeGreaterThan(0.99 * cases.length);
    const values = cases.flatMap((one) => [...referenceOutput(one)]);
    const clipped = values.filter((value) => value === -128 || value === 127).length;
    expect(clipped / values.length).toBeLessThan(0.3);
  });

  it('this machine answers as the interpreter, with no undefined behaviour', () => {
    const sanitize = ['-fsanitize=undefined,address', '-fno-sanitize-recover=all'];
    expect(wrong(runNatively('host', 'gcc', sanitize, []))).toEqual([]);
  });

  it('64-bit Arm answers as the interpreter', () => {
    expect(
      wrong(runNatively('aarch64', 'aarch64-linux-gnu-gcc', ['-static'], ['qemu-aarch64'])),
    ).toEqual([]);
  });

  it('every emulated core answers as the interpreter', async () => {
    for (const name of await listBoards()) {
      const board = await loadBoard(name);
      const { elfPath } = await buildFirmware({
        board,
        networkDir: '',
        image: {
          name: 'conv-table',
          sources: [source, join(vectors, 'semihost/iso_vectors_files.c')],
        },
        frontEnd: 'semihost',
        outDir: join(build, name),
      });
      const results = join(build, `${name}.results`);
      const { status } = await runToExit({
        board,
        elfPath,
        semihosting: { args: [`vectors=${file}`, `results=${results}`] },
        timeoutMs: 120_000,
      });
      expect(status, name).toBe(0);
      expect(wrong(results), name).toEqual([]);
    }
  }, 300_000);
});
