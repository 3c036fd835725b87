/**
 * Cortex-M55: scalar instructions in order, Helium's in two beats a cycle. Constants are those of LLVM's scheduling model, which
 * Arm's engineers wrote by the processor's optimization guide (llvm/lib/Target/ARM/ARMScheduleM55.td): a vector instruction keeps
 * its pipe (load/store, integer, multiply) for two cycles, and the next one begins a cycle later where it needs another pipe.
 */
import type { CoreModel } from './core-model.js';
import { inOrderCycles, type InOrderCore } from './in-order.js';
import { changesFlow, type Instruction, type Kind } from './instruction.js';

/** LLVM's MispredictPenalty; Arm publishes none, and the core predicts nothing but the ends of its own loops. */
const REFILL = 3;
/** The middle of Armv8-M's 2 to 12. */
const DIVIDE = 7;
const FLOAT_DIVIDE = 16;

const PIPES: Readonly<Partial<Record<Kind, readonly [string, number]>>> = {
  vectorLoad: ['load/store', 2],
  vectorStore: ['load/store', 2],
  vectorInteger: ['integer', 2],
  vectorMultiply: ['multiply', 2],
  vectorControl: ['control', 1],
  float: ['multiply', 1],
};

const VECTOR = new Set<Kind>(['vectorInteger', 'vectorMultiply']);
/** 16-bit instructions that may go beside another 16-bit one. */
const SECOND =
  /^(?:nop|it[te]*|b(?:eq|ne|cs|cc|hs|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)?|bx|[us]xt[bh]|movs?)$/;

function goesBeside({ mnemonic, operands }: Instruction): boolean {
  const immediate = /^(?:adds?|subs?)$/.test(mnemonic) && (operands.at(-1) ?? '').startsWith('#');
  return immediate || SECOND.test(mnemonic);
}

function scalarLatency(writer: Instruction): number {
  switch (writer.kind) {
    case 'load':
    case 'loadMultiple':
    case 'multiply':
    case 'float':
      return 2;
    case 'dsp':
      return /^(?:[us]xt[bh]|rev|clz|rbit|bf|pkh|sel)/.test(writer.mnemonic) ? 1 : 2;
    default:
      return /^(?:lsl|lsr|asr|ror)\b/.test(writer.operands.at(-1) ?? '') &&
        writer.operands.length > 2
        ? 2
        : 1;
  }
}

/** Integer-pipe instructions that take a stage, or two, more. */
function vectorLatency({ kind, mnemonic }: Instruction): number {
  if (kind === 'vectorMultiply') return /^v(?:cmp|pt|abd|add\.f|sub\.f)/.test(mnemonic) ? 1 : 2;
  if (/^v(?:q?movu?n|q?r?shru?n)/.test(mnemonic)) return 3;
  if (/^v(?:adc|sbc|q?rshl|qshl|rshr|mull[bt]\.p|(?:max|min)a?v|abav)/.test(mnemonic)) return 2;
  return 1;
}

const CORE: InOrderCore = {
  hold: (instruction) => {
    const { kind } = instruction;
    // The data side is 64 bits wide.
    if (kind === 'loadMultiple' || kind === 'storeMultiple') {
      return Math.ceil(instruction.transfers / 2);
    }
    if (kind === 'divide') return DIVIDE;
    return /^v(?:div|sqrt)/.test(instruction.mnemonic) && kind === 'float' ? FLOAT_DIVIDE : 1;
  },
  units: ({ kind }) => {
    const pipe = PIPES[kind];
    return pipe === undefined ? [] : [pipe];
  },
  pairs: (older, younger) =>
    older.bytes === 2 &&
    younger.bytes === 2 &&
    !changesFlow(older) &&
    (goesBeside(older) || goesBeside(younger)),
  latency: (writer, reader, register) => {
    if (writer.addresses.has(register) && writer.kind !== 'loadMultiple') return 1;
    if (!VECTOR.has(writer.kind)) return writer.kind === 'vectorLoad' ? 1 : scalarLatency(writer);
    const latency = vectorLatency(writer);
    // A product is forwarded to the store that writes it.
    return reader.kind === 'vectorStore' && latency === 2 ? 1 : latency;
  },
};

export const CORTEX_M55: CoreModel = {
  core: 'cortex-m55',
  basis: "LLVM's scheduling model of the core",
  // Lines of 32 bytes are the core's; 16 KB of each kind, a common size. A line has as many ways as an STM32H7's (AN4839).
  cache: {
    lineBytes: 32,
    instructions: { sets: 256, ways: 2 },
    data: { sets: 128, ways: 4 },
  },
  cyclesOf: (block, repeats) => inOrderCycles(CORE, block, repeats),
  // A low-overhead loop remembers its end after the first round, and then spends nothing on it.
  flowCycles: (last, _executions, jumps) => {
    if (last.kind === 'loopEnd') return -jumps;
    return changesFlow(last) ? REFILL * jumps : 0;
  },
};
