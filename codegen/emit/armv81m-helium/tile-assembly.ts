/**
 * The inner function of a convolution, in assembly: sums of 2 output channels × 4 output positions, over and over. gcc 12
 * needs nearly twice the instructions for the same body: it keeps lr for its own loops and spills accumulators.
 *
 * A pass multiplies T neighbouring taps (1…3) of 16 input channels. Positions that lie one tap apart share their
 * activations, so that T + 3 activation vectors and 2·T weight vectors feed 8·T VMLADAVA.
 */

/** Where the activation vectors of a tile lie. */
export type TileInput =
  /** One behind the other, in the order in which the passes read them. */
  | { readonly kind: 'stream' }
  /** The window of each position contiguous, `pitch` bytes from one position to the next. */
  | { readonly kind: 'windows'; readonly pitch: number };

/** From a sum to an output code. */
export interface TileRounding {
  /** All shifts are 32: the rounded product is the high word. Otherwise shifts come from the parameters. */
  readonly highWord: boolean;
  readonly offset: number;
  readonly clampLow: number;
  readonly clampHigh: number;
}

export interface TileShape {
  /** Taps of each pass of one iteration. */
  readonly passes: readonly number[];
  readonly iterations: number;
  readonly input: TileInput;
  readonly rounding: TileRounding;
}

/** A C function, written once for all layers that call it. */
export interface TileRoutine {
  readonly name: string;
  readonly text: string;
}

/** Longest unrolled body, in vector instructions: beyond it the loop's two instructions weigh little. */
const UNROLLED_MOST = 150;
/** Reach of VLDRW's immediate offset: 127 words. */
const OFFSET_MOST = 508;
export const VECTOR = 16;
export const POSITIONS = 4;
export const PAIR = 2;
/** Weights of so many taps and two channels fit the vector registers beside an activation. */
export const TAPS_MOST = 3;

/** VMLADAVA accumulates in even registers only; lr is one of them, so that LE cannot count the loop. */
export const ACCUMULATORS = [
  ['r0', 'r4', 'r8', 'r12'],
  ['r2', 'r6', 'r10', 'lr'],
] as const;
/** Activations; q7 holds the offsets of the four outputs. */
export const ACTIVATION = 'q6';

/** Vector instructions of one pass. */
export function passCost(taps: number): number {
  return taps + POSITIONS - 1 + PAIR * taps + PAIR * POSITIONS * taps;
}

export function passVectors(taps: number): number {
  return taps + POSITIONS - 1;
}

/** Activation bytes that one tile reads from a stream. */
export function streamBytes(shape: Pick<TileShape, 'passes' | 'iterations'>): number {
  return shape.iterations * VECTOR * shape.passes.reduce((sum, taps) => sum + passVectors(taps), 0);
}

/** Words of one channel pair in the parameter table: biases, multipliers, and shifts where they differ. */
export function parameterWords(rounding: TileRounding): number {
  return rounding.highWord ? 4 : 8;
}

function isUnrolled(shape: TileShape): boolean {
  const cost = shape.iterations * shape.passes.reduce((sum, taps) => sum + passCost(taps), 0);
  return (
    shape.input.kind === 'windows' ||
    (cost <= UNROLLED_MOST && streamBytes(shape) <= OFFSET_MOST + VECTOR)
  );
}

/** Windows are read by immediate offsets, which must reach the last vector of the last position. */
export function windowsReach(pitch: number): boolean {
  return POSITIONS * pitch - VECTOR <= OFFSET_MOST;
}

export function tileRoutine(shape: TileShape): TileRoutine {
  const unrolled = isUnrolled(shape);
  const { highWord, offset, clampLow, clampHigh } = shape.rounding;
  const name = [
    'iso_tiles',
    shape.input.kind === 'windows' ? `w${shape.input.pitch}` : shape.passes.join(''),
    ...(unrolled && shape.input.kind === 'stream' ? [`x${shape.iterations}`] : []),
    ...(highWord ? [] : ['shift']),
    ...(offset === 0 ? [] : [`plus${offset}`]),
    ...(clampLow === -128 ? [] : [`from${clampLow}`]),
    ...(clampHigh === 127 ? [] : [`to${clampHigh}`]),
  ]
    .join('_')
    .replace(/-/g, 'm');
  const body = [
    ...prologue,
    '1:',
    ...(unrolled ? unrolledSums(shape) : loopedSums(shape)),
    ...rounded(shape.rounding),
    'subs r11, #1',
    'bne 1b',
    ...epilogue,
  ];
  const title = unrolled
    ? `${shape.iterations} × passes of ${shape.passes.join(', ')} taps, unrolled`
    : `passes of ${shape.passes.join(', ')} taps, over and over`;
  return {
    name,
    text: `/* Tiles of 2 channels x 4 positions: ${title.replace('×', 'x')}. */
ISO_ASSEMBLY static void ${name}(const iso_tiles *job ISO_IN_ASSEMBLY) {
    __asm__ volatile(
${body.map((line) => `        "${line}\\n"`).join('\n')});
}
`,
  };
}

/**
 * r1 activations, r3 weights, r5 iterations left, r7 parameters, r9 outputs, r11 pairs left; the stack keeps the start of
 * the activations and the number of iterations. P0 keeps the positions that are stored.
 */
const prologue = [
  'push {r4-r11, lr}',
  'vpush {d8-d15}',
  'ldrd r1, r5, [r0]',
  'ldrd r3, r7, [r0, #8]',
  'ldrd r9, r11, [r0, #16]',
  'ldrd r2, r4, [r0, #24]',
  'push {r1, r5}',
  'vctp.32 r4',
  'mov r0, #0',
  'vidup.u32 q7, r0, #1',
  'vmul.i32 q7, q7, r2',
] as const;

