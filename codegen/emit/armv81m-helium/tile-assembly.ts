/**
 * The inner function of a convolution, in assembly: 4 output channels × 4 output positions, over and over, as two pairs of
 * channels whose sums fill the eight even registers. gcc 12 needs nearly twice the instructions for the same body: it keeps
 * lr for its own loops and spills accumulators.
 *
 * A pass multiplies T neighbouring taps (1…3) of 16 input channels. Positions that lie one tap apart share their
 * activations, so that T + 3 activation vectors and 2·T weight vectors feed 8·T VMLADAVA.
 */

/** Taps of one iteration that work together, and where the first position finds the first of them. */
export interface TilePass {
  readonly taps: number;
  /** Bytes from the position's start. */
  readonly first: number;
}

/** Where the activation vectors of a tile lie. */
export type TileInput =
  /** One behind the other, in the order in which the passes read them. */
  | { readonly kind: 'stream' }
  /** In the input itself, or a copy of a part of it. */
  | {
      readonly kind: 'direct';
      /** Bytes from one position's activations to the next one's. */
      readonly step: number;
      /** Kernel rows; their distance is the job's. */
      readonly rows: number;
      /** Everything lies on whole words. */
      readonly words: boolean;
    };

/** From a sum to an output code. */
export interface TileRounding {
  /** All shifts are 32: the rounded product is the high word. Otherwise shifts come from the parameters. */
  readonly highWord: boolean;
  /** Some sums are shifted to the left first. */
  readonly leftShifts: boolean;
  readonly offset: number;
  readonly clampLow: number;
  readonly clampHigh: number;
}

export interface TileShape {
  /** Passes of one iteration; of a direct input, of one kernel row in it. */
  readonly passes: readonly TilePass[];
  readonly iterations: number;
  readonly input: TileInput;
  readonly rounding: TileRounding;
}

/** A C function, written once for all layers that call it. */
export interface TileRoutine {
  readonly name: string;
  readonly text: string;
}

/** Longest unrolled sums of a pair, in vector instructions: beyond it the loop's instructions weigh little. */
const UNROLLED_MOST = 120;
/** Reach of immediate offsets, of whole words and of bytes. */
const WORDS_REACH = 508;
const BYTES_REACH = 127;
export const VECTOR = 16;
export const POSITIONS = 4;
const PAIR = 2;
/** Output channels of one tile. */
export const CHANNELS = 4;
/** Weights of so many taps and two channels fit the vector registers beside an activation. */
export const TAPS_MOST = 3;

/** VMLADAVA accumulates in even registers only; lr is one of them, so that LE cannot count the loop. */
export const ACCUMULATORS = [
  ['r0', 'r4', 'r8', 'r12'],
  ['r2', 'r6', 'r10', 'lr'],
] as const;
export const ACTIVATION = 'q6';

/**
 * Output channels in the order of the tiles' tables: of each four the pairs 0, 2 and 1, 3, so that their codes meet in one
 * word. Whole fours: the last may name channels that there are not.
 */
export function tileChannels(channels: number): readonly number[] {
  return Array.from({ length: Math.ceil(channels / CHANNELS) }, (_, quad) =>
    [0, 2, 1, 3].map((channel) => CHANNELS * quad + channel),
  ).flat();
}

/** Vector instructions of one pass. */
function passCost(taps: number): number {
  return taps + POSITIONS - 1 + PAIR * taps + PAIR * POSITIONS * taps;
}

export function passVectors(taps: number): number {
  return taps + POSITIONS - 1;
}

/** Vector instructions of a pair's sums. */
export function sumsCost({ passes, iterations, input }: Omit<TileShape, 'rounding'>): number {
  const rows = input.kind === 'direct' ? input.rows : 1;
  return iterations * rows * passes.reduce((sum, { taps }) => sum + passCost(taps), 0);
}

/** Activation bytes that one tile reads from a stream. */
export function streamBytes({ passes, iterations }: Omit<TileShape, 'rounding'>): number {
  return iterations * VECTOR * passes.reduce((sum, { taps }) => sum + passVectors(taps), 0);
}

