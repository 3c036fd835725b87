import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import { DEFAULT_MODEL, generateNetwork } from '../../../host/cli/network.js';
import { loadBareMetalBoard } from '../../../host/toolchain/board.js';
import { buildFirmware } from '../../../host/toolchain/build-firmware.js';
import { writeWhole } from '../../../host/toolchain/write-network.js';
import { freePort } from '../../support/free-port.js';
import { connect, inject, pulseRecord, type ConnectedDevice } from './emulated-device.js';
import { NETWORK } from './fixture-network.js';

const WAIT_MS = 45_000;
const build = join(packageRoot(), 'build/test/emulator/self-test');

let connected: ConnectedDevice | undefined;
afterEach(async () => {
  await connected?.stop();
  connected = undefined;
});

async function buildOn(name: string, networkDir: string): Promise<string> {
  const { elfPath } = await buildFirmware({
    board: await loadBareMetalBoard('mps2-an386'),
    networkDir,
    image: 'app',
    frontEnd: 'uart',
    outDir: join(build, name, 'image'),
  });
  return elfPath;
}

/** Lets a debugger do something to the halted board and leave again. */
async function debug(remote: string, commands: readonly string[]): Promise<void> {
  const lines = [`target remote ${remote}`, ...commands, 'detach'];
  const args = lines.flatMap((line) => ['-ex', line]);
  const { stdout, stderr } = await promisify(execFile)('gdb-multiarch', ['-nx', '-batch', ...args]);
  expect(`${stdout}${stderr}`).toContain('Hardware watchpoint');
}

async function boot(elfPath: string): Promise<ConnectedDevice> {
  connected = await connect({ board: await loadBareMetalBoard('mps2-an386'), elfPath });
  return connected;
}

/** The default network on the board, its C changed by `change`. */
async function bootChanged(
  name: string,
  change: (source: string) => string,
): Promise<ConnectedDevice> {
  const network = generateNetwork(DEFAULT_MODEL, join(build, name, 'network'));
  writeWhole(join(network.folder, 'network.c'), change(network.compiled.emitted.source));
  return boot(await buildOn(name, network.folder));
}

/** What HELLO says once the test is over. */
const verdict = (device: ConnectedDevice): Promise<unknown> =>
  device.waitFor('hello', WAIT_MS, ({ startState }) => startState !== 'testing');

it('a device tests itself at boot and says so', async () => {
  const device = await bootChanged('good', (source) => source);
  expect(await device.waitFor('log', WAIT_MS)).toMatchObject({ text: 'self-test passed' });
  expect(await verdict(device)).toMatchObject({
    resetCause: 'power_on',
    startState: 'passed',
    startFaults: [],
  });
});

it('a device whose network is damaged says so before it answers', async () => {
  const damaged = (source: string): string =>
    source.replace(/(_weights\[\d+\] = \{\s*)(-?\d+)/, '$1 1 + $2');
  const device = await bootChanged('damaged', damaged);
  expect(await device.waitFor('log', WAIT_MS)).toMatchObject({
    text: expect.stringContaining('self-test FAILED') as string,
  });
  expect(await verdict(device)).toMatchObject({ startState: 'failed', startFaults: ['answer'] });
});

it('a device whose memory is damaged says so, and gives samples but no results', async () => {
  const gdb = `127.0.0.1:${await freePort()}`;
  const elfPath = await buildOn('memory', NETWORK);
  const board = await loadBareMetalBoard('mps2-an386');
  // In the arena, half way up: the march is there before anything else is.
  const word = `*(unsigned *)${Number(board.memory.ram.origin) + board.memory.ram.bytes / 2}`;
  const device = await connect({ board, elfPath, extraArgs: ['-gdb', `tcp:${gdb}`] }, () =>
    debug(gdb, [
      `watch ${word}`,
      'continue', // stops at the march's first write
      `set var ${word} = 4`,
      'delete',
    ]),
  );
  connected = device;
  expect(await verdict(device)).toMatchObject({ startState: 'failed', startFaults: ['ram'] });
  expect((await device.waitFor('log', WAIT_MS)).text).toContain('memory is damaged');
  await inject(device, pulseRecord(6000), 8);
  await device.waitFor('end', WAIT_MS);
  expect(device.link.statistics().samples.delivered).toBe(6000);
  expect(device.events.filter(({ kind }) => kind === 'result')).toEqual([]);
});

it('a device whose program is damaged says so, and gives samples but no results', async () => {
  const elfPath = await buildOn('flash', NETWORK);
  const image = await readFile(elfPath);
  // One bit of a text that is never sent.
  const at = image.indexOf('record too short');
  expect(at).toBeGreaterThan(0);
  image.writeUInt8(image.readUInt8(at) ^ 1, at);
  const damaged = `${elfPath}.damaged`;
  await writeFile(damaged, image);
  const device = await boot(damaged);
  expect(await verdict(device)).toMatchObject({ startState: 'failed', startFaults: ['flash'] });
  expect((await device.waitFor('log', WAIT_MS)).text).toContain('the program is damaged');
  await inject(device, pulseRecord(6000), 8);
  await device.waitFor('end', WAIT_MS);
  expect(device.link.statistics().samples.delivered).toBe(6000);
  expect(device.events.filter(({ kind }) => kind === 'result')).toEqual([]);
});
