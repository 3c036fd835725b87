/**
 * The inner function of a convolution's gradient: as the tiles of the forward pass, with int16 gradients for activations
 * (8 to a vector), weights widened as they are loaded, and one stride phase of the input for positions.
 */
import {
  ACCUMULATORS,
  ACTIVATION,
  collect,
  pass,
  passVectors,
  POSITIONS,
  type PassElements,
  type TileRoutine,
} from './pass-assembly.js';

/** Bytes of eight int16. */
export const ROW_BYTES = 16;
/** Reach of VLDRW's immediate, with write-back. */
const JUMP_MOST = 508;

const INT16: PassElements = {
  type: 's16',
  loadWeights: (register) => `vldrb.s16 ${register}, [r3], #8`,
};

/** Taps of one pass, and the row, among those gathered, that its first position reads first. */
export interface GradientPass {
  readonly taps: number;
  readonly firstRow: number;
}

/**
 * Undefined where the rows of 8 channels lie too far apart to be reached in passing.
 * @param unrolled 8 output channels are one step; so many steps in one turn of the loop
 */
export function gradientRoutine(
  passes: readonly GradientPass[],
  rows: number,
  unrolled: number,
): TileRoutine | undefined {
  const jumps = passes.map(({ taps, firstRow }, i) => {
    const last = firstRow + passVectors(taps) - 1;
    const next = passes[i + 1]?.firstRow ?? rows + (passes[0]?.firstRow ?? 0);
    return (next - last) * ROW_BYTES;
  });
  if (jumps.some((jump) => Math.abs(jump) > JUMP_MOST)) return undefined;
  const sums = passes.flatMap(({ taps }, i) =>
    pass(
      taps,
      false,
      (j) => {
        const step = j === passVectors(taps) - 1 ? (jumps[i] ?? 0) : ROW_BYTES;
        return `vldrw.32 ${ACTIVATION}, [r1]${step === 0 ? '' : `, #${step}`}`;
      },
      INT16,
    ),
  );
  const turn = Array.from({ length: unrolled }, () => sums).flat();
  const body = [...prologue, '1:', ...startTile, '2:', ...turn, ...finishTile, ...epilogue];
  const shape = passes.map(({ taps, firstRow }) => `${taps}at${firstRow}`).join('_');
  const name = `iso_gradient_tiles_${shape}_of${rows}${unrolled === 1 ? '' : `_x${unrolled}`}`;
  return {
    name,
    text: `/* Gradient tiles of 2 channels x 4 positions: passes of ${passes.map(({ taps }) => taps).join(', ')} taps on ${rows} rows. */
ISO_ASSEMBLY static void ${name}(const iso_gradient_tiles *job ISO_IN_ASSEMBLY) {
    __asm__ volatile(
${body.map((line) => `        "${line}\\n"`).join('\n')});
}
`,
  };
}

/** r1 gradients, r3 weights, r5 iterations left, r7 bytes to the next tile's output, r9 outputs, r11 positions left. */
const prologue = [
  'push {r4-r11, lr}',
  'vpush {d8-d15}',
  'ldrd r1, r5, [r0]',
  'ldrd r3, r9, [r0, #8]',
  'ldrd r11, r2, [r0, #16]',
  'ldrd r4, r6, [r0, #24]',
  // Eight zeros to start the sums from, then what each tile starts with.
  'sub sp, #56',
  'vmov.i32 q0, #0',
  'vstrw.32 q0, [sp]',
  'vstrw.32 q0, [sp, #16]',
  'strd r1, r5, [sp, #32]',
  'str r3, [sp, #40]',
  'strd r4, r6, [sp, #48]',
  'mov r0, #0',
  'vidup.u32 q7, r0, #1',
  'vmul.i32 q7, q7, r2',
  'lsl r7, r2, #2',
] as const;

const startTile = [
  'ldrd r1, r5, [sp, #32]',
  'ldr r3, [sp, #40]',
  `ldm sp, {${ACCUMULATORS[0].flatMap((a, i) => [a, ACCUMULATORS[1][i] ?? '']).join(', ')}}`,
] as const;

const finishTile = [
  'subs r5, #1',
  'bne 2b',
  ...collect,
  'ldr r0, [sp, #32]',
  `add r0, #${POSITIONS * ROW_BYTES}`,
  'str r0, [sp, #32]',
  'ldrd r0, r2, [sp, #48]',
  // The doubled high word without rounding, then a rounding shift: together one rounding. Two neighbouring channels are one
  // word of each lane.
  'vqdmulh.s32 q0, q0, r0',
  'vqdmulh.s32 q1, q1, r2',
  'vqrshrnb.s32 q0, q0, #1',
  'vqrshrnt.s32 q0, q1, #1',
  'vctp.32 r11',
  'vpst',
  'vstrwt.32 q0, [r9, q7]',
  'add r9, r7',
  `subs r11, #${POSITIONS}`,
  'bgt 1b',
] as const;

const epilogue = ['add sp, #56', 'vpop {d8-d15}', 'pop {r4-r11, pc}'] as const;