/** Words of one channel pair in the parameter table: biases, multipliers, and shifts where they differ. */
export function parameterWords({ highWord, leftShifts }: TileRounding): number {
  return PAIR * (2 + (highWord ? 0 : 1) + (leftShifts ? 1 : 0));
}

/** Of a direct input, the furthest that a load lies from the start of an iteration. */
function furthest(passes: readonly TilePass[], step: number): number {
  return Math.max(...passes.map(({ taps, first }) => first + (passVectors(taps) - 1) * step));
}

function isUnrolled(shape: Omit<TileShape, 'rounding'>): boolean {
  const { input, passes, iterations } = shape;
  if (iterations > 1 && sumsCost(shape) > UNROLLED_MOST) return false;
  if (input.kind === 'stream') return streamBytes(shape) <= WORDS_REACH + VECTOR;
  // Weights lie in one order, loop or not: with several rows of several vectors it is the loop's.
  if (input.rows > 1 && iterations > 1) return false;
  const last = furthest(passes, input.step) + (iterations - 1) * VECTOR;
  return last <= (input.words ? WORDS_REACH : BYTES_REACH);
}

/** Whether the immediate offsets of a direct input's loads reach all of them. */
export function reaches(shape: Omit<TileShape, 'rounding'>): boolean {
  const { input, passes } = shape;
  if (input.kind === 'stream' || isUnrolled(shape)) return true;
  return furthest(passes, input.step) <= (input.words ? WORDS_REACH : BYTES_REACH);
}

export function tileRoutine(shape: TileShape): TileRoutine {
  const unrolled = isUnrolled(shape);
  const { input, passes, iterations } = shape;
  const { highWord, leftShifts, offset, clampLow, clampHigh } = shape.rounding;
  const taps = passes.map((pass) => pass.taps);
  const name = [
    'iso_tiles',
    ...(input.kind === 'stream'
      ? [taps.join('')]
      : [
          `${input.words ? 'w' : 'b'}${input.step}`,
          ...passes.map((pass) => `${pass.taps}at${pass.first}`),
          ...(input.rows === 1 ? [] : [`rows${input.rows}`]),
        ]),
    ...(unrolled ? [`x${iterations}`] : []),
    ...(highWord ? [] : ['shift']),
    ...(leftShifts ? ['left'] : []),
    ...(offset === 0 ? [] : [`plus${offset}`]),
    ...(clampLow === -128 ? [] : [`from${clampLow}`]),
    ...(clampHigh === 127 ? [] : [`to${clampHigh}`]),
  ]
    .join('_')
    .replace(/-/g, 'm');
  const sums = unrolled ? unrolledSums(shape) : loopedSums(shape);
  // The first pair's codes wait in a register where the second pair's weights leave one.
  const parked = Math.max(...taps) < TAPS_MOST;
  const body = [
    ...prologue,
    '4:',
    ...startBlock,
    '1:',
    ...sums,
    ...product(shape.rounding, 'q5'),
    ...(parked ? [] : [`vstrw.32 q5, [sp, #${FRAME.spill}]`]),
    ...sums,
    ...product(shape.rounding, 'q0'),
    ...(parked ? [] : [`vldrw.32 q5, [sp, #${FRAME.spill}]`]),
    ...codes(shape.rounding),
    'subs r11, #1',
    'bne 1b',
    ...endBlock,
    ...epilogue,
  ];
  const rows = input.kind === 'direct' && input.rows > 1 ? ` in ${input.rows} rows` : '';
  const title = unrolled
    ? `${iterations} x passes of ${taps.join(', ')} taps${rows}, unrolled`
    : `passes of ${taps.join(', ')} taps${rows}, over and over`;
  return {
    name,
    text: `/* Tiles of 4 channels x 4 positions: ${title}. */
ISO_ASSEMBLY static void ${name}(iso_tiles *job ISO_IN_ASSEMBLY) {
    __asm__ volatile(
${body.map((line) => `        "${line}\\n"`).join('\n')});
}
`,
  };
}

