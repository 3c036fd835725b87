/** `isochrone flash`: an image onto a board, read back and compared. */
import { flashBoard } from '../flash/flash-board.js';
import { loadBoard } from '../toolchain/board.js';
import { phaseProgress } from './phase-progress.js';

export interface FlashCommandOptions {
  readonly board: string;
  readonly image: string;
  readonly port?: string;
  readonly baud?: number;
  readonly tool?: string;
  readonly address?: number;
  readonly json: boolean;
}

/** @throws IsochroneError BOARD_*, FLASH_* */
export async function runFlash(options: FlashCommandOptions): Promise<void> {
  const { image, json, ...asked } = options;
  const board = await loadBoard(options.board);
  const shown = phaseProgress();
  try {
    const report = await flashBoard({
      ...asked,
      board,
      file: image,
      onStep: (step) => shown.step(step),
    });
    shown.end();
    const { tool, bytes, sha256, milliseconds } = report;
    process.stdout.write(
      json
        ? `${JSON.stringify(report, null, 2)}\n`
        : `${board.name}: ${bytes} bytes by ${tool} in ${(milliseconds / 1000).toFixed(1)} s, SHA-256 ${sha256} read back\n`,
    );
  } finally {
    shown.end();
  }
}
