import { describe, expect, it } from 'vitest';
import { parseInstruction, type Kind } from './instruction.js';

interface Case {
  readonly text: string;
  readonly kind: Kind;
  readonly reads: string;
  readonly writes: string;
  readonly addresses?: string;
  readonly transfers?: number;
}

const CASES: readonly Case[] = [
  { text: 'add r0, r1', kind: 'alu', reads: 'r1', writes: 'r0' },
  { text: 'add.w r0, r1, r2, lsl #3', kind: 'alu', reads: 'r1 r2', writes: 'r0' },
  { text: 'bic.w r0, r1, fp', kind: 'alu', reads: 'r1 r11', writes: 'r0' },
  { text: 'movt r0, #12', kind: 'alu', reads: 'r0', writes: 'r0' },
  { text: 'cmp r4, sl', kind: 'alu', reads: 'r4 r10', writes: '' },
  { text: 'ldr.w r0, [r1, #4]', kind: 'load', reads: 'r1', writes: 'r0', addresses: 'r1' },
  { text: 'ldrsb.w lr, [r3], #1', kind: 'load', reads: 'r3', writes: 'r14 r3', addresses: 'r3' },
  { text: 'ldrhs r1, [r5, #2]!', kind: 'load', reads: 'r5', writes: 'r1 r5', addresses: 'r5' },
  {
    text: 'str r0, [r1, r2, lsl #2]',
    kind: 'store',
    reads: 'r0 r1 r2',
    writes: '',
    addresses: 'r1 r2',
  },
  {
    text: 'ldrd sl, fp, [r9, #8]',
    kind: 'loadMultiple',
    reads: 'r9',
    writes: 'r10 r11',
    addresses: 'r9',
    transfers: 2,
  },
  {
    text: 'ldmia.w ip!, {r4-r6, r8}',
    kind: 'loadMultiple',
    reads: 'r12',
    writes: 'r12 r4 r5 r6 r8',
    addresses: 'r12',
    transfers: 4,
  },
  {
    text: 'push {r4, lr}',
    kind: 'storeMultiple',
    reads: 'r13 r4 r14',
    writes: 'r13',
    addresses: 'r13',
    transfers: 2,
  },
  { text: 'smlad r1, r4, r9, r2', kind: 'multiply', reads: 'r4 r9 r2', writes: 'r1' },
  { text: 'smlal r0, r1, r2, r3', kind: 'multiply', reads: 'r0 r1 r2 r3', writes: 'r0 r1' },
  { text: 'smlabb r0, r1, r2, r3', kind: 'multiply', reads: 'r1 r2 r3', writes: 'r0' },
  { text: 'smmulr r0, r1, r2', kind: 'multiply', reads: 'r1 r2', writes: 'r0' },
  { text: 'sdivgt r0, r1, r2', kind: 'divide', reads: 'r1 r2', writes: 'r0' },
  { text: 'sxtb16 fp, r9, ror #8', kind: 'dsp', reads: 'r9', writes: 'r11' },
  { text: 'bfi r0, r1, #4, #8', kind: 'dsp', reads: 'r0 r1', writes: 'r0' },
  { text: 'ssat r0, #8, r1', kind: 'dsp', reads: 'r1', writes: 'r0' },
  { text: 'itet ne', kind: 'none', reads: '', writes: '' },
  { text: 'bls.n 146 <iso_vectors_observe+0x6>', kind: 'branch', reads: '', writes: '' },
  { text: 'b.w d8 <main>', kind: 'branch', reads: '', writes: '' },
  { text: 'bl 8b4 <iso_crc32c>', kind: 'branch', reads: '', writes: 'r14' },
  { text: 'blt.n 146 <main>', kind: 'branch', reads: '', writes: '' },
  { text: 'bx lr', kind: 'branch', reads: 'r14', writes: '' },
  { text: 'cbnz r3, 16c <main>', kind: 'branch', reads: 'r3', writes: '' },
  { text: 'vmov s0, r8', kind: 'float', reads: 'r8', writes: 's0' },
  { text: 'vmov r0, r1, d1', kind: 'float', reads: 's2 s3', writes: 'r0 r1' },
  { text: 'vmov d1, r0, r1', kind: 'float', reads: 'r0 r1', writes: 's2 s3' },
  {
    text: 'vldrb.u8 q1, [r0], #16',
    kind: 'vectorLoad',
    reads: 'r0',
    writes: 's4 s5 s6 s7 r0',
    addresses: 'r0',
  },
  {
    text: 'vstrb.32 q0, [r1]',
    kind: 'vectorStore',
    reads: 's0 s1 s2 s3 r1',
    writes: '',
    addresses: 'r1',
  },
  {
    text: 'vmladava.s8 lr, q0, q1',
    kind: 'vectorMultiply',
    reads: 'r14 s0 s1 s2 s3 s4 s5 s6 s7',
    writes: 'r14',
  },
  {
    text: 'vmladav.s8 r0, q0, q0',
    kind: 'vectorMultiply',
    reads: 's0 s1 s2 s3',
    writes: 'r0',
  },
  {
    text: 'vaddt.i32 q0, q0, r1',
    kind: 'vectorInteger',
    reads: 's0 s1 s2 s3 r1',
    writes: 's0 s1 s2 s3',
  },
  {
    text: 'vqmovnb.s32 q0, q0',
    kind: 'vectorInteger',
    reads: 's0 s1 s2 s3',
    writes: 's0 s1 s2 s3',
  },
  { text: 'vpste', kind: 'vectorControl', reads: '', writes: '' },
  { text: 'letp lr, 9b0 <main>', kind: 'loopEnd', reads: 'r14', writes: 'r14' },
];

const names = (text = ''): string[] =>
  text
    .split(' ')
    .filter((name) => name !== '')
    .sort();

describe('an instruction of a disassembly', () => {
  it.each(CASES)('$text', ({ text, kind, reads, writes, addresses, transfers = 1 }) => {
    const parsed = parseInstruction(0, 4, text);
    expect(parsed.kind).toBe(kind);
    expect([...parsed.reads].sort()).toEqual(names(reads));
    expect([...parsed.writes].sort()).toEqual(names(writes));
    expect([...parsed.addresses].sort()).toEqual(names(addresses));
    expect(parsed.transfers).toBe(transfers);
  });
});