/** The stack: addresses of the four positions' outputs, the job, what waits, and what the loops start from. */
const FRAME = { addresses: 0, job: 16, start: 20, iterations: 24, spill: 32, bytes: 48 } as const;
/** Offsets in iso_tiles. */
const JOB = {
  x: 0,
  weights: 8,
  y: 16,
  quads: 20,
  pitch: 24,
  positions: 28,
  step: 32,
  iterations: 36,
} as const;

/**
 * r1 activations, r3 weights, r5 iterations left, r7 parameters, r9 bytes to the next kernel row, r11 tiles left, q7 one
 * word in front of the outputs. P0 keeps the positions that are stored.
 */
const prologue = [
  'push {r4-r11, lr}',
  'vpush {d8-d15}',
  `sub sp, #${FRAME.bytes}`,
  `str r0, [sp, #${FRAME.job}]`,
  `ldr r2, [r0, #${JOB.pitch}]`,
  `ldr r3, [r0, #${JOB.y}]`,
  'sub r3, #4',
  'mov r4, #0',
  'vidup.u32 q0, r4, #1',
  'vmul.i32 q0, q0, r2',
  'vadd.i32 q0, q0, r3',
  `vstrw.32 q0, [sp, #${FRAME.addresses}]`,
] as const;

const startBlock = [
  `ldr r0, [sp, #${FRAME.job}]`,
  `ldr r2, [r0, #${JOB.positions}]`,
  'vctp.32 r2',
  `ldrd r1, r9, [r0, #${JOB.x}]`,
  `ldrd r3, r7, [r0, #${JOB.weights}]`,
  `ldr r11, [r0, #${JOB.quads}]`,
  `ldr r5, [r0, #${JOB.iterations}]`,
  `strd r1, r5, [sp, #${FRAME.start}]`,
  `vldrw.32 q7, [sp, #${FRAME.addresses}]`,
] as const;

const endBlock = [
  `ldr r0, [sp, #${FRAME.job}]`,
  `vldrw.32 q0, [sp, #${FRAME.addresses}]`,
  `ldr r2, [r0, #${JOB.pitch}]`,
  'lsl r2, #2',
  'vadd.i32 q0, q0, r2',
  `vstrw.32 q0, [sp, #${FRAME.addresses}]`,
  `ldr r2, [r0, #${JOB.step}]`,
  `ldr r1, [r0, #${JOB.x}]`,
  'add r1, r2',
  `str r1, [r0, #${JOB.x}]`,
  `ldr r2, [r0, #${JOB.positions}]`,
  `subs r2, #${POSITIONS}`,
  `str r2, [r0, #${JOB.positions}]`,
  'bgt 4b',
] as const;

const epilogue = [`add sp, #${FRAME.bytes}`, 'vpop {d8-d15}', 'pop {r4-r11, pc}'] as const;

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

function loadAt(input: TileInput, offset: number): string {
  const type = input.kind === 'stream' || input.words ? 'vldrw.32' : 'vldrb.8';
  return `${type} ${ACTIVATION}, [r1, #${offset}]`;
}

function unrolledSums({ passes, iterations, input }: TileShape): readonly string[] {
  const lines: string[] = [];
  let vector = 0;
  const rows = input.kind === 'direct' ? input.rows : 1;
  for (let row = 0; row < rows; row += 1) {
    if (row > 0) lines.push('add r1, r9');
    for (let i = 0; i < iterations; i += 1) {
      for (const { taps, first } of passes) {
        const base = vector;
        const at = (j: number): number =>
          input.kind === 'direct' ? i * VECTOR + first + j * input.step : (base + j) * VECTOR;
        lines.push(...pass(taps, lines.length === 0, (j) => loadAt(input, at(j))));
        vector += passVectors(taps);
      }
    }
  }
  return [
    ...lines,
    ...(rows > 1 ? [`ldr r1, [sp, #${FRAME.start}]`] : []),
    ...collect,
    'ldm r7!, {r0, r2}',
    'vadd.i32 q0, q0, r0',
    'vadd.i32 q1, q1, r2',
  ];
}

