/** `isochrone build` and `isochrone flash` of a Linux board; ssh and scp are stand-ins that reach a folder instead of a machine. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { DEFAULT_METHODS } from '../../../codegen/explain/methods.js';
import { packageRoot } from '../../../codegen/package-root.js';
import { runBuild, type BuildReport } from '../../../host/cli/build.js';
import { flashBoard } from '../../../host/flash/flash-board.js';
import { loadBoard } from '../../../host/toolchain/board.js';
import { makeKeys } from '../../../host/update/keys.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const OUT = join(packageRoot(), 'build', 'test', 'flash', 'linux');
const MODEL = join(packageRoot(), 'models', 'tiny', 'tiny.onnx');
const BOARD = 'jetson-orin-nano';

let report: NonNullable<BuildReport['board']>;
let signed: NonNullable<(typeof report)['signed']>;
beforeAll(async () => {
  await rm(`${OUT}.private.pem`, { force: true });
  await rm(`${OUT}.public.pem`, { force: true });
  const { privateKey } = await makeKeys(OUT);
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  await runBuild(MODEL, {
    out: OUT,
    json: true,
    explain: DEFAULT_METHODS,
    optimize: 'balanced',
    board: BOARD,
    key: privateKey,
    firmwareVersion: '1.2.0',
  });
  write.mockRestore();
  ({ board: report = expect.fail('no board in the report') } = JSON.parse(printed) as BuildReport);
  signed = report.signed ?? expect.fail('nothing signed');
});

/** Stands for the machine's root: `user@host:/path` is a path in it. */
let machine = '';
const PROGRAM = 'usr/local/bin/isochrone-device';
const onMachine = (path: string): Promise<Buffer> => readFile(join(machine, path));

