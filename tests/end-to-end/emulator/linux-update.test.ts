/** An update of a Linux board's service over its pseudo-terminal: boot loader, slots in files, trial, confirmation and the way back. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { bootQemu } from '../../../host/flash/qemu.js';
import { flashAreasOf } from '../../../host/toolchain/slot-parts.js';
import { slotContent, type FirmwareImage } from '../../../host/update/image.js';
import { updateDevice } from '../../../host/update/update-device.js';
import { parseVersion } from '../../../host/update/version.js';
import { crashingNetwork } from './fixture-network.js';
import {
  ofVersion,
  resigned,
  start,
  updateBench,
  type RunningDevice,
  type UpdateBench,
} from './update-bench.js';
import { killDuringUpdates } from './update-kills.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });
const WAIT_MS = 20_000;

let bench: UpdateBench;
let state = '';
let running: RunningDevice | undefined;
beforeAll(async () => {
  bench = await updateBench('linux-aarch64');
});
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'isochrone-linux-update-'));
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await rm(state, { recursive: true, force: true });
});

async function startWith(version: string): Promise<RunningDevice> {
  await bench.program(state, bench.version(version)[0]);
  running = await start(bench, state);
  return running;
}

/** `done`, or why not. */
const refusal = ({ link }: RunningDevice, images: readonly FirmwareImage[]): Promise<unknown> =>
  updateDevice(link, images).then(
    () => 'done',
    (error: { where?: { reason?: string } }) => error.where?.reason ?? error,
  );

const runs = (version: string, more: object = {}): object => ({
  version: parseVersion(version),
  onTrial: 0,
  ...more,
});

it('updates, confirms, and refuses what it must before it erases anything', async () => {
  const device = await startWith('1.0.0');
  expect(await device.link.ask('tell')).toMatchObject(runs('1.0.0', { runningSlot: 0 }));
  const phases: string[] = [];
  const next = bench.version('1.1.0', '1.0.5');
  const report = await updateDevice(device.link, next, {
    onProgress: ({ phase }) => {
      if (phases.at(-1) !== phase) phases.push(phase);
    },
  });
  expect(report).toMatchObject({ outcome: 'updated', version: '1.1.0' });
  expect(phases).toEqual(['erase', 'write', 'verify', 'restart', 'confirm']);
  const confirmed = runs('1.1.0', {
    runningSlot: 1,
    buildId: next[1]?.buildId,
    oldestAllowed: parseVersion('1.0.5'),
  });
  expect(await device.link.ask('tell')).toMatchObject(confirmed);

  const newer = bench.version('2.0.0');
  const changed = (change: (image: FirmwareImage) => FirmwareImage): readonly FirmwareImage[] =>
    newer.map(change);
  const strangers = generateKeyPairSync('ed25519').privateKey;
  const large = new Uint8Array(flashAreasOf(bench.board).slotA.bytes);
  const before = await readFile(join(state, 'slot-a'));
  for (const [images, reason] of [
    [bench.version('1.0.4'), 'older_than_allowed'],
    [changed((image) => ofVersion(image, '2.0.0', '0.0.0', strangers)), 'bad_signature'],
    [changed((image) => ({ ...image, header: new Uint8Array(256) })), 'not_an_image'],
    [changed((image) => resigned(bench, { ...image, board: 'jetson-orin-nano' })), 'wrong_board'],
    [changed((image) => resigned(bench, { ...image, program: large })), 'does_not_fit'],
    [newer.slice(1), 'wrong_slot'],
  ] as const) {
    expect(await refusal(device, images)).toBe(reason);
  }
  expect((await readFile(join(state, 'slot-a'))).equals(before)).toBe(true);
  expect(await device.link.ask('tell')).toMatchObject(confirmed);
  expect(await refusal(device, newer)).toBe('done');
  expect(await device.link.ask('tell')).toMatchObject(runs('2.0.0', { runningSlot: 0 }));
});

it('goes back after three starts that nobody confirmed, however they ended', async () => {
  const device = await startWith('1.0.0');
  await updateDevice(device.link, bench.version('2.0.0'), { confirm: false });
  for (const [attemptsLeft, signal] of [
    [2, 'SIGKILL'],
    [1, 'SIGSEGV'],
    [0, 'SIGTERM'],
  ] as const) {
    const seen = await device.link.ask('tell');
    expect(seen).toMatchObject(runs('2.0.0', { runningSlot: 1, onTrial: 1, attemptsLeft }));
    expect(await refusal(device, bench.version('3.0.0'))).toBe('on_trial');
    process.kill(device.device.pid, signal);
    await expect
      .poll(async () => (await device.link.ask('tell')).bootId, { timeout: WAIT_MS })
      .not.toBe(seen.bootId);
  }
  expect(await device.link.ask('tell')).toMatchObject(runs('1.0.0', { rolledBack: 1 }));
});

