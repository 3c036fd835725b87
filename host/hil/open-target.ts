/** From an entry of the bench map to the device itself. */
import type { Board } from '../toolchain/board.js';
import type { BenchEntry } from './bench-map.js';
import { boardTarget } from './board-target.js';
import { emulatedTarget } from './emulated-target.js';
import { openFirmataRig } from './firmata-rig.js';
import { bareRig } from './rig.js';
import type { Target } from './target.js';

/** @throws IsochroneError HIL_MAP, HIL_RIG_* */
export async function openTarget(entry: BenchEntry, board: Board): Promise<Target> {
  if (entry.kind === 'emulator') return emulatedTarget(entry, board);
  const { name, rig } = entry;
  return boardTarget(
    entry,
    board,
    rig === undefined ? bareRig(name) : await openFirmataRig(name, rig),
  );
}
