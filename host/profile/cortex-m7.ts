/**
 * Cortex-M7: two instructions a cycle in program order. Arm publishes no timing table of it. Units and latencies are those of
 * LLVM's scheduling model (llvm/lib/Target/ARM/ARMScheduleM7.td), which its authors at Arm wrote; what may be issued together
 * was measured on silicon by M. Owen (quinapalus.com/cm7cycles.html) and J. Sądecki's pipeline tests
 * (github.com/jnk0le/random, "pipeline cycle test/doc/cortex_m7.md"). Where they leave a case open, the slower one is taken.
 */
import type { CoreModel } from './core-model.js';
import { inOrderCycles, type InOrderCore } from './in-order.js';
import { changesFlow, type Instruction } from './instruction.js';

/** A mispredicted branch, measured; 6 where the flags were set three cycles before. */
const MISPREDICTED = 8;
const DIVIDE = 7;
const FLOAT_DIVIDE = 16;

const MULTIPLES = new Set<Instruction['kind']>(['loadMultiple', 'storeMultiple']);
const isNarrowLoad = ({ mnemonic }: Instruction): boolean => /^ldrs?[bh]/.test(mnemonic);
const saturates = ({ mnemonic }: Instruction): boolean => /^(?:[su]sat|u?q|usad)/.test(mnemonic);

/** Shifts its last register on the way: `add r0, r1, r2, lsl #3`. */
function shifted({ kind, operands }: Instruction): boolean {
  return (
    kind === 'alu' &&
    operands.length > 2 &&
    /^(?:lsl|lsr|asr|ror|rrx)\b/.test(operands.at(-1) ?? '')
  );
}

/** Base and offset of a load that leaves its base alone. */
function plainAddress({
  operands,
  writes,
  addresses,
}: Instruction): { base: string; offset: number } | undefined {
  const match = /^\[(\w+)(?:, #(-?\d+))?\]$/.exec(operands[1] ?? '');
  if (match === null || operands.length > 2 || [...addresses].some((each) => writes.has(each)))
    return undefined;
  return { base: match[1] ?? '', offset: Number(match[2] ?? 0) };
}

/** Two loads go together when one is of an even word and the other of an odd one; known only of one base. */
function otherBank(older: Instruction, younger: Instruction): boolean {
  const [first, second] = [plainAddress(older), plainAddress(younger)];
  if (first === undefined || second === undefined || first.base !== second.base) return false;
  return (first.offset >> 2) % 2 !== (second.offset >> 2) % 2;
}

function alone(instruction: Instruction): boolean {
  return (
    MULTIPLES.has(instruction.kind) ||
    instruction.kind === 'divide' ||
    /^(?:tb[bh]|it|m[rs][rs]|dmb|dsb|isb)/.test(instruction.mnemonic) ||
    (instruction.kind === 'float' &&
      instruction.operands.length > 2 &&
      instruction.mnemonic.startsWith('vmov'))
  );
}

const CORE: InOrderCore = {
  hold: (instruction) => {
    if (MULTIPLES.has(instruction.kind)) return Math.ceil(instruction.transfers / 2);
    if (instruction.kind === 'divide') return DIVIDE;
    if (/^v(?:div|sqrt)/.test(instruction.mnemonic)) return FLOAT_DIVIDE;
    return /^tb[bh]/.test(instruction.mnemonic) ? 2 : 1;
  },
  units: () => [],
  pairs: (older, younger) => {
    if (alone(older) || alone(younger) || changesFlow(older)) return false;
    const both = (is: (instruction: Instruction) => boolean): boolean => is(older) && is(younger);
    const kinds = [older.kind, younger.kind];
    if (both(({ kind }) => kind === 'multiply' || kind === 'store')) return false;
    if (both(({ kind }) => kind === 'float')) return false;
    // DSP instructions go in the older place only, and share the shifter with shifted operands.
    if (younger.kind === 'dsp') return false;
    if (older.kind === 'dsp' && shifted(younger)) return false;
    if (both(shifted)) return false;
    return kinds.every((kind) => kind === 'load') ? otherBank(older, younger) : true;
  },
  latency: (writer, reader, register) => {
    // The new base of "[r0], #4" is ready early.
    if (writer.addresses.has(register) && !MULTIPLES.has(writer.kind)) return 1;
    const asAddress = reader.addresses.has(register);
    const result = resultLatency(writer);
    if (asAddress) return result + 1;
    if (reader.kind === 'store') return Math.max(0, result - 1);
    if (reader.kind === 'multiply') {
      if (writer.kind === 'load' || writer.kind === 'loadMultiple') return 2;
      // The sum is read one stage later than the factors: sums chain each cycle.
      const accumulator = reader.operands.at(-1) === register || reader.writes.has(register);
      return writer.kind === 'multiply' && accumulator && reader.operands.length > 3 ? 1 : result;
    }
    return shifted(reader) ? result + 1 : result;
  },
};

function resultLatency(writer: Instruction): number {
  if (writer.kind === 'load') return isNarrowLoad(writer) ? 2 : 1;
  if (writer.kind === 'multiply') return 2;
  if (writer.kind === 'float') return 3;
  return saturates(writer) ? 2 : 1;
}

export const CORTEX_M7: CoreModel = {
  core: 'cortex-m7',
  basis: 'issue rules measured by others and of LLVM (Arm publishes none)',
  // Lines of 32 bytes are the core's; 16 KB of each kind, a common size. A line has as many ways as an STM32H7's (AN4839).
  cache: {
    lineBytes: 32,
    instructions: { sets: 256, ways: 2 },
    data: { sets: 128, ways: 4 },
  },
  cyclesOf: (block, repeats) => inOrderCycles(CORE, block, repeats),
  // A direction is mispredicted at most as often as the rarer of the two is taken.
  flowCycles: (last, executions, jumps) =>
    changesFlow(last) ? MISPREDICTED * Math.min(jumps, executions - jumps) : 0,
};
