/** From an entry of the bench map to the device itself. */
import type { Board } from '../toolchain/board.js';
import type { BenchEntry } from './bench-map.js';
import { boardTarget } from './board-target.js';
import { emulatedTarget } from './emulated-target.js';
import { bareRig } from './rig.js';
import type { Target } from './target.js';

/** @throws IsochroneError HIL_MAP, HIL_RIG_* */
export async function openTarget(entry: BenchEntry, board: Board): Promise<Target> {
  if (entry.kind === 'emulator') return Promise.resolve(emulatedTarget(entry.name, board));
  return boardTarget(entry, board, bareRig(entry.name));
}
