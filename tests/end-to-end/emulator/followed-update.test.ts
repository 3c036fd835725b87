/** A device that is followed, its firmware updated in between over the same port, and followed again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { bootQemu } from '../../../host/flash/qemu.js';
import { socketTransport } from '../../../host/serial/socket-transport.js';
import { FollowedDevice, tellProgress } from '../../../host/session/followed-device.js';
import type { StreamEvent } from '../../../host/stream/events.js';
import { updateBench } from './update-bench.js';

vi.setConfig({ testTimeout: 120_000 });

it('lets its port go for an update, says how far it is, and streams on with the new firmware', async () => {
  const bench = await updateBench('mps2-an386');
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-followed-'));
  const [flashFile, linkSocket] = [join(folder, 'flash'), join(folder, 'link')];
  const before = bench.version('1.0.0');
  await bench.program(flashFile, before[0]);
  const board = await bootQemu({
    board: bench.board,
    elfPath: bench.bootElf,
    flashFile,
    linkSocket,
  });
  const events: StreamEvent[] = [];
  const abort = new AbortController();
  const followed = new FollowedDevice({
    transport: () => socketTransport({ path: linkSocket }),
    onEvent: (event) => events.push(event),
  });
  const hellos = (): number[] =>
    events.flatMap((event) => (event.kind === 'hello' ? [event.bootId] : []));
  const running = followed.follow(abort.signal);
  try {
    await board.release();
    await expect.poll(() => hellos().length, { timeout: 30_000 }).toBeGreaterThan(0);
    const told: string[] = [];
    const asked = followed.updateFirmware(bench.version('1.1.0'), {
      onProgress: tellProgress((text) => told.push(text)),
    });
    expect(followed.commands).toBeUndefined();
    expect(() => followed.updateFirmware(before)).toThrow('being updated already');
    expect(await asked).toMatchObject({ outcome: 'updated', version: '1.1.0' });
    expect(told.length).toBeGreaterThan(8);
    expect(told.length).toBeLessThan(60);
    expect(told).toContain('update: write 50 %');
    await expect.poll(() => new Set(hellos()).size, { timeout: 30_000 }).toBe(2);
    expect(await followed.commands?.selfTest()).toBe('not_built_in');

    // What the device refuses is said, and it is followed all the same.
    const count = hellos().length;
    await expect(followed.updateFirmware([])).rejects.toMatchObject({
      code: 'FIRMWARE_UPDATE_REFUSED',
    });
    await expect.poll(() => hellos().length, { timeout: 30_000 }).toBeGreaterThan(count);
  } finally {
    abort.abort();
    await running;
    await board.kill();
    await rm(folder, { recursive: true, force: true });
  }
});
