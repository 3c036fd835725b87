import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { armv8aNeonFamily } from '../../../../codegen/emit/armv8a-neon/backend.js';
import { x8664Family } from '../../../../codegen/emit/x86-64/backend.js';
import type { StagedFamily } from '../../../../codegen/emit/staged/kernels.js';
import { packageRoot } from '../../../../codegen/package-root.js';
import { caseFile, casesOf, checksum, reference } from './staged-table.js';

const root = packageRoot();
const build = join(root, 'build/test/staged-table');
const vectors = join(root, 'firmware-templates/app/vectors');
const AARCH64 = 'aarch64-linux-gnu-gcc';

const FUNCTIONS = ['conv', 'conv_gradient', 'depthwise', 'depthwise_gradient'];

interface Machine {
  readonly name: string;
  readonly compiler: string;
  readonly flags: readonly string[];
  readonly run: readonly string[];
}

/** Names of the cases that a machine answers otherwise than the interpreter. */
function wrong(family: StagedFamily, machine: Machine): string[] {
  const cases = casesOf(family);
  const [file, results, includes, program] = ['bin', 'results', 'h', 'run'].map((ending) =>
    join(build, `${machine.name}.${ending}`),
  ) as [string, string, string, string];
  mkdirSync(build, { recursive: true });
  writeFileSync(file, caseFile(cases, family));
  const names = FUNCTIONS.map((name) => `${family.prefix}_${name}.c`);
  writeFileSync(
    includes,
    `#define FAMILY(name) ${family.prefix}_##name\n${names.map((name) => `#include "${join(root, family.folder, name)}"\n`).join('')}`,
  );
  execFileSync(machine.compiler, [
    ...['-std=c99', '-O2', '-Wall', '-Wextra', '-Werror', '-Wconversion', '-Wshadow'],
    ...[...machine.flags, `-DFAMILY_FILE="${includes}"`, '-I', vectors, '-o', program],
    join(root, 'tests/conformance/compiler/staged-table/staged_table.c'),
    join(vectors, 'native/iso_vectors_files.c'),
  ]);
  const [command = program, ...rest] = [...machine.run, program, file, results];
  execFileSync(command, rest);
  const bytes = readFileSync(results);
  expect(bytes.length).toBe(8 * cases.length);
  return cases
    .filter(({ one }, index) => {
      const { output, saturations } = reference(one);
      return (
        bytes.readUInt32LE(8 * index) !== checksum(output) ||
        bytes.readUInt32LE(8 * index + 4) !== saturations
      );
    })
    .map(({ one }) => one.name);
}

describe('staged convolutions and gradients answer as the interpreter', () => {
  it('in a table that clips, saturates and takes every kind', () => {
    const cases = casesOf(armv8aNeonFamily);
    const kinds = new Set(cases.map(({ staged }) => staged.function));
    expect(kinds.size).toBe(FUNCTIONS.length);
    expect(cases.length).toBeGreaterThan(7_000);
    const gradients = cases.filter(({ one }) => one.operation.kind === 'convGradient').slice(0, 99);
    const counts = gradients.map(({ one }) => reference(one).saturations);
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(50);
  });

  it.each([
    ['with dot-product', 'armv8.2-a+dotprod', 'cortex-a76'],
    ['without', 'armv8-a', 'cortex-a57'],
  ])('on 64-bit Arm %s', (name, march, cpu) => {
    const machine = {
      name: `neon-${cpu}`,
      compiler: AARCH64,
      flags: ['-static', `-march=${march}`],
      run: ['qemu-aarch64', '-cpu', cpu],
    };
    expect(wrong(armv8aNeonFamily, machine), name).toEqual([]);
  });

  it.runIf(process.arch === 'x64').each([
    ['with what the processor has', []],
    ['with AVX2', ['-D__builtin_cpu_supports(name)=(sizeof name == sizeof "avx2")']],
    ['with SSE2 alone', ['-D__builtin_cpu_supports(name)=0']],
  ])('on this machine %s, with no undefined behaviour', (name, flags) => {
    const sanitize = ['-fsanitize=undefined,address', '-fno-sanitize-recover=all'];
    const machine = { name: `x86-${name.replace(/\W+/g, '-')}`, compiler: 'gcc', run: [] };
    expect(wrong(x8664Family, { ...machine, flags: [...flags, ...sanitize] }), name).toEqual([]);
  });
});
