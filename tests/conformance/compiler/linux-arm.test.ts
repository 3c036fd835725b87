import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import { DEFAULT_MODEL, generateNetwork } from '../../../host/cli/network.js';

const root = packageRoot();
const folder = join(root, 'build/test/linux-arm');

/** The commands of the document, behind those that make the folder and go there. */
function commands(): readonly string[] {
  const text = readFileSync(join(root, 'docs/linux-arm.md'), 'utf8');
  const block =
    /## The network in a program of your own[^]*?```sh\n([^]*?)```/.exec(text)?.[1] ?? '';
  const [build, cd, ...rest] = block.trim().split('\n');
  expect(build).toMatch(/^isochrone build .* --backend armv8a-neon --out network$/);
  expect(cd).toBe('cd network');
  return rest;
}

function run(lines: readonly string[]): number | null {
  return spawnSync('bash', ['-ec', lines.join('\n')], { cwd: folder, stdio: 'inherit' }).status;
}

describe('docs/linux-arm.md', () => {
  it('builds and checks the network as it says, for both kinds of cores', () => {
    rmSync(folder, { recursive: true, force: true });
    const target = { backend: 'armv8a-neon', optimize: 'balanced' } as const;
    generateNetwork(DEFAULT_MODEL, folder, { target });
    const lines = commands();
    expect(lines.length).toBe(3);
    expect(run(lines)).toBe(0);
    const disassembly = (): string =>
      execFileSync('aarch64-linux-gnu-objdump', ['-d', 'self-test'], {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      });
    expect(disassembly()).toMatch(/\tsdot\t/);
    const older = lines.map((line) =>
      line
        .replace('-march=armv8.2-a+dotprod', '-mcpu=cortex-a57')
        .replace('-cpu cortex-a76', '-cpu cortex-a57'),
    );
    expect(older).not.toEqual(lines);
    expect(run(older)).toBe(0);
    expect(disassembly()).not.toMatch(/\tsdot\t/);
    // A weight off by one is found.
    const source = readFileSync(join(folder, 'network.c'), 'utf8');
    const spoiled = source.replace(
      /(layer_\d+_\w+_iso_neon\[\d+\] = \{\s*)(-?\d+)/,
      (_, head: string, weight: string) =>
        `${head}${Number(weight) === 127 ? 126 : Number(weight) + 1}`,
    );
    expect(spoiled).not.toBe(source);
    writeFileSync(join(folder, 'network.c'), spoiled);
    expect(run(lines)).toBe(1);
  }, 120_000);
});
