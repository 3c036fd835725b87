/** A device that is followed, its firmware updated in between over the same port, and followed again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { bootQemu } from '../../../host/flash/qemu.js';
import { socketTransport } from '../../../host/serial/socket-transport.js';
import { FollowedDevice, tellProgress } from '../../../host/session/followed-device.js';
import type { HelloEvent, StreamEvent } from '../../../host/stream/events.js';
import { crashingNetwork } from './fixture-network.js';
import { ofVersion, updateBench, type UpdateBench } from './update-bench.js';

vi.setConfig({ testTimeout: 120_000 });

interface Followed {
  readonly device: FollowedDevice;
  hellos(): readonly HelloEvent[];
}

/** Version 1.0.0 runs on the board and is followed while `use` runs. */
async function follow(bench: UpdateBench, use: (followed: Followed) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-followed-'));
  const [flashFile, linkSocket] = [join(folder, 'flash'), join(folder, 'link')];
  await bench.program(flashFile, bench.version('1.0.0')[0]);
  const board = await bootQemu({
    board: bench.board,
    elfPath: bench.bootElf,
    flashFile,
    linkSocket,
  });
  const events: StreamEvent[] = [];
  const abort = new AbortController();
  const device = new FollowedDevice({
    transport: () => socketTransport({ path: linkSocket }),
    onEvent: (event) => events.push(event),
  });
  const hellos = (): HelloEvent[] => events.filter((event) => event.kind === 'hello');
  const running = device.follow(abort.signal);
  try {
    await board.release();
    await expect.poll(() => hellos().length, { timeout: 30_000 }).toBeGreaterThan(0);
    await use({ device, hellos });
  } finally {
    abort.abort();
    await running;
    await board.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

it('lets its port go for an update, says how far it is, and streams on with the new firmware', async () => {
  const bench = await updateBench('mps2-an386');
  await follow(bench, async ({ device, hellos }) => {
    const told: string[] = [];
    const asked = device.updateFirmware(bench.version('1.1.0'), {
      onProgress: tellProgress((text) => told.push(text)),
    });
    expect(device.commands).toBeUndefined();
    expect(() => device.updateFirmware(bench.version('1.0.0'))).toThrow('being updated already');
    expect(await asked).toMatchObject({ outcome: 'updated', version: '1.1.0' });
    expect(told.length).toBeGreaterThan(8);
    expect(told.length).toBeLessThan(60);
    expect(told).toContain('update: write 50 %');
    await expect
      .poll(() => new Set(hellos().map(({ bootId }) => bootId)).size, { timeout: 30_000 })
      .toBe(2);
    expect(await device.commands?.selfTest()).toBe('not_built_in');

    // What the device refuses is said, and it is followed all the same.
    const count = hellos().length;
    await expect(device.updateFirmware([])).rejects.toMatchObject({
      code: 'FIRMWARE_UPDATE_REFUSED',
    });
    await expect.poll(() => hellos().length, { timeout: 30_000 }).toBeGreaterThan(count);
  });
});

it('the firmware that came back tells how the one that died at each start died', async () => {
  const bench = await updateBench('mps2-an386');
  const crashing = (await updateBench('mps2-an386', await crashingNetwork())).version('1.1.0');
  await follow(bench, async ({ device, hellos }) => {
    const update = device.updateFirmware(
      crashing.map((image) => ofVersion(image, '1.1.0', '0.0.0', bench.privateKey)),
    );
    // 1.0.0 runs from the first slot, so it was the image for the second.
    const buildId = crashing[1]?.buildId.toString(16).padStart(8, '0') ?? 'none';
    await expect(update).rejects.toThrow(
      new RegExp(`1.0.0 again; it says: .*fault: pc .*, in another image, build 0x${buildId}$`),
    );
    await expect.poll(() => hellos().at(-1)?.resetCause, { timeout: 30_000 }).toBe('fault');
  });
});