beforeEach(async () => {
  machine = await mkdtemp(join(tmpdir(), 'isochrone-machine-'));
  await mkdir(join(machine, 'bin'));
  await mkdir(join(machine, 'usr', 'local', 'bin'), { recursive: true });
  await mkdir(join(machine, 'var', 'lib'), { recursive: true });
  await fake(
    'scp',
    `while [ $# -gt 2 ]; do shift; done
from=$(echo "$1" | sed "s|^nurse@ward:|${machine}|"); to=$(echo "$2" | sed "s|^nurse@ward:|${machine}|")
cp "$from" "$to"`,
  );
  // The words after the address are a shell's on the machine.
  await fake(
    'ssh',
    `while [ "$1" != nurse@ward ]; do shift; done; shift
echo "$*" | sed "s#/\\(usr/local\\|var/lib\\)#${machine}/\\1#g" | sh`,
  );
  await fake('systemctl', `echo "$*" >> ${machine}/systemctl`);
  vi.stubEnv('PATH', `${join(machine, 'bin')}:${process.env['PATH'] ?? ''}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(machine, { recursive: true, force: true });
});

const fake = (name: string, script: string): Promise<void> =>
  writeFile(join(machine, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

it('`build --board` makes the service and its unit', async () => {
  expect(report).toMatchObject({ name: BOARD, frontEnd: 'uart' });
  expect(report.flashBytes).toBeGreaterThan(100_000);
  const unit = await readFile(report.unitPath ?? '', 'utf8');
  expect(unit).toContain('--link /dev/ttyTHS1 --inject /dev/ttyUSB0 --realtime 10"');
  expect(unit).not.toMatch(/[{}]/);
  // An image on trial may end as wrong options do.
  expect(unit).not.toContain('RestartPrevent');
  for (const line of ['Restart=always', 'WatchdogSec=10s', 'StateDirectory=isochrone']) {
    expect(unit.split('\n')).toContain(line);
  }
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

it.skipIf(!hasSystemd)('systemd finds nothing wrong with the unit', async () => {
  const unit = await readFile(report.unitPath ?? '', 'utf8');
  const file = join(machine, 'isochrone-device.service');
  // It looks whether the program is there; here it is not.
  await writeFile(file, unit.replace(`/${PROGRAM}`, '/bin/true'));
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

it('`flash` puts it there, reads it back, and starts it', async () => {
  const board = await loadBoard(BOARD);
  const done = await flashBoard({ board, file: report.elfPath, port: 'nurse@ward' });
  const built = await readFile(report.elfPath);
  expect(done).toMatchObject({
    tool: 'ssh',
    address: null,
    bytes: built.length,
    sha256: createHash('sha256').update(built).digest('hex'),
  });
  expect((await onMachine(PROGRAM)).equals(built)).toBe(true);
  expect((await stat(join(machine, PROGRAM))).mode & 0o111).toBe(0o111);
  expect((await onMachine('systemctl')).toString()).toBe('restart isochrone-device\n');
});

it('`flash` puts the first image into its slot, and forgets what was there and decided', async () => {
  const board = await loadBoard(BOARD);
  const state = join('var', 'lib', 'isochrone');
  await mkdir(join(machine, state));
  for (const name of ['slot-a', 'slot-b', 'boot-state', 'configuration']) {
    await writeFile(join(machine, state, name), `old ${name}`);
  }
  for (const [file, names] of [
    [signed.slotFile, ['configuration', 'slot-a']],
    [signed.bootFile, ['configuration', 'slot-a']],
  ] as const) {
    await flashBoard({ board, file, port: 'nurse@ward' });
    expect((await readdir(join(machine, state))).sort()).toEqual(names);
  }
  expect((await onMachine(join(state, 'slot-a'))).equals(await readFile(signed.slotFile))).toBe(
    true,
  );
  expect((await onMachine(PROGRAM)).equals(await readFile(signed.bootFile))).toBe(true);
  expect((await onMachine('systemctl')).toString().trim().split('\n')).toEqual([
    'stop isochrone-device',
    '--no-block start isochrone-device',
    'restart isochrone-device',
  ]);
  expect(await readdir(join(machine, 'var', 'lib'))).toEqual(['isochrone']);
});

it('a disk that does not keep it leaves the old program running', async () => {
  const board = await loadBoard(BOARD);
  const file = report.elfPath;
  await fake(
    'scp',
    `while [ $# -gt 2 ]; do shift; done
case "$1" in nurse@ward:*) echo torn > "$2" ;; esac`,
  );
  await expect(flashBoard({ board, file, port: 'nurse@ward' })).rejects.toMatchObject({
    code: 'FLASH_VERIFY',
  });
  await expect(onMachine('systemctl')).rejects.toMatchObject({ code: 'ENOENT' });
});

it('refuses what is no program for this board before it reaches for the machine', async () => {
  const file = report.elfPath;
  const flash = async (name: string, image: string): Promise<unknown> =>
    flashBoard({ board: await loadBoard(name), file: image, port: 'nobody@nowhere' });
  await expect(flash('linux-aarch64', file)).rejects.toMatchObject({
    code: 'FLASH_OTHER_BOARD',
    where: { builtFor: BOARD },
  });
  await expect(flash('linux-aarch64', signed.slotFile)).rejects.toMatchObject({
    code: 'FLASH_OTHER_BOARD',
  });
  await expect(flash('linux-aarch64', signed.bootFile)).rejects.toMatchObject({
    code: 'FLASH_OTHER_BOARD',
  });
  const torn = join(machine, 'torn');
  await writeFile(torn, (await readFile(signed.slotFile)).subarray(0, -1));
  await expect(flash(BOARD, torn)).rejects.toMatchObject({ code: 'FIRMWARE_IMAGE_DAMAGED' });
  await expect(flash('mps2-an386', file)).rejects.toMatchObject({ code: 'FLASH_IMAGE_UNREADABLE' });
  const built = await readFile(file);
  for (const [name, bytes, said] of [
    ['short', built.subarray(0, built.length / 2), 'cut short'],
    ['header', built.subarray(0, 40), 'cut short'],
    ['raw', Buffer.from(`isochrone-board:${BOARD}\0`), 'no program of 64-bit Arm'],
    ['x86', await readFile(process.execPath), 'no program of 64-bit Arm'],
  ] as const) {
    const other = join(machine, name);
    await writeFile(other, bytes);
    await expect(flash(BOARD, other), name).rejects.toMatchObject({
      code: 'FLASH_IMAGE_UNREADABLE',
      message: expect.stringContaining(said) as string,
    });
  }
});
