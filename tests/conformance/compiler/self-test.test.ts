import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileNetwork, type CompiledNetwork } from '../../../codegen/compile.js';
import { packageRoot } from '../../../codegen/package-root.js';
import { calibrationFileOf, DEFAULT_MODEL } from '../../../host/cli/network.js';

const build = join(packageRoot(), 'build/test/self-test');

function compile(options: Parameters<typeof compileNetwork>[2]): CompiledNetwork {
  const calibration = calibrationFileOf(DEFAULT_MODEL);
  return compileNetwork(
    { bytes: readFileSync(DEFAULT_MODEL), file: DEFAULT_MODEL },
    { text: readFileSync(calibration, 'utf8'), file: calibration },
    options,
  );
}

/** What the self-test of this C says. */
function verdict(name: string, header: string, source: string): number | null {
  const folder = join(build, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'network.h'), header);
  writeFileSync(join(folder, 'network.c'), source);
  const program = join(folder, 'self-test');
  execFileSync('gcc', [
    ...['-std=c99', '-O2', '-Wall', '-Wextra', '-Werror', '-Wconversion', '-Wshadow'],
    ...['-fsanitize=undefined', '-fno-sanitize-recover=all', '-I', folder, '-o', program],
    join(packageRoot(), 'tests/conformance/compiler/self_test.c'),
  ]);
  return spawnSync(program).status;
}

/** Adds one to the first number of the table whose name ends so. */
function spoil(source: string, table: RegExp): string {
  const found = new RegExp(`(${table.source}\\[\\d+\\] = \\{\\s*)(-?\\d+)`).exec(source);
  if (found === null) throw new Error(`no table ${table.source}`);
  const [all, head = '', number = '0'] = found;
  return source.replace(all, `${head}${Number(number) === 127 ? 126 : Number(number) + 1}`);
}

describe('the self-test of the default network', () => {
  const { emitted, program } = compile({});
  const { header, source } = emitted;
  // The answer's last operation, as the C numbers it.
  const dense = String(program.forwardOperations - 1).padStart(2, '0');

  it('passes, with explanation and without', () => {
    expect(verdict('good', header, source)).toBe(0);
    const plain = compile({ explain: 'none' }).emitted;
    expect(verdict('unexplained', plain.header, plain.source)).toBe(0);
  });

  it('fails when one weight is off by one, the first or that of another layer', () => {
    expect(verdict('weight', header, spoil(source, /layer_00_\w+_weights/))).toBe(1);
    expect(verdict('dense', header, spoil(source, new RegExp(`layer_${dense}_\\w+_weights`)))).toBe(
      1,
    );
  });

  it('says so when only the explanation is wrong', () => {
    const halved = source.replace(/(seeds\[ISO_NET_CLASSES\] = \{)(-?\d+)/, '$1$2 / 2');
    expect(halved).not.toBe(source);
    expect(verdict('gradient', header, halved)).toBe(2);
  });

  it('can be left out, and costs no table', () => {
    const without = compile({ selfTest: false }).emitted;
    expect(without.header).toContain('#define ISO_NET_SELF_TEST 0');
    expect(without.source).not.toContain('self_test');
    expect(without.hash).toBe(emitted.hash);
    expect(source.length - without.source.length).toBeLessThan(1_500);
  });
});
