/** What a core's timing model answers; docs/cycle-model.md tells what each assumes and where its constants come from. */
import type { Board } from '../toolchain/board.js';
import { CORTEX_M4 } from './cortex-m4.js';
import { CORTEX_M55 } from './cortex-m55.js';
import { CORTEX_M7 } from './cortex-m7.js';
import type { FlashCache } from './executed-blocks.js';
import type { Instruction } from './instruction.js';

export interface CoreModel {
  readonly core: Board['core']['name'];
  /** One line for the head of a report. */
  readonly basis: string;
  /** What stands between the core and flash with wait states. */
  readonly cache: FlashCache;
  /**
   * Cycles of each instruction of a block that runs from its first to its last, with zero wait states; those of going on
   * elsewhere left out.
   * @param repeats the block jumps to itself: the first instruction waits for what the last ones left behind
   */
  cyclesOf(block: readonly Instruction[], repeats: boolean): readonly number[];
  /** Cycles that a block's last instruction adds over all its executions, of which some went on elsewhere. */
  flowCycles(last: Instruction, executions: number, jumps: number): number;
}

const MODELS: readonly CoreModel[] = [CORTEX_M4, CORTEX_M7, CORTEX_M55];

/** Undefined where a core has no model: instructions are counted there, cycles are not estimated. */
export function modelOf(core: Board['core']['name']): CoreModel | undefined {
  return MODELS.find((model) => model.core === core);
}
