import { expect, it } from 'vitest';
import { loadBoard } from './board.js';
import { flashAreasOf, PROGRAM_OFFSET, requireRoomInSlot } from './slot-parts.js';

it('a program that fills its slot has room, and one byte more is told', async () => {
  const board = await loadBoard('linux-aarch64');
  const most = flashAreasOf(board).slotA.bytes - PROGRAM_OFFSET;
  expect(() => requireRoomInSlot(board, 'slotA', most)).not.toThrow();
  expect(() => requireRoomInSlot(board, 'slotA', most + 1)).toThrow(
    expect.objectContaining({
      code: 'FIRMWARE_TOO_LARGE',
      where: { region: 'slotA', bytes: 1 },
    }) as Error,
  );
});
