/** How a convolution becomes tiles: which passes, which activations they read, which weights, in which order. */
import type { ConvOperation } from '../../integer/conv.js';
import { integerTensor, widthOf, type IntegerProgram } from '../../integer/program.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import type { ConvWeights, WeightLayout } from '../backend.js';
import { passVectors, POSITIONS, TAPS_MOST, VECTOR } from './pass-assembly.js';
import { convRounding, sumRounding } from './rounding.js';
import { reaches, streamBytes, sumsCost, tileChannels, type TileShape } from './tile-assembly.js';
import type { TileOutput, TileRounding } from './tile-rounding.js';

export type ConvTiles = {
  /** As the tiles see it: a pointwise convolution is one long row. */
  readonly geometry: ConvGeometry;
  readonly shape: TileShape;
  readonly layout: WeightLayout;
  /** Bytes of the activations that are gathered for four positions. */
  readonly gatheredBytes: number;
} & (
  | {
      /** Read where they lie; what four positions read is gathered where it leaves the input. */
      readonly kind: 'direct';
      /** Input columns of four positions. */
      readonly columns: number;
      /** What the last vector of a row reads behind it, where weights are zero. */
      readonly overhang: number;
      /** The taps of a kernel row are one run. */
      readonly runs: boolean;
    }
  | {
      /** Gathered for every four positions. */
      readonly kind: 'rows';
      /** Of each pass, input columns from the first of the block, `strideWidth` apart. */
      readonly columns: readonly { readonly first: number; readonly count: number }[];
      /** Highest of them. */
      readonly reach: number;
    }
);

/** Instructions for each vector that is gathered. */
const GATHER_COST = 5;

/** Bytes of one code. */
export const CODE_BYTES = { int8: 1, int16: 2 } as const;

/** The types at both ends of a convolution, and how its sums become codes. */
interface TileEnds {
  readonly input: 'int8' | 'int16';
  readonly output: TileOutput;
  readonly rounding: TileRounding;
}

/** Undefined where the tiles do not fit: groups, factors that need more than int32, int16 codes with offsets. */
export function convTiles(op: ConvOperation, program: IntegerProgram): ConvTiles | undefined {
  const geometry = flattened(op.geometry);
  const ends = endsOf(op, program);
  if (geometry.groups !== 1 || ends === undefined) return undefined;
  const choices = [
    directTiles(geometry, ends, false),
    directTiles(geometry, ends, true),
    ends.input === 'int8' ? rowTiles(geometry, ends) : undefined,
  ].filter((tiles) => tiles !== undefined);
  return choices.sort((a, b) => cost(a) - cost(b))[0];
}

function endsOf(op: ConvOperation, program: IntegerProgram): TileEnds | undefined {
  const input = widthOf(integerTensor(program, op.input));
  const output = widthOf(integerTensor(program, op.output));
  const rounding = output === 'int8' ? convRounding(op) : sumRounding(op);
  if (rounding === undefined) return undefined;
  // Taps beyond the borders read bytes of one value; the offset is added to what fits int16 already.
  if (input === 'int16' && op.inputZeroPoint !== 0) return undefined;
  if (output === 'int16' && rounding.offset !== 0) return undefined;
  return { input, output, rounding };
}

/** Instructions of four positions and a channel pair. */
function cost({ kind, shape, geometry }: ConvTiles): number {
  const pairs = tileChannels(geometry.outputChannels).length / 2;
  const gathered = kind === 'rows' ? streamBytes(shape) / VECTOR : 0;
  return sumsCost(shape) + (GATHER_COST * gathered) / pairs;
}

/** A kernel of one tap in steps of one does not know rows. */
export function flattened(g: ConvGeometry): ConvGeometry {
  const pointwise =
    g.kernelHeight * g.kernelWidth * g.strideHeight * g.strideWidth === 1 &&
    g.inputHeight === g.outputHeight &&
    g.inputWidth === g.outputWidth;
  if (!pointwise) return g;
  const width = g.inputHeight * g.inputWidth;
  return { ...g, inputHeight: 1, outputHeight: 1, inputWidth: width, outputWidth: width };
}

/** @param runs the taps of a kernel row are one run of channels: nothing is lost where channels do not fill vectors */
function directTiles(
  g: ConvGeometry,
  { input, output, rounding }: TileEnds,
  runs: boolean,
): ConvTiles | undefined {
  if (runs && g.dilationWidth !== 1) return undefined;
  const passes = runs ? [[0]] : passesOf(g);
  const channels = runs ? g.kernelWidth * g.inputChannels : g.inputChannels;
  const iterations = Math.ceil(channels / VECTOR);
  const positionBytes = CODE_BYTES[input] * g.inputChannels;
  const shape: TileShape = {
    passes: passes.map((taps) => ({
      taps: taps.length,
      first: (taps[0] ?? 0) * g.dilationWidth * positionBytes,
    })),
    iterations,
    input: {
      kind: 'direct',
      step: g.strideWidth * positionBytes,
      rows: g.kernelHeight,
      words: positionBytes % 4 === 0,
      type: input,
    },
    output,
    rounding,
  };
  if (!reaches(shape)) return undefined;
  const columns = (POSITIONS - 1) * g.strideWidth + (g.kernelWidth - 1) * g.dilationWidth + 1;
  const overhang = CODE_BYTES[input] * (iterations * VECTOR - channels);
  return {
    kind: 'direct',
    geometry: g,
    shape,
    layout: {
      name: runs ? 'run_pairs' : 'pass_pairs',
      type: 'int8_t',
      pack: (conv) =>
        packPairs(conv, (channel) =>
          runs ? runVectors(conv, channel, iterations) : passVectorsOf(conv, channel, passes),
        ),
    },
    gatheredBytes: g.kernelHeight * columns * positionBytes + overhang,
    columns,
    overhang,
    runs,
  };
}

