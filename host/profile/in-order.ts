/** Issue of a block on a core that keeps the program's order, may issue two at once, and waits for operands and units. */
import type { Instruction } from './instruction.js';

export interface InOrderCore {
  /** Cycles in which nothing else is issued; at least 1. */
  hold(instruction: Instruction): number;
  /** Units that the instruction keeps, and for how long from its issue. */
  units(instruction: Instruction): readonly (readonly [unit: string, cycles: number])[];
  /** May be issued in one cycle, operands and units aside. */
  pairs(older: Instruction, younger: Instruction): boolean;
  /** Cycles from the issue of what writes a register to that of what reads it; 0: in the same one. */
  latency(writer: Instruction, reader: Instruction, register: string): number;
}

/**
 * Cycles of each instruction: those it is waited for, and its own. The younger of two that are issued together has none.
 * At the block's begin everything is ready, or, where it repeats, as its own end left it.
 */
export function inOrderCycles(
  core: InOrderCore,
  block: readonly Instruction[],
  repeats: boolean,
): readonly number[] {
  const rounds = repeats ? [block, block] : [block];
  const written = new Map<string, { readonly by: Instruction; readonly at: number }>();
  const busy = new Map<string, number>();
  let free = 0;
  let cycles: number[] = [];
  for (const round of rounds) {
    let older: { readonly instruction: Instruction; readonly at: number } | undefined;
    cycles = round.map((instruction) => {
      const readyAt = Math.max(
        0,
        ...[...instruction.reads].map((register) => {
          const writer = written.get(register);
          return writer === undefined
            ? 0
            : writer.at + core.latency(writer.by, instruction, register);
        }),
        ...core.units(instruction).map(([unit]) => busy.get(unit) ?? 0),
      );
      const together =
        older !== undefined && older.at >= readyAt && core.pairs(older.instruction, instruction);
      const at = together ? (older?.at ?? 0) : Math.max(free, readyAt);
      const own = together ? 0 : at - free + core.hold(instruction);
      free += own;
      // Two at most: the younger of a pair is nobody's older one.
      older = together ? undefined : { instruction, at };
      for (const register of instruction.writes) written.set(register, { by: instruction, at });
      for (const [unit, kept] of core.units(instruction)) busy.set(unit, at + kept);
      return own;
    });
  }
  return cycles;
}
