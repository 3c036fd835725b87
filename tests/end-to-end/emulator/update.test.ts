/** An update over the link of an emulated board: boot loader, two slots, trial, confirmation and the way back. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { FirmwareImage } from '../../../host/update/image.js';
import { updateDevice } from '../../../host/update/update-device.js';
import { parseVersion } from '../../../host/update/version.js';
import {
  ofVersion,
  resigned,
  start,
  updateBench,
  type RunningDevice,
  type UpdateBench,
} from './update-bench.js';
import { killDuringUpdates } from './update-kills.js';

vi.setConfig({ testTimeout: 120_000 });

let bench: UpdateBench;
let folder = '';
let flashFile = '';
beforeAll(async () => {
  bench = await updateBench('mps2-an386');
  folder = await mkdtemp(join(tmpdir(), 'isochrone-update-'));
  flashFile = join(folder, 'flash');
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

let running: RunningDevice | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

/** `done`, or why not. */
const refusal = (images: readonly FirmwareImage[]): Promise<unknown> =>
  updateDevice(running?.link ?? expect.fail('nothing runs'), images).then(
    () => 'done',
    (error: { where?: { reason?: string } }) => error.where?.reason ?? error,
  );
const changed = (
  images: readonly FirmwareImage[],
  change: (image: FirmwareImage) => FirmwareImage,
): readonly FirmwareImage[] => images.map(change);

it('updates, confirms, goes back when nobody confirms, and refuses what it must', async () => {
  await bench.program(flashFile, bench.version('1.0.0')[0]);
  running = await start(bench, flashFile);
  expect(await running.link.ask('tell')).toMatchObject({
    runningSlot: 0,
    onTrial: 0,
    version: parseVersion('1.0.0'),
  });
  const phases: string[] = [];
  const next = bench.version('1.1.0', '1.0.5');
  const report = await updateDevice(running.link, next, {
    onProgress: ({ phase }) => {
      if (phases.at(-1) !== phase) phases.push(phase);
    },
  });
  expect(report).toMatchObject({ outcome: 'updated', version: '1.1.0' });
  expect(phases).toEqual(['erase', 'write', 'verify', 'restart', 'confirm']);
  const confirmed = {
    runningSlot: 1,
    onTrial: 0,
    version: parseVersion('1.1.0'),
    oldestAllowed: parseVersion('1.0.5'),
  };
  expect(await running.link.ask('tell')).toMatchObject(confirmed);
  expect(await updateDevice(running.link, next)).toMatchObject({ outcome: 'same', sentBytes: 0 });

  const newer = bench.version('2.0.0');
  const strangers = generateKeyPairSync('ed25519').privateKey;
  expect(await refusal(bench.version('1.0.4'))).toBe('older_than_allowed');
  expect(
    await refusal(changed(newer, (image) => ofVersion(image, '2.0.0', '0.0.0', strangers))),
  ).toBe('bad_signature');
  expect(
    await refusal(changed(newer, (image) => resigned(bench, { ...image, board: 'mps2-an500' }))),
  ).toBe('wrong_board');
  const large = new Uint8Array(458_752);
  expect(
    await refusal(changed(newer, (image) => resigned(bench, { ...image, program: large }))),
  ).toBe('does_not_fit');
  expect(await refusal(newer.slice(1))).toBe('wrong_slot');
  const flipped = (image: FirmwareImage): FirmwareImage => ({
    ...image,
    program: image.program.map((byte, i) => (i === 5000 ? byte ^ 1 : byte)),
  });
  expect(await refusal(changed(newer, flipped))).toBe('hash_differs');
  expect(await running.link.ask('tell')).toMatchObject(confirmed);

  // Tried and never confirmed: after three starts, however they ended, the one before is back.
  await updateDevice(running.link, newer, { confirm: false });
  for (const attemptsLeft of [2, 1, 0]) {
    expect(await running.link.ask('tell')).toMatchObject({
      runningSlot: 0,
      onTrial: 1,
      attemptsLeft,
      version: parseVersion('2.0.0'),
    });
    expect(await refusal(bench.version('3.0.0'))).toBe('on_trial');
    await running.stop();
    running = await start(bench, flashFile);
  }
  expect(await running.link.ask('tell')).toMatchObject({ ...confirmed, rolledBack: 1 });
});

it('goes back from an image that fails its self-test, before anybody can confirm it', async () => {
  await bench.program(flashFile, bench.version('1.0.0')[0]);
  running = await start(bench, flashFile);
  // The image's own checksum is its last word (seal-image.ts): signed, and yet not what was built.
  const damaged = changed(bench.version('1.1.0'), (image) =>
    resigned(bench, {
      ...image,
      program: image.program.map((byte, i) => (i === image.program.length - 1 ? byte ^ 1 : byte)),
    }),
  );
  await expect(updateDevice(running.link, damaged)).rejects.toMatchObject({
    code: expect.stringMatching(/^FIRMWARE_UPDATE_(ROLLED_BACK|REFUSED)$/) as string,
  });
  const back = { onTrial: 0, rolledBack: 1, version: parseVersion('1.0.0') };
  await expect.poll(() => running?.link.ask('tell'), { timeout: 20_000 }).toMatchObject(back);
});

it('updates over a line that loses and damages frames', async () => {
  await bench.program(flashFile, bench.version('1.0.0')[0]);
  running = await start(bench, flashFile, { oneIn: 40, seed: 3 });
  expect(await refusal(bench.version('1.1.0'))).toBe('done');
  expect(await running.link.ask('tell')).toMatchObject({ version: parseVersion('1.1.0') });
});

it('starts one of its two images after each of six kills, and the update comes to its end', async () => {
  const report = await killDuringUpdates(bench, flashFile, { kills: 6, seed: 5 });
  expect(report).toMatchObject({ kills: 6, unbootable: 0 });
  running = await start(bench, flashFile);
  expect(await refusal(bench.version('1.9.0'))).toBe('done');
});
