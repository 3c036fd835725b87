/**
 * Cortex-M4: one instruction at a time, each with the cycles that Arm publishes (Cortex-M4 Technical Reference Manual, 100166,
 * section 3.3: table 3-1 "Processor instruction set summary", section 3.3.3 "Load/store timings"; table 7-1 for floating point).
 */
import type { CoreModel } from './core-model.js';
import { isMove, changesFlow, type Instruction } from './instruction.js';

/** Refilling the pipeline takes 1 to 3, by the target's alignment and width (table 3-1, P): the middle. */
const REFILL = 2;
/** 2 to 12, by the operands (table 3-1): the middle. */
const DIVIDE = 7;
const FLOAT_DIVIDE = 14;
const FLOAT_MULTIPLY_ADD = 3;

const LOADS_AND_STORES = new Set<Instruction['kind']>([
  'load',
  'store',
  'loadMultiple',
  'storeMultiple',
]);

function touches(set: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return [...set].some((register) => other.has(register));
}

/** A load takes one cycle less behind a load whose result makes no address of it (section 3.3.3). */
function follows(previous: Instruction | undefined, instruction: Instruction): boolean {
  return previous?.kind === 'load' && !touches(instruction.addresses, previous.writes);
}

function ownCycles(instruction: Instruction, previous: Instruction | undefined): number {
  const { kind, mnemonic, addresses } = instruction;
  switch (kind) {
    case 'load':
      return follows(previous, instruction) ? 1 : 2;
    case 'store':
      // With an immediate offset always one; two registers of address take one more, unless a load went before.
      return addresses.size < 2 || follows(previous, instruction) ? 1 : 2;
    case 'loadMultiple':
    case 'storeMultiple':
      return 1 + instruction.transfers;
    case 'divide':
      return DIVIDE;
    case 'float':
      if (/^v(?:div|sqrt)/.test(mnemonic)) return FLOAT_DIVIDE;
      if (/^vf?n?ml?[as]\./.test(mnemonic)) return FLOAT_MULTIPLY_ADD;
      return isMove(instruction) && instruction.operands.length > 2 ? 2 : 1;
    default:
      return 1;
  }
}

/** An address that the instruction before computed has no forwarding path: one cycle (section 3.3.3). */
function addressStall(instruction: Instruction, previous: Instruction | undefined): number {
  if (previous === undefined || LOADS_AND_STORES.has(previous.kind)) return 0;
  return touches(instruction.addresses, previous.writes) ? 1 : 0;
}

export const CORTEX_M4: CoreModel = {
  core: 'cortex-m4',
  basis: 'cycles of the Cortex-M4 Technical Reference Manual',
  // The ART accelerator of an STM32F4 (RM0390, 3.4.2): 64 lines of 128 bits for instructions, 8 for data.
  cache: {
    lineBytes: 16,
    instructions: { sets: 1, ways: 64 },
    data: { sets: 1, ways: 8 },
  },
  cyclesOf: (block) =>
    block.map((instruction, index) => {
      const previous = block[index - 1];
      return ownCycles(instruction, previous) + addressStall(instruction, previous);
    }),
  flowCycles: (last, _executions, jumps) => (changesFlow(last) ? REFILL * jumps : 0),
};
