/**
 * The inner function of a convolution, in assembly: 4 output channels × 4 output positions, over and over, as two pairs of
 * channels. gcc 12 needs nearly twice the instructions for the same body: it keeps lr for its own loops and spills
 * accumulators. Weights lie by 16 input channels; int16 activations read them in two halves.
 */
import {
  ACTIVATION,
  ACCUMULATORS,
  collect,
  INT8,
  pass,
  passCost,
  passVectors,
  POSITIONS,
  TAPS_MOST,
  VECTOR,
  type PassElements,
  type TileRoutine,
} from './pass-assembly.js';
import {
  codes,
  product,
  roundingName,
  type TileOutput,
  type TileRounding,
} from './tile-rounding.js';

/** Output channels of one tile. */
export const CHANNELS = 4;

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
      readonly type: 'int8' | 'int16';
    };

export interface TileShape {
  /** Passes of one iteration; of a direct input, of one kernel row in it. */
  readonly passes: readonly TilePass[];
  readonly iterations: number;
  readonly input: TileInput;
  readonly output: TileOutput;
  readonly rounding: TileRounding;
}

/** What a tile sums, whatever becomes of it. */
type TileSums = Omit<TileShape, 'rounding' | 'output'>;

/** Longest unrolled sums of a pair, in vector instructions: beyond it the loop's instructions weigh little. */
const UNROLLED_MOST = 120;
/** Reach of immediate offsets, of whole words and of bytes. */
const WORDS_REACH = 508;
const BYTES_REACH = 127;
/** Of whole words, when r1 points as far behind the start as offsets reach back. */
const CENTRED_REACH = 2 * WORDS_REACH;
/**
 * Output channels in the order of the tiles' tables: of each four the pairs 0, 2 and 1, 3, so that their codes meet in one
 * word. Whole fours: the last may name channels that there are not.
 */
export function tileChannels(channels: number): readonly number[] {
  return Array.from({ length: Math.ceil(channels / CHANNELS) }, (_, quad) =>
    [0, 2, 1, 3].map((channel) => CHANNELS * quad + channel),
  ).flat();
}

/** Vectors of 16 input channels. */
function halvesOf(input: TileInput): 1 | 2 {
  return input.kind === 'direct' && input.type === 'int16' ? 2 : 1;
}

/** Vector instructions of a pair's sums. */
export function sumsCost({ passes, iterations, input }: TileSums): number {
  const rows = input.kind === 'direct' ? input.rows : 1;
  return (
    halvesOf(input) * iterations * rows * passes.reduce((sum, { taps }) => sum + passCost(taps), 0)
  );
}

/** Activation bytes that one tile reads from a stream. */
export function streamBytes({ passes, iterations }: TileSums): number {
  return iterations * VECTOR * passes.reduce((sum, { taps }) => sum + passVectors(taps), 0);
}

/** Of a direct input, the furthest that a load lies from the start of an iteration. */
function furthest(passes: readonly TilePass[], input: TileInput & { kind: 'direct' }): number {
  const last = (halvesOf(input) - 1) * VECTOR;
  return last + Math.max(...passes.map((p) => p.first + (passVectors(p.taps) - 1) * input.step));
}

function reachOf({ words }: TileInput & { kind: 'direct' }): number {
  return words ? CENTRED_REACH : BYTES_REACH;
}

function unrolledReach({ passes, iterations, input }: TileSums): number {
  if (input.kind === 'stream') return 0;
  return furthest(passes, input) + (iterations - 1) * halvesOf(input) * VECTOR;
}

function isUnrolled(shape: TileSums): boolean {
  const { input, iterations } = shape;
  if (iterations > 1 && sumsCost(shape) > UNROLLED_MOST) return false;
  if (input.kind === 'stream') return streamBytes(shape) <= WORDS_REACH + VECTOR;
  // Weights lie in one order, loop or not: with several rows of several vectors it is the loop's.
  if (input.rows > 1 && iterations > 1) return false;
  return unrolledReach(shape) <= reachOf(input);
}

/** Whether the immediate offsets of a direct input's loads reach all of them. */
export function reaches(shape: TileSums): boolean {
  const { input, passes } = shape;
  return input.kind === 'stream' || isUnrolled(shape) || furthest(passes, input) <= reachOf(input);
}

/** Bytes by which r1 lies behind the start, so that offsets reach what lies furthest. */
function centre(shape: TileSums): number {
  const { input, passes } = shape;
  if (input.kind === 'stream' || !input.words) return 0;
  const last = isUnrolled(shape) ? unrolledReach(shape) : furthest(passes, input);
  return last <= WORDS_REACH ? 0 : WORDS_REACH;
}

