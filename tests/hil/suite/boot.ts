/** From power to an introduction, and what the device says of itself. */
import { expect } from 'vitest';
import type { Bench } from '../bench.js';
import { hil } from '../kit.js';

/** A boot with its self-test; an emulator's pty alone takes a second of it (host/flash/qemu.ts). */
const MOST_BOOT_MS = 30_000;

export function bootTests(bench: Bench): void {
  hil(bench, 'introduces itself as the board, build and network that it is', {}, async (device) => {
    const hello = await device.hello();
    expect(hello).toMatchObject({
      boardName: bench.board.name,
      modelHash: bench.network.emitted.hash,
      sampleRateHz: 500,
      networkRateHz: 100,
    });
    if (bench.fixtures.has('flash')) expect(hello.buildId).toBe(bench.image.buildId);
  });

  hil(bench, 'starts anew when its power comes back', { needs: ['power'] }, async (device) => {
    const before = await device.hello();
    const startedMs = performance.now();
    const after = await device.powerCycle(100);
    device.records.measure('power on to HELLO', performance.now() - startedMs, 'ms', {
      most: MOST_BOOT_MS,
    });
    expect(after.bootId).not.toBe(before.bootId);
    expect(after.buildId).toBe(before.buildId);
  });

  hil(bench, 'starts anew by its reset line', { needs: ['reset'] }, async (device) => {
    const before = await device.hello();
    expect((await device.reset()).bootId).not.toBe(before.bootId);
  });

  hil(bench, 'tests itself at boot and when asked', {}, async (device) => {
    await device.restart();
    const { resetCause } = await device.expect(
      'hello',
      ({ startState }) => startState === 'passed',
    );
    expect(resetCause).toBe('software');
    expect(await device.commands.selfTest()).toBe('passed');
  });
}
