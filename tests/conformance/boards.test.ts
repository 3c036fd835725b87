/** Boards that no emulator runs, and those of Linux: the whole application builds for each without a warning, and fits with the default network. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';
import { DEFAULT_MODEL, generateNetwork } from '../../host/cli/network.js';
import { backendOf, loadBoards, type Board } from '../../host/toolchain/board.js';
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
    const image = await buildFirmware({
      board,
      networkDir: network.folder,
      image: 'app',
      frontEnd: 'synthetic',
      outDir: join(OUT, name, 'image'),
    });
    if (board.system === 'linux') return;
    expect(image.flashBytes).toBeLessThanOrEqual(board.memory.flash.bytes);
    expect(image.ramBytes).toBeLessThanOrEqual(board.memory.ram.bytes);
  },
  120_000,
);
