/** Flash areas of the emulated boards: they behave as flash, and what is written outlives the emulator. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import { runToExit } from '../../../host/flash/qemu.js';
import { loadBoard, loadBoards, slotAreasOf } from '../../../host/toolchain/board.js';
import { buildFirmware } from '../../../host/toolchain/build-firmware.js';
import { FIXTURES } from './emulated-device.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isochrone-flash-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('keeps what an image wrote over the end of the emulator, on every board that has such areas', async () => {
  const boards = (await loadBoards()).filter(
    (board) =>
      slotAreasOf(board) !== undefined &&
      board.system === undefined &&
      board.runner?.persistentMemory !== undefined,
  );
  expect(boards.length).toBeGreaterThan(2);
  for (const board of boards) {
    const { elfPath } = await buildFirmware({
      board,
      networkDir: '',
      image: { name: 'flash', sources: [join(FIXTURES, 'flash', 'flash.c')] },
      frontEnd: 'semihost',
      outDir: join(packageRoot(), 'build', 'test', 'emulator', 'flash', board.name),
    });
    const options = { board, elfPath, semihosting: { args: [] }, timeoutMs: 30_000 };
    const flashFile = join(folder, board.name);
    const statuses: number[] = [];
    for (let run = 0; run < 3; run += 1) {
      statuses.push((await runToExit({ ...options, flashFile })).status);
    }
    expect([board.name, ...statuses]).toEqual([board.name, 0, 1, 2]);
  }
});

it('says which boards have none', async () => {
  const board = await loadBoard('mps2-an385-m0');
  const flashFile = join(folder, 'none');
  await expect(runToExit({ board, elfPath: '', timeoutMs: 1000, flashFile })).rejects.toMatchObject(
    { code: 'BOARD_NO_FLASH_AREAS' },
  );
});
