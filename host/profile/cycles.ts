/** Executed blocks joined with the disassembly: instructions, and cycles where the core has a model. */
import type { CoreModel } from './core-model.js';
import type { Disassembly } from './disassembly.js';
import type { Executed } from './executed-blocks.js';
import type { Instruction } from './instruction.js';
import { IsochroneError } from '../../codegen/errors.js';

export interface InstructionCost {
  readonly address: number;
  readonly executions: number;
  readonly cycles?: number;
}

export interface Cost {
  readonly instructions: number;
  /** Estimated; absent where the core has no model. */
  readonly cycles?: number;
}

export interface BlocksCost extends Cost {
  /** By address, ascending. */
  readonly at: readonly InstructionCost[];
}

/**
 * @param waitStates cycles more for each line of flash that no cache holds
 * @throws IsochroneError PROFILE_DISASSEMBLY: something was executed that the disassembly does not have
 */
export function costOfBlocks(
  { blocks, loadMisses }: Executed,
  image: Disassembly,
  model: CoreModel | undefined,
  waitStates = 0,
): BlocksCost {
  const at = new Map<number, { executions: number; cycles: number }>();
  let instructions = 0;
  let cycles = 0;
  for (const block of blocks) {
    const code = instructionsOf(block.first, block.behind, image);
    const last = code.at(-1);
    const repeats = last?.operands.at(-1)?.split(' ')[0] === block.first.toString(16);
    const each = model?.cyclesOf(code, repeats);
    instructions += block.executions * code.length;
    code.forEach(({ address }, index) => {
      let spent = block.executions * (each?.[index] ?? 0);
      if (index === 0) spent += waitStates * block.misses;
      if (index === code.length - 1 && last !== undefined) {
        spent += model?.flowCycles(last, block.executions, block.jumps) ?? 0;
      }
      const known = at.get(address) ?? { executions: 0, cycles: 0 };
      at.set(address, {
        executions: known.executions + block.executions,
        cycles: known.cycles + spent,
      });
      cycles += spent;
    });
  }
  for (const [address, misses] of loadMisses) {
    const known = at.get(address);
    if (known !== undefined) known.cycles += waitStates * misses;
    cycles += waitStates * misses;
  }
  const estimated = <T>(value: T): { readonly cycles: T } | Record<string, never> =>
    model === undefined ? {} : { cycles: value };
  return {
    instructions,
    ...estimated(cycles),
    at: [...at]
      .sort(([a], [b]) => a - b)
      .map(([address, spent]) => ({
        address,
        executions: spent.executions,
        ...estimated(spent.cycles),
      })),
  };
}

function instructionsOf(first: number, behind: number, image: Disassembly): readonly Instruction[] {
  const found: Instruction[] = [];
  for (let address = first; address < behind;) {
    const instruction = image.instructions.get(address);
    if (instruction === undefined) {
      throw new IsochroneError(
        'PROFILE_DISASSEMBLY',
        `the disassembly has no instruction at 0x${address.toString(16)}, and it was executed`,
        { hint: 'This is a defect of Isochrone: report it with the model file.' },
      );
    }
    found.push(instruction);
    address += instruction.bytes;
  }
  return found;
}

export function sumOf(costs: readonly Cost[]): Cost {
  const instructions = costs.reduce((sum, cost) => sum + cost.instructions, 0);
  return costs.some(({ cycles }) => cycles === undefined)
    ? { instructions }
    : { instructions, cycles: costs.reduce((sum, cost) => sum + (cost.cycles ?? 0), 0) };
}