const epilogue = ['add sp, #8', 'vpop {d8-d15}', 'pop {r4-r11, pc}'] as const;

/** Element type of the activations, and how a vector of weights is loaded for it. */
export interface PassElements {
  readonly type: 's8' | 's16';
  readonly loadWeights: (register: string) => string;
}

const INT8: PassElements = {
  type: 's8',
  loadWeights: (register) => `vldrb.8 ${register}, [r3], #16`,
};

/** One pass; `load` gives the instruction that loads its j-th activation vector. */
export function pass(
  taps: number,
  first: boolean,
  load: (j: number) => string,
  elements = INT8,
): readonly string[] {
  const lines: string[] = [];
  const started = new Set<string>();
  const multiply = (channel: 0 | 1, tap: number, position: number): string => {
    const accumulator = ACCUMULATORS[channel][position] ?? '';
    const fresh = first && !started.has(accumulator);
    started.add(accumulator);
    return `vmladav${fresh ? '' : 'a'}.${elements.type} ${accumulator}, ${weightRegister(channel, tap)}, ${ACTIVATION}`;
  };
  const loadWeights = (channel: 0 | 1, tap: number): string =>
    elements.loadWeights(weightRegister(channel, tap));
  for (let j = 0; j < passVectors(taps); j += 1) {
    lines.push(load(j));
    // Taps whose weights are there already, then the new one: loads and multiplications alternate.
    for (let tap = 0; tap < Math.min(j, taps); tap += 1) {
      if (j - tap >= POSITIONS) continue;
      lines.push(multiply(0, tap, j - tap), multiply(1, tap, j - tap));
    }
    if (j < taps) {
      lines.push(loadWeights(0, j), multiply(0, j, 0), loadWeights(1, j), multiply(1, j, 0));
    }
  }
  return lines;
}

function weightRegister(channel: 0 | 1, tap: number): string {
  return `q${2 * tap + channel}`;
}

function unrolledSums(shape: TileShape): readonly string[] {
  const lines: string[] = [];
  let vector = 0;
  for (let i = 0; i < shape.iterations; i += 1) {
    for (const taps of shape.passes) {
      const base = vector;
      const { input } = shape;
      const at = (j: number): number =>
        input.kind === 'windows' ? i * VECTOR + j * input.pitch : (base + j) * VECTOR;
      lines.push(
        ...pass(taps, lines.length === 0, (j) => `vldrw.32 ${ACTIVATION}, [r1, #${at(j)}]`),
      );
      vector += passVectors(taps);
    }
  }
  return [
    ...lines,
    ...collect,
    'ldrd r0, r2, [r7], #8',
    'vadd.i32 q0, q0, r0',
    'vadd.i32 q1, q1, r2',
  ];
}

function loopedSums(shape: TileShape): readonly string[] {
  const load = (): string => `vldrb.8 ${ACTIVATION}, [r1], #16`;
  return [
    'ldrd r0, r2, [r7], #8',
    ...ACCUMULATORS[0].slice(1).map((register) => `mov ${register}, r0`),
    ...ACCUMULATORS[1].slice(1).map((register) => `mov ${register}, r2`),
    '2:',
    ...shape.passes.flatMap((taps) => pass(taps, false, load)),
    'subs r5, #1',
    'bne 2b',
    'ldrd r1, r5, [sp]',
    ...collect,
  ];
}

/** Sums into vectors, a position in each lane: one vector a channel. The first register goes to the lane named second. */
export const collect = [
  'vmov q0[2], q0[0], r0, r8',
  'vmov q0[3], q0[1], r4, r12',
  'vmov q1[2], q1[0], r2, r10',
  'vmov q1[3], q1[1], r6, lr',
] as const;

/** A value of −256 … 255 into a register. */
function constant(register: string, value: number): string {
  return value < 0 ? `mvn ${register}, #${~value}` : `mov ${register}, #${value}`;
}

function rounded(rounding: TileRounding): readonly string[] {
  const { highWord, offset, clampLow, clampHigh } = rounding;
  const product = ['ldrd r0, r2, [r7], #8', 'vdup.32 q2, r0', 'vdup.32 q3, r2'];
  const limit = (operation: string, value: number): readonly string[] => [
    constant('r0', value),
    'vdup.8 q1, r0',
    `${operation}.s8 q0, q0, q1`,
  ];
  return [
    ...(highWord
      ? [...product, 'vrmulh.s32 q0, q0, q2', 'vrmulh.s32 q1, q1, q3']
      : [
          // The high word without rounding, then a rounding shift: together one rounding, for floor(floor(a/b)/c) is floor(a/bc).
          ...product,
          'ldrd r0, r2, [r7], #8',
          'vshl.s32 q0, r0',
          'vshl.s32 q1, r2',
          'vmulh.s32 q0, q0, q2',
          'vmulh.s32 q1, q1, q3',
          'ldrd r0, r2, [r7], #8',
          'vrshl.s32 q0, r0',
          'vrshl.s32 q1, r2',
        ]),
    ...(offset === 0 ? [] : [constant('r0', offset), 'vadd.i32 q0, q0, r0', 'vadd.i32 q1, q1, r0']),
    'vqmovnb.s32 q0, q0',
    'vqmovnb.s32 q1, q1',
    'vqmovnb.s16 q0, q0',
    'vqmovnt.s16 q0, q1',
    ...(clampLow === -128 ? [] : limit('vmax', clampLow)),
    ...(clampHigh === 127 ? [] : limit('vmin', clampHigh)),
    // Two neighbouring channels are one halfword of each lane.
    'vpst',
    'vstrht.32 q0, [r9, q7]',
    'add r9, #2',
  ];
}
