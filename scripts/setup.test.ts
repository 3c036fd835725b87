import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../codegen/package-root.js';

const SETUP = join(packageRoot(), 'scripts/setup.mjs');
const NOBODY = 65_534;

let folder = '';
let bin = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'isochrone-setup-test-'));
  bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  chmodSync(folder, 0o755);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A command of the test's own, first and last on the PATH. */
function fake(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** Runs set-up for some packages with nothing on the PATH but what the test put there. */
function setUp(
  packages: readonly string[],
  uid: number | undefined,
): { status: number | null; output: string } {
  const code = `import(${JSON.stringify(SETUP)}).then((m) => m.withSetupErrors(() => { m.setUp(${JSON.stringify(packages)}); console.log('READY'); }))`;
  const result = spawnSync(process.execPath, ['-e', code], {
    env: { PATH: bin },
    encoding: 'utf8',
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  return { status: result.status, output: result.stdout + result.stderr };
}

const isRoot = process.getuid?.() === 0;

describe('set-up', () => {
  it('does nothing when everything is there', () => {
    fake('qemu-system-arm', 'exit 0');
    expect(setUp(['qemu-system-arm'], undefined)).toEqual({ status: 0, output: 'READY\n' });
  });

  it('names the exact apt line and stops when it may not install', () => {
    fake('apt-get', 'echo must not run; exit 1');
    const { status, output } = setUp(
      ['qemu-system-arm', 'clang-format'],
      isRoot ? NOBODY : undefined,
    );
    expect(status).toBe(3);
    expect(output).toContain(
      'sudo apt-get install -y --no-install-recommends qemu-system-arm clang-format',
    );
    expect(output).not.toContain('must not run');
    expect(output).not.toContain('READY');
  });

  it.skipIf(!isRoot)('installs what is missing, as root (skipped for other users)', () => {
    // This apt-get notes its arguments and brings the command.
    const log = join(folder, 'log');
    const tool = join(bin, 'clang-format');
    fake('apt-get', `echo "$@" >> ${log}; [ "$1" = update ] || { echo '#!/bin/sh' > ${tool}; }`);
    const { status, output } = setUp(['clang-format'], undefined);
    expect(output).toContain('installing Debian packages (once): clang-format');
    expect(status).toBe(0);
    expect(readFileSync(log, 'utf8')).toMatch(
      /^update.*\ninstall -y --no-install-recommends clang-format -qq\n$/,
    );
  });

  it.skipIf(!isRoot)(
    'says so when the installation did not bring it (skipped for other users)',
    () => {
      fake('apt-get', 'exit 0');
      const { status, output } = setUp(['clang-format'], undefined);
      expect(status).toBe(3);
      expect(output).toContain('Installed, yet not found: clang-format');
    },
  );
});
