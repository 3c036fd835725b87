/** What a board allows a network. */
import { IsochroneError } from '../../codegen/errors.js';
import type { Board } from '../toolchain/board.js';
import type { GeneratedNetwork } from './network.js';

/** @throws IsochroneError BUDGET_ARENA listing what is alive at the peak */
export function requireArena(board: Board, network: GeneratedNetwork): void {
  const { plan } = network.compiled;
  if (plan.bytes <= board.modelArenaBytes) return;
  const alive = plan.peak.alive.map((life) => `${life.tensor} ${life.bytes} B`).join(', ');
  throw new IsochroneError(
    'BUDGET_ARENA',
    `the network needs an arena of ${plan.bytes} B, board ${board.name} allows ${board.modelArenaBytes} B; alive at the peak: ${alive}`,
    {
      hint: 'Let mixed precision take less (--ram BYTES), choose --precision int8, a smaller network or a larger board, or build with --explain none; without --leads the eight independent leads were tried.',
      where: { board: board.name, model: network.modelFile },
    },
  );
}
