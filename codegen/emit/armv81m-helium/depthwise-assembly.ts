/**
 * The inner function of a depthwise convolution of few taps: every tap has a pointer in a register, 16 channels are one
 * turn of the loop, and the tail of the channels is predicated by the loop itself.
 */
import { VECTOR, type TileRoutine } from './pass-assembly.js';
import { roundingName, type TileRounding } from './tile-rounding.js';

/** Pointers of taps lie in r0…r8. */
export const POINTERS_MOST = 9;
/** Offsets in iso_depthwise_run. */
const FIELD = { weights: 36, y: 44, step: 48, bytes: 52, positions: 56, overhang: 60 } as const;
/** Reach of VLDRB's immediate. */
const STEP_MOST = 127;

export interface DepthwiseShape {
  readonly taps: number;
  readonly rounding: TileRounding;
  /**
   * Bytes from one position to the next where 16 lanes are one position, or several that lie side by side: then positions
   * are the loop. Undefined where each position is a loop of its own over blocks of 16 channels.
   */
  readonly advance?: number;
}

/** `advance` of a layer, see DepthwiseShape. */
export function singleBlockAdvance(channels: number, strideWidth: number): number | undefined {
  const sideBySide = strideWidth === 1 && VECTOR % channels === 0;
  const step = strideWidth * VECTOR;
  return (channels === VECTOR || sideBySide) && step <= STEP_MOST ? step : undefined;
}

export function depthwiseRoutine(shape: DepthwiseShape): TileRoutine {
  const { taps, advance, rounding } = shape;
  const name = [
    `iso_depthwise_${taps}`,
    ...(advance === undefined ? [] : [`by${advance}`]),
    ...roundingName(rounding, 'int8'),
  ].join('_');
  const body = [
    'push {r4-r11, lr}',
    'vpush {d8-d15}',
    'mov r12, r0',
    `ldr r11, [r12, #${FIELD.y}]`,
    taps === 1 ? 'ldr r0, [r12]' : `ldm r12, {r0-r${taps - 1}}`,
    ...(advance === undefined ? positions(shape) : block(shape, advance)),
    'vpop {d8-d15}',
    'pop {r4-r11, pc}',
  ];
  return {
    name,
    text: `/* Depthwise positions of ${taps} taps, 16 channels at a time. */
ISO_ASSEMBLY static void ${name}(iso_depthwise_run *run ISO_IN_ASSEMBLY) {
    __asm__ volatile(
${body.map((line) => `        "${line}\\n"`).join('\n')});
}
`,
  };
}

function positions(shape: DepthwiseShape): readonly string[] {
  return [
    '3:',
    ...block(shape, VECTOR),
    `ldr r9, [r12, #${FIELD.step}]`,
    ...Array.from({ length: shape.taps }, (_, tap) => `add r${tap}, r9`),
    `ldr r9, [r12, #${FIELD.overhang}]`,
    'sub r11, r9',
    `ldr r9, [r12, #${FIELD.positions}]`,
    'subs r9, #1',
    `str r9, [r12, #${FIELD.positions}]`,
    'bne 3b',
  ];
}

/** Sums of two neighbouring taps fit int16; they are widened to q0…q3, which hold every fourth channel. */
function block(shape: DepthwiseShape, advance: number): readonly string[] {
  const { taps, rounding } = shape;
  const invariant = shape.advance !== undefined;
  let weight = 0;
  let parameter = 0;
  // A block that is all channels reads its constants where they lie; others walk along them.
  const constant = (register: string, base: 'r9' | 'r10'): string => {
    const at = base === 'r9' ? weight++ : parameter++;
    const address = invariant ? `[${base}, #${VECTOR * at}]` : `[${base}], #${VECTOR}`;
    return `vldrw.32 ${register}, ${address}`;
  };
  const lines = [
    `ldrd r9, r10, [r12, #${FIELD.weights}]`,
    `ldr lr, [r12, #${FIELD.bytes}]`,
    'wlstp.8 lr, lr, 2f',
    '1:',
  ];
  for (let tap = 0; tap < taps; tap += 2) {
    const first = tap === 0;
    lines.push(
      `vldrb.8 q7, [r${tap}], #${advance}`,
      constant('q6', 'r9'),
      'vmullb.s8 q4, q6, q7',
      'vmullt.s8 q5, q6, q7',
    );
    if (tap + 1 < taps) {
      const next = `[r${tap + 1}]`;
      lines.push(
        `vldrb.8 q7, ${next}${first ? `, #${advance}` : ''}`,
        constant('q6', 'r9'),
        // Before the sums start, a register is free; afterwards the activations are loaded twice.
        ...(first
          ? [
              'vmullb.s8 q0, q6, q7',
              'vmullt.s8 q1, q6, q7',
              'vadd.i16 q4, q4, q0',
              'vadd.i16 q5, q5, q1',
            ]
          : [
              'vmullb.s8 q7, q6, q7',
              'vadd.i16 q4, q4, q7',
              `vldrb.8 q7, ${next}, #${advance}`,
              'vmullt.s8 q7, q6, q7',
              'vadd.i16 q5, q5, q7',
            ]),
      );
    }
    lines.push('vmovlb.s16 q6, q4', 'vmovlt.s16 q4, q4', 'vmovlb.s16 q7, q5', 'vmovlt.s16 q5, q5');
    ['q6', 'q4', 'q7', 'q5'].forEach((widened, sum) => {
      if (first) lines.push(constant(`q${sum}`, 'r10'));
      lines.push(`vadd.i32 q${sum}, q${sum}, ${widened}`);
    });
  }
  const product = rounding.highWord ? 'vrmulh' : 'vqdmulh';
  for (let sum = 0; sum < 4; sum += 1) {
    lines.push(constant('q4', 'r10'), `${product}.s32 q${sum}, q${sum}, q4`);
  }
  for (let sum = 0; sum < 4 && !rounding.highWord; sum += 1) {
    lines.push(constant('q4', 'r10'), `vrshl.s32 q${sum}, q${sum}, q4`);
  }
  const limit = (operation: string, value: number): readonly string[] => [
    immediate('i8', value),
    `${operation}.s8 q0, q0, q4`,
  ];
  return [
    ...lines,
    'vqmovnb.s32 q0, q0',
    'vqmovnt.s32 q0, q1',
    'vqmovnb.s32 q2, q2',
    'vqmovnt.s32 q2, q3',
    ...(rounding.offset === 0
      ? []
      : [immediate('i16', rounding.offset), 'vqadd.s16 q0, q0, q4', 'vqadd.s16 q2, q2, q4']),
    'vqmovnb.s16 q0, q0',
    'vqmovnt.s16 q0, q2',
    ...(rounding.clampLow === -128 ? [] : limit('vmax', rounding.clampLow)),
    ...(rounding.clampHigh === 127 ? [] : limit('vmin', rounding.clampHigh)),
    `vstrb.8 q0, [r11], #${VECTOR}`,
    'letp lr, 1b',
    '2:',
  ];
}

/** A value of an int8 into every lane of q4. */
function immediate(type: 'i8' | 'i16', value: number): string {
  if (type === 'i8') return `vmov.i8 q4, #${value & 255}`;
  return value < 0 ? `vmvn.i16 q4, #${~value}` : `vmov.i16 q4, #${value}`;
}