it('goes back from an image that dies at each start, and from one that is not what was built', async () => {
  const device = await startWith('1.0.0');
  const crashing = (await updateBench('linux-aarch64', await crashingNetwork())).version('1.1.0');
  const signed = crashing.map((image) => ofVersion(image, '1.1.0', '0.0.0', bench.privateKey));
  const buildId = signed[1]?.buildId.toString(16).padStart(8, '0') ?? 'none';
  await expect(updateDevice(device.link, signed)).rejects.toThrow(
    new RegExp(`1.0.0 again; it says: .*fault: pc .*, in another image, build 0x${buildId}$`),
  );

  const word = Buffer.from('restarted after a fault');
  const damaged = bench.version('1.2.0').map((image) => {
    const program = Buffer.from(image.program);
    program.write(word.toString().toUpperCase(), program.indexOf(word), 'latin1');
    return resigned(bench, { ...image, program });
  });
  await expect(updateDevice(device.link, damaged)).rejects.toMatchObject({
    code: expect.stringMatching(/^FIRMWARE_UPDATE_(ROLLED_BACK|REFUSED)$/) as string,
  });
  await expect
    .poll(() => device.link.ask('tell'), { timeout: WAIT_MS })
    .toMatchObject(runs('1.0.0', { rolledBack: 1 }));
});

it('is not fooled by a part that is damaged on its way', async () => {
  const device = await startWith('1.0.0');
  const flipped = bench.version('1.1.0').map((image) => ({
    ...image,
    program: image.program.map((byte, i) => (i === 5000 ? byte ^ 1 : byte)),
  }));
  expect(await refusal(device, flipped)).toBe('hash_differs');
  expect(await device.link.ask('tell')).toMatchObject(runs('1.0.0'));
});

it('starts one of its two images after each of four kills, and the update comes to its end', async () => {
  const report = await killDuringUpdates(bench, state, { kills: 4, seed: 5 });
  expect(report).toMatchObject({ kills: 4, unbootable: 0 });
  running = await start(bench, state);
  expect(await refusal(running, bench.version('1.9.0'))).toBe('done');
});

const mayMount = spawnSync('unshare', ['-rm', 'true']).status === 0;

it.skipIf(!mayMount)('starts what is confirmed from a disk that was made read-only', async () => {
  let device = await startWith('1.0.0');
  await updateDevice(device.link, bench.version('1.1.0'));
  await updateDevice(device.link, bench.version('1.2.0'), { confirm: false });
  await device.stop();
  const bin = join(state, 'bin');
  await mkdir(bin);
  const { PATH = '' } = process.env;
  // Of a mount namespace of its own, which ends with it; the boot loader calls it again.
  const mounts = `mount --bind ${state} ${state} && mount -o remount,ro,bind ${state}`;
  const script = `#!/bin/sh
PATH=${PATH}
[ -w ${state}/slot-a ] || exec qemu-aarch64 "$@"
exec unshare -rm sh -c '${mounts} && exec qemu-aarch64 "$@"' sh "$@"
`;
  await writeFile(join(bin, 'qemu-aarch64'), script, { mode: 0o755 });
  vi.stubEnv('PATH', `${bin}:${PATH}`);
  try {
    device = running = await start(bench, state);
    expect(await device.link.ask('tell')).toMatchObject(runs('1.1.0', { runningSlot: 1 }));
    expect(await refusal(device, bench.version('1.3.0'))).toBe('flash_failed');
    expect(await device.link.ask('tell')).toMatchObject(runs('1.1.0', { runningSlot: 1 }));
  } finally {
    vi.unstubAllEnvs();
  }
});

describe('the boot loader', () => {
  const slotFile = (slot: 'a' | 'b'): string => join(state, `slot-${slot}`);
  /** As `isochrone flash` brings it: nothing behind the program. */
  async function bring(slot: 'a' | 'b', version: string): Promise<Uint8Array> {
    const image = bench.version(version)[slot === 'a' ? 0 : 1] ?? expect.fail('no image');
    const content = slotContent(image);
    await writeFile(slotFile(slot), content);
    return content;
  }
  async function damage(slot: 'a' | 'b', content: Uint8Array): Promise<void> {
    const bytes = Buffer.from(content);
    bytes[content.length - 100] = (bytes[content.length - 100] ?? 0) ^ 1;
    await writeFile(slotFile(slot), bytes);
  }

  it('starts what is whole, and makes the files whole', async () => {
    const first = await bring('a', '1.0.0');
    await bring('b', '1.1.0');
    running = await start(bench, state);
    expect(await running.link.ask('tell')).toMatchObject(runs('1.0.0', { runningSlot: 0 }));
    const { slotA, bootState } = flashAreasOf(bench.board);
    expect((await stat(slotFile('a'))).size).toBe(slotA.bytes);
    expect((await stat(join(state, 'boot-state'))).size).toBe(bootState.bytes);
    await running.stop();
    await damage('a', first);
    running = await start(bench, state);
    expect(await running.link.ask('tell')).toMatchObject(runs('1.1.0', { runningSlot: 1 }));
  });

  const complaint = async (serviceOptions: readonly string[] = []): Promise<string> => {
    const { board, bootElf } = bench;
    const device = await bootQemu({ board, elfPath: bootElf, flashFile: state, serviceOptions });
    await device.release();
    return device.died(await device.exited).message;
  };

  it('says so where nothing can be started', async () => {
    expect(await complaint()).toMatch(/neither slot holds an image for linux-aarch64/);
    await damage('a', await bring('a', '1.0.0'));
    expect(await complaint()).toMatch(/neither slot holds an image for linux-aarch64/);
    expect(await complaint(['--state', '/nowhere'])).toMatch(/cannot open .*: slot-a: No such/);
  });
});