/** Taps of one pass: kernel columns whose inputs lie one output position apart. */
type Pass = readonly number[];

function rowTiles(g: ConvGeometry, { output, rounding }: TileEnds): ConvTiles | undefined {
  const passes = passesOf(g);
  const columns = passes.map((taps) => ({
    first: (taps[0] ?? 0) * g.dilationWidth,
    count: passVectors(taps.length),
  }));
  const reach = Math.max(...columns.map(({ first, count }) => first + (count - 1) * g.strideWidth));
  if (reach > COLUMN_MOST) return undefined;
  const slices = Math.ceil(g.inputChannels / VECTOR);
  const shape: TileShape = {
    passes: passes.map((taps) => ({ taps: taps.length, first: 0 })),
    iterations: slices * g.kernelHeight,
    input: { kind: 'stream' },
    output,
    rounding,
  };
  return {
    kind: 'rows',
    geometry: g,
    shape,
    layout: {
      name: `pass_pairs`,
      type: 'int8_t',
      pack: (conv) => packPairs(conv, (channel) => passVectorsOf(conv, channel, passes)),
    },
    gatheredBytes: streamBytes(shape),
    columns,
    reach,
  };
}

/** Columns are bytes in the emitted table. */
const COLUMN_MOST = 255;

/** Passes of one kernel row, in the order of their weights. */
function passesOf(g: ConvGeometry): readonly Pass[] {
  const step = g.strideWidth / g.dilationWidth;
  if (!Number.isInteger(step)) return Array.from({ length: g.kernelWidth }, (_, tap) => [tap]);
  const passes: Pass[] = [];
  for (let phase = 0; phase < Math.min(step, g.kernelWidth); phase += 1) {
    const taps: number[] = [];
    for (let tap = phase; tap < g.kernelWidth; tap += step) taps.push(tap);
    for (let i = 0; i < taps.length; i += TAPS_MOST) passes.push(taps.slice(i, i + TAPS_MOST));
  }
  return passes;
}

/** Where weights lie in a table of channel pairs, for a kernel of one row: what reads them in another order needs it. */
export interface PairAddresses {
  readonly pairBytes: number;
  /**
   * Index of a tap's weight of the first input channel among those of one output channel; that of channel c lies
   * floor(c / 16) · sliceStep + c mod 16 behind it.
   */
  readonly taps: readonly number[];
  readonly sliceStep: number;
}

export function pairAddresses(tiles: ConvTiles): PairAddresses {
  const { inputChannels, kernelWidth } = tiles.geometry;
  const taps = Array.from({ length: kernelWidth }, (_, tap) => tap);
  if (tiles.kind === 'direct' && tiles.runs) {
    return {
      pairBytes: 2 * VECTOR * tiles.shape.iterations,
      taps: taps.map((tap) => tap * inputChannels),
      sliceStep: VECTOR,
    };
  }
  const order = passesOf(tiles.geometry).flat();
  const sliceStep = kernelWidth * VECTOR;
  return {
    pairBytes: 2 * sliceStep * Math.ceil(inputChannels / VECTOR),
    taps: taps.map((tap) => order.indexOf(tap) * VECTOR),
    sliceStep,
  };
}

/** Vectors of both channels of a pair take turns; those of channels beyond the last are zero. */
function packPairs(
  { geometry }: ConvWeights,
  vectorsOf: (channel: number) => readonly Int8Array[],
): Int8Array {
  const order = tileChannels(geometry.outputChannels);
  const vectors = order.map((channel) =>
    channel < geometry.outputChannels ? vectorsOf(channel) : [],
  );
  const packed: Int8Array[] = [];
  for (let pair = 0; pair < order.length; pair += 2) {
    const [a = [], b = []] = vectors.slice(pair, pair + 2);
    const zero = new Int8Array(VECTOR);
    (vectors[0] ?? []).forEach((_, i) => packed.push(a[i] ?? zero, b[i] ?? zero));
  }
  return Int8Array.from(packed.flatMap((vector) => [...vector]));
}

/** Of each 16 bytes of a kernel row, the rows. */
function runVectors(
  { geometry: g, weights }: ConvWeights,
  channel: number,
  iterations: number,
): readonly Int8Array[] {
  const run = g.kernelWidth * g.inputChannels;
  const vectors: Int8Array[] = [];
  for (let from = 0; from < iterations * VECTOR; from += VECTOR) {
    for (let row = 0; row < g.kernelHeight; row += 1) {
      const start = (channel * g.kernelHeight + row) * run;
      vectors.push(vectorOf(weights.subarray(start + from, start + Math.min(run, from + VECTOR))));
    }
  }
  return vectors;
}

/** Of each 16 input channels, the rows; of each row, the taps of the passes. */
function passVectorsOf(
  { geometry: g, weights }: ConvWeights,
  channel: number,
  passes: readonly Pass[],
): readonly Int8Array[] {
  const vectors: Int8Array[] = [];
  for (let first = 0; first < g.inputChannels; first += VECTOR) {
    const end = Math.min(g.inputChannels, first + VECTOR);
    for (let row = 0; row < g.kernelHeight; row += 1) {
      for (const tap of passes.flat()) {
        const at = ((channel * g.kernelHeight + row) * g.kernelWidth + tap) * g.inputChannels;
        vectors.push(vectorOf(weights.subarray(at + first, at + end)));
      }
    }
  }
  return vectors;
}

function vectorOf(values: Int8Array): Int8Array {
  const vector = new Int8Array(VECTOR);
  vector.set(values);
  return vector;
}
