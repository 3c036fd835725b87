/** Hand-counted pieces of code: the examples of the sources that docs/cycle-model.md names, and loops. */
import { describe, expect, it } from 'vitest';
import { modelOf, type CoreModel } from './core-model.js';
import { parseInstruction, type Instruction } from './instruction.js';

/** Wide unless it says `.n`. */
function code(lines: readonly string[]): readonly Instruction[] {
  let address = 0x100;
  return lines.map((line) => {
    const bytes = /^\S+\.n\b/.test(line) ? 2 : 4;
    const parsed = parseInstruction(address, bytes, line);
    address += bytes;
    return parsed;
  });
}

interface Case {
  readonly what: string;
  readonly lines: readonly string[];
  readonly cycles: readonly number[];
  readonly repeats?: boolean;
}

function check(core: 'cortex-m4' | 'cortex-m7' | 'cortex-m55', cases: readonly Case[]): void {
  const model = modelOf(core) as CoreModel;
  it.each(cases)(`${core}: $what`, ({ lines, cycles, repeats = false }) => {
    expect(model.cyclesOf(code(lines), repeats)).toEqual(cycles);
  });
}

describe('cycles of straight code', () => {
  check('cortex-m4', [
    // Technical Reference Manual, section 3.3.3.
    { what: 'two loads', lines: ['ldr r0, [r1]', 'ldr r1, [r2]'], cycles: [2, 1] },
    {
      what: 'load, store with an offset',
      lines: ['ldr r0, [r1, r2]', 'str r0, [r3, #20]'],
      cycles: [2, 1],
    },
    {
      what: 'load, store with two registers',
      lines: ['ldr r0, [r1, r2]', 'str r1, [r3, r2]'],
      cycles: [2, 1],
    },
    {
      what: 'three loads',
      lines: ['ldr r0, [r1, r5]', 'ldr r1, [r2]', 'ldr r2, [r3, #4]'],
      cycles: [2, 1, 1],
    },
    { what: 'a load of a loaded address', lines: ['ldr r0, [r1]', 'ldr r2, [r0]'], cycles: [2, 2] },
    { what: 'a load behind a store', lines: ['str r0, [r1]', 'ldr r2, [r3]'], cycles: [1, 2] },
    { what: 'a store with two registers', lines: ['str r0, [r1, r2]'], cycles: [2] },
    { what: 'an address just computed', lines: ['add r1, r2', 'ldr r0, [r1]'], cycles: [1, 3] },
    { what: 'load multiple', lines: ['ldmia.w ip!, {r4, r5, r6, r7}'], cycles: [5] },
    { what: 'load double', lines: ['ldrd r0, r1, [r2]'], cycles: [3] },
    { what: 'push', lines: ['push {r4, r5, lr}'], cycles: [4] },
    {
      what: 'products',
      lines: ['smlad r0, r4, r8, r0', 'smlad r0, r5, r9, r0', 'smull r0, r1, r2, r3'],
      cycles: [1, 1, 1],
    },
  ]);

  check('cortex-m7', [
    { what: 'two sums together', lines: ['add r0, r1, r2', 'add r3, r4, r5'], cycles: [1, 0] },
    { what: 'a sum of the sum', lines: ['add r0, r1, r2', 'add r3, r0, r5'], cycles: [1, 1] },
    {
      what: 'one multiplier',
      lines: ['smlad r0, r4, r8, r0', 'smlad r1, r4, r9, r1'],
      cycles: [1, 1],
    },
    {
      what: 'sums of products chain',
      lines: ['smlad r0, r4, r8, r0', 'smlad r0, r5, r9, r0', 'add r1, r0, r0'],
      cycles: [1, 1, 2],
    },
    {
      what: 'load beside a product',
      lines: ['ldr r6, [r1]', 'smlad r0, r4, r8, r0'],
      cycles: [1, 0],
    },
    {
      what: 'a product waits for its factor',
      lines: ['ldr r4, [r1]', 'smlad r0, r4, r8, r0'],
      cycles: [1, 2],
    },
    {
      what: 'an even and an odd word',
      lines: ['ldr r4, [r1]', 'ldr r5, [r1, #4]', 'ldr r6, [r1, #8]', 'ldr r7, [r1, #16]'],
      cycles: [1, 0, 1, 1],
    },
    {
      what: 'words of unknown banks',
      lines: ['ldr r4, [r1]', 'ldr r5, [r2, #4]'],
      cycles: [1, 1],
    },
    {
      what: 'a DSP instruction is the older one',
      lines: ['add r0, r1, r2', 'sxtb16 r3, r4', 'add r5, r6, r7'],
      cycles: [1, 1, 0],
    },
    { what: 'load multiple', lines: ['ldmia.w ip!, {r4, r5, r6}', 'add r0, r1'], cycles: [2, 1] },
  ]);

  check('cortex-m55', [
    // The two examples that ARMScheduleM55.td draws, but for the second beat of their last instruction.
    {
      what: 'four pipes overlap',
      lines: [
        'vldrw.u32 q0, [r0]',
        'vadd.i32 q1, q2, q3',
        'vmul.i32 q4, q5, q5',
        'vstrw.32 q6, [r1]',
      ],
      cycles: [1, 1, 1, 1],
    },
    {
      what: 'two loads do not',
      lines: [
        'vldrw.u32 q0, [r0]',
        'vldrb.u8 q1, [r1]',
        'vadd.i32 q2, q3, q3',
        'vstrw.32 q6, [r1]',
      ],
      cycles: [1, 2, 1, 1],
    },
    {
      what: 'load and product in turns, as a loop',
      lines: [
        'vldrb.u8 q0, [r0], #16',
        'vmladava.s8 r4, q2, q1',
        'vldrb.u8 q2, [r1], #16',
        'vmladava.s8 r6, q0, q1',
      ],
      cycles: [1, 1, 1, 1],
      repeats: true,
    },
    {
      what: 'products alone',
      lines: ['vmladava.s8 r4, q2, q1', 'vmladava.s8 r6, q2, q1'],
      cycles: [2, 2],
      repeats: true,
    },
    { what: '16-bit pair', lines: ['lsls.n r0, r1, #2', 'adds.n r2, #1'], cycles: [1, 0] },
    { what: '32-bit pair', lines: ['lsl r0, r1, #2', 'add r2, r2, #1'], cycles: [1, 1] },
    { what: 'a loaded word', lines: ['ldr r0, [r1]', 'add r2, r0, r3'], cycles: [1, 2] },
  ]);
});

describe('going on elsewhere', () => {
  it.each([
    // 100 rounds: 99 jumps back at two cycles, three, or none.
    ['cortex-m4', 'bne.n 100 <loop>', 100, 99, 198],
    ['cortex-m7', 'bne.n 100 <loop>', 100, 99, 8],
    ['cortex-m55', 'bne.n 100 <loop>', 100, 99, 297],
    ['cortex-m55', 'le lr, 100 <loop>', 100, 99, -99],
    ['cortex-m4', 'pop {r4, pc}', 5, 5, 10],
    ['cortex-m4', 'add r0, r1', 5, 0, 0],
  ] as const)('%s: %s', (core, line, executions, jumps, cycles) => {
    const [last] = code([line]);
    expect(last && modelOf(core)?.flowCycles(last, executions, jumps)).toBe(cycles);
  });

  it('cores without published timings have no model', () => {
    expect(modelOf('cortex-m3')).toBeUndefined();
  });
});
