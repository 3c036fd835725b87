/** Boards that no emulator runs, and those of Linux: the whole application builds for each without a warning, and fits with the default network; so does the boot loader of those that are updated. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';
import { DEFAULT_MODEL, generateNetwork } from '../../host/cli/network.js';
import { backendOf, loadBoards, slotAreasOf, type Board } from '../../host/toolchain/board.js';
import { buildBoot } from '../../host/toolchain/build-boot.js';
import { buildFirmware } from '../../host/toolchain/build-firmware.js';

const OUT = join(packageRoot(), 'build', 'test', 'boards');
const toFlash = (await loadBoards()).filter(
  ({ runner, system }) => runner === undefined || system === 'linux',
);

it('there are some', () => {
  expect(toFlash.length).toBeGreaterThan(1);
});

it.each(toFlash.map((board): [string, Board] => [board.name, board]))(
  '%s',
  async (name, board) => {
    const network = generateNetwork(DEFAULT_MODEL, join(OUT, name, 'network'), {
      leads: 8,
      ramBytes: board.modelArenaBytes,
      target: { backend: backendOf(board), optimize: 'balanced' },
    });
    expect(network.compiled.plan.bytes).toBeLessThanOrEqual(board.modelArenaBytes);
    const publicKey = new Uint8Array(32);
    const image = await buildFirmware({
      board,
      networkDir: network.folder,
      image: 'app',
      frontEnd: 'synthetic',
      outDir: join(OUT, name, 'image'),
      ...(slotAreasOf(board) && { slot: { slot: 'slotB', publicKey } }),
    });
    if (board.system === 'linux') {
      expect(image.flashBytes).toBeLessThan(board.flashAreas.slotB.bytes);
      await buildBoot({ board, publicKey, outDir: join(OUT, name, 'boot') });
      return;
    }
    const slots = slotAreasOf(board);
    const flash = slots?.slotB ?? board.memory.flash;
    expect(image.flashBytes).toBeLessThanOrEqual(flash.bytes);
    expect(image.ramBytes).toBeLessThanOrEqual(board.memory.ram.bytes);
    if (board.afe !== undefined) {
      const acquiring = await buildFirmware({
        board,
        networkDir: network.folder,
        image: 'app',
        frontEnd: 'ads1298',
        outDir: join(OUT, name, 'ads1298'),
      });
      expect(acquiring.ramBytes).toBeLessThanOrEqual(board.memory.ram.bytes);
    }
    if (slots !== undefined) {
      const boot = await buildBoot({ board, publicKey, outDir: join(OUT, name, 'boot') });
      expect(boot.flashBytes).toBeLessThanOrEqual(slots.boot.bytes);
      expect(boot.ramBytes).toBeLessThanOrEqual(board.stackBytes);
    }
  },
  120_000,
);
