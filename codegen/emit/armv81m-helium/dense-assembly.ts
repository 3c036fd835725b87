/**
 * The inner function of a dense layer: 8 outputs of one position, each weight read once. The sums of 8 outputs fill the
 * even registers, as in the tiles of convolutions.
 */
import { VECTOR, type TileRoutine } from './pass-assembly.js';
import { roundingName, type TileOutput, type TileRounding } from './tile-rounding.js';

/** Outputs that are summed together. */
export const OUTPUTS = 8;

/** Steps of 16 inputs in one turn of the loop. */
const UNROLLED = 4;

/** Its outputs leave as int8 or as int16. */
export interface DenseShape {
  readonly vectors: number;
  readonly rounding: TileRounding;
  readonly output: TileOutput;
}

/** VMLADAVA accumulates in even registers only: the outputs in order. */
const SUMS = ['r0', 'r2', 'r4', 'r6', 'r8', 'r10', 'r12', 'lr'] as const;

/** A turn holds as many steps as divide the layer. */
function stepsOf(vectors: number): number {
  for (let steps = UNROLLED; steps > 1; steps -= 1) if (vectors % steps === 0) return steps;
  return 1;
}

export function denseRoutine({ vectors, rounding, output }: DenseShape): TileRoutine {
  const { offset, clampLow, clampHigh } = rounding;
  const steps = stepsOf(vectors);
  const name = [
    'iso_dense_eights',
    ...(steps === 1 ? [] : [`x${steps}`]),
    ...roundingName(rounding, output),
  ].join('_');
  const sums = Array.from({ length: steps }, () => step).flat();
  const body = [
    ...prologue,
    '1:',
    `ldm r9!, {${SUMS.join(', ')}}`,
    'ldrd r1, r5, [sp]',
    '2:',
    ...sums,
    `subs r5, #${steps}`,
    'bgt 2b',
    ...collect,
    ...rounded(rounding),
    ...(offset === 0 ? [] : [...value('q1', offset), 'vqadd.s16 q0, q0, q1']),
    ...value('q1', clampLow),
    'vmax.s16 q0, q0, q1',
    ...value('q1', clampHigh),
    'vmin.s16 q0, q0, q1',
    'vctp.16 r11',
    'vpst',
    output === 'int8' ? 'vstrbt.16 q0, [r7], #8' : 'vstrht.16 q0, [r7], #16',
    `subs r11, #${OUTPUTS}`,
    'bgt 1b',
    'add sp, #8',
    'vpop {d8-d15}',
    'pop {r4-r11, pc}',
  ];
  return {
    name,
    text: `/* Dense outputs by 8, ${output}: ${steps} x 16 inputs in one turn. */
ISO_ASSEMBLY static void ${name}(const iso_dense *job ISO_IN_ASSEMBLY) {
    __asm__ volatile(
${body.map((line) => `        "${line}\\n"`).join('\n')});
}
`,
  };
}

/** r1 inputs, r3 weights, r5 vectors left, r7 outputs, r9 parameters, r11 outputs left; the stack keeps r1 and r5. */
const prologue = [
  'push {r4-r11, lr}',
  'vpush {d8-d15}',
  'ldrd r1, r5, [r0]',
  'push {r1, r5}',
  'ldrd r3, r9, [r0, #8]',
  'ldrd r7, r11, [r0, #16]',
] as const;

/** 16 inputs of 8 outputs: loads and multiplications alternate. */
const step = [
  'vldrb.8 q0, [r1], #16',
  ...SUMS.flatMap((sum, output) => {
    const weights = `q${1 + (output % 2)}`;
    return [`vldrb.8 ${weights}, [r3], #${VECTOR}`, `vmladava.s8 ${sum}, ${weights}, q0`];
  }),
] as const;

/** Even outputs into q0, odd ones into q1. The first register goes to the lane named second. */
const collect = [
  'vmov q0[2], q0[0], r0, r8',
  'vmov q0[3], q0[1], r4, r12',
  'vmov q1[2], q1[0], r2, r10',
  'vmov q1[3], q1[1], r6, lr',
] as const;

/** To int16, in the order of the outputs: one rounding, as in the tiles. */
function rounded({ highWord, leftShifts }: TileRounding): readonly string[] {
  const both = (operation: string): readonly string[] => [
    'vldrw.32 q2, [r9], #16',
    `${operation} q0, q0, q2`,
    'vldrw.32 q2, [r9], #16',
    `${operation} q1, q1, q2`,
  ];
  return [
    ...(leftShifts ? both('vshl.s32') : []),
    ...both(highWord ? 'vrmulh.s32' : 'vqdmulh.s32'),
    ...(highWord ? [] : both('vrshl.s32')),
    'vqmovnb.s32 q0, q0',
    'vqmovnt.s32 q0, q1',
  ];
}

/** An int16 into every lane; sums and parameters of eight outputs are done with. */
function value(register: string, number: number): readonly string[] {
  return [`movw r0, #${number & 0xffff}`, `vdup.16 ${register}, r0`];
}