export function tileRoutine(shape: TileShape): TileRoutine {
  const unrolled = isUnrolled(shape);
  const { input, passes, iterations } = shape;
  const taps = passes.map((pass) => pass.taps);
  const name = [
    'iso_tiles',
    ...(input.kind === 'stream'
      ? [taps.join('')]
      : [
          `${input.type}_${input.words ? 'words' : 'bytes'}${input.step}`,
          ...passes.map((pass) => `${pass.taps}at${pass.first}`),
          ...(input.rows === 1 ? [] : [`rows${input.rows}`]),
        ]),
    ...(unrolled ? [`x${iterations}`] : []),
    ...roundingName(shape.rounding, shape.output),
  ].join('_');
  const sums = unrolled ? unrolledSums(shape) : loopedSums(shape);
  // The first pair's codes wait in a register where the second pair's weights leave one.
  const parked = Math.max(...taps) < TAPS_MOST;
  const body = [
    ...prologue,
    '4:',
    ...startBlock(centre(shape)),
    '1:',
    ...sums,
    ...product(shape.rounding, 'q5'),
    ...(parked ? [] : [`vstrw.32 q5, [sp, #${FRAME.spill}]`]),
    ...sums,
    ...product(shape.rounding, 'q0'),
    ...(parked ? [] : [`vldrw.32 q5, [sp, #${FRAME.spill}]`]),
    ...codes(shape.rounding, shape.output),
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

const startBlock = (centred: number): readonly string[] => [
  `ldr r0, [sp, #${FRAME.job}]`,
  `ldr r2, [r0, #${JOB.positions}]`,
  'vctp.32 r2',
  `ldrd r1, r9, [r0, #${JOB.x}]`,
  ...(centred === 0 ? [] : [`add r1, #${centred}`]),
  `ldrd r3, r7, [r0, #${JOB.weights}]`,
  `ldr r11, [r0, #${JOB.quads}]`,
  `ldr r5, [r0, #${JOB.iterations}]`,
  `strd r1, r5, [sp, #${FRAME.start}]`,
  `vldrw.32 q7, [sp, #${FRAME.addresses}]`,
];

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

function loadAt(input: TileInput, offset: number): string {
  const type = input.kind === 'stream' || input.words ? 'vldrw.32' : 'vldrb.8';
  return `${type} ${ACTIVATION}, [r1, #${offset}]`;
}

/** Half the weights of 16 input channels, widened; the next pass's follow those of the second half. */
function halfWeights(half: number): PassElements {
  return {
    type: 's16',
    loadWeights: (register, channel, tap) =>
      `vldrb.s16 ${register}, [r3, #${VECTOR * (2 * tap + channel) + (VECTOR / 2) * half}]`,
  };
}

/** A pass on 16 input channels of a direct input, whose first vector lies at `base`. */
function directPass(
  { taps }: TilePass,
  first: boolean,
  input: TileInput & { kind: 'direct' },
  base: number,
): readonly string[] {
  const load = (half: number) => (j: number) =>
    loadAt(input, base + j * input.step + half * VECTOR);
  if (input.type === 'int8') return pass(taps, first, load(0), INT8);
  return [
    ...pass(taps, first, load(0), halfWeights(0)),
    ...pass(taps, false, load(1), halfWeights(1)),
    `add r3, #${2 * VECTOR * taps}`,
  ];
}

function unrolledSums(shape: TileShape): readonly string[] {
  const { passes, iterations, input } = shape;
  const lines: string[] = [];
  const bytes = halvesOf(input) * VECTOR;
  let vector = 0;
  const rows = input.kind === 'direct' ? input.rows : 1;
  for (let row = 0; row < rows; row += 1) {
    if (row > 0) lines.push('add r1, r9');
    for (let i = 0; i < iterations; i += 1) {
      for (const each of passes) {
        const first = lines.length === 0;
        const base = vector;
        lines.push(
          ...(input.kind === 'direct'
            ? directPass(each, first, input, i * bytes + each.first - centre(shape))
            : pass(each.taps, first, (j) => loadAt(input, (base + j) * VECTOR), INT8)),
        );
        vector += passVectors(each.taps);
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

function loopedSums(shape: TileShape): readonly string[] {
  const { passes, input } = shape;
  const lines = [
    'ldm r7!, {r0, r2}',
    ...ACCUMULATORS[0].slice(1).map((register) => `mov ${register}, r0`),
    ...ACCUMULATORS[1].slice(1).map((register) => `mov ${register}, r2`),
    '2:',
  ];
  const rows = input.kind === 'direct' ? input.rows : 1;
  for (let row = 0; row < rows; row += 1) {
    if (row > 0) lines.push('add r1, r9');
    for (const each of passes) {
      lines.push(
        ...(input.kind === 'direct'
          ? directPass(each, false, input, each.first - centre(shape))
          : pass(each.taps, false, () => `vldrb.8 ${ACTIVATION}, [r1], #${VECTOR}`, INT8)),
      );
    }
  }
  return [
    ...lines,
    ...backwards(rows - 1),
    ...(input.kind === 'direct' ? [`add r1, #${halvesOf(input) * VECTOR}`] : []),
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