function loopedSums({ passes, input }: TileShape): readonly string[] {
  const lines = [
    'ldm r7!, {r0, r2}',
    ...ACCUMULATORS[0].slice(1).map((register) => `mov ${register}, r0`),
    ...ACCUMULATORS[1].slice(1).map((register) => `mov ${register}, r2`),
    '2:',
  ];
  const rows = input.kind === 'direct' ? input.rows : 1;
  for (let row = 0; row < rows; row += 1) {
    if (row > 0) lines.push('add r1, r9');
    for (const { taps, first } of passes) {
      const load = (j: number): string =>
        input.kind === 'direct'
          ? loadAt(input, first + j * input.step)
          : `vldrb.8 ${ACTIVATION}, [r1], #16`;
      lines.push(...pass(taps, false, load));
    }
  }
  return [
    ...lines,
    ...backwards(rows - 1),
    ...(input.kind === 'direct' ? [`add r1, #${VECTOR}`] : []),
    'subs r5, #1',
    'bne 2b',
    `ldrd r1, r5, [sp, #${FRAME.start}]`,
    ...collect,
  ];
}

/** r1 back by so many kernel rows. */
function backwards(rows: number): readonly string[] {
  const powers = Array.from({ length: 8 }, (_, bit) => bit).filter((bit) => rows & (1 << bit));
  return powers.map((bit) => `sub r1, r1, r9, lsl #${bit}`);
}

/** Sums into vectors, a position in each lane: one vector a channel. The first register goes to the lane named second. */
export const collect = [
  'vmov q0[2], q0[0], r0, r8',
  'vmov q0[3], q0[1], r4, r12',
  'vmov q1[2], q1[0], r2, r10',
  'vmov q1[3], q1[1], r6, lr',
] as const;

/** Sums of two channels, in q0 and q1, to int16 in the halves of each word of a register. */
function product({ highWord, leftShifts }: TileRounding, to: 'q0' | 'q5'): readonly string[] {
  // The doubled high word without rounding, then a rounding shift: together one rounding, for floor(floor(a/b)/c) is
  // floor(a/bc).
  const multiply = ['vqdmulh.s32 q0, q0, r4', 'vqdmulh.s32 q1, q1, r6'];
  if (highWord) {
    return [
      'ldm r7!, {r4, r6}',
      ...multiply,
      `vqrshrnb.s32 ${to}, q0, #1`,
      `vqrshrnt.s32 ${to}, q1, #1`,
    ];
  }
  return [
    `ldm r7!, {r4, r6, r8, r10${leftShifts ? ', r12, lr' : ''}}`,
    ...(leftShifts ? ['vshl.s32 q0, r12', 'vshl.s32 q1, lr'] : []),
    ...multiply,
    'vrshl.s32 q0, r8',
    'vrshl.s32 q1, r10',
    `vqmovnb.s32 ${to}, q0`,
    `vqmovnt.s32 ${to}, q1`,
  ];
}

/** A value of −256 … 255 into a register. */
function constant(register: string, value: number): string {
  return value < 0 ? `mvn ${register}, #${~value}` : `mov ${register}, #${value}`;
}

/** Channels 0 and 2 of each position are in q5, 1 and 3 in q0: four neighbouring codes become one word. */
function codes({ offset, clampLow, clampHigh }: TileRounding): readonly string[] {
  const limit = (operation: string, value: number): readonly string[] => [
    `vmov.i8 q0, #${value & 255}`,
    `${operation}.s8 q5, q5, q0`,
  ];
  return [
    ...(offset === 0
      ? []
      : [constant('r0', offset), 'vqadd.s16 q5, q5, r0', 'vqadd.s16 q0, q0, r0']),
    'vqmovnb.s16 q5, q5',
    'vqmovnt.s16 q5, q0',
    ...(clampLow === -128 ? [] : limit('vmax', clampLow)),
    ...(clampHigh === 127 ? [] : limit('vmin', clampHigh)),
    'vpst',
    'vstrwt.32 q5, [q7, #4]!',
  ];
}
