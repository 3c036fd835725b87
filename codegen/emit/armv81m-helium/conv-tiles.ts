/** How a convolution becomes tiles: which passes, which activations they read, which weights, in which order. */
import type { ConvOperation } from '../../integer/conv.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import type { ConvWeights, WeightLayout } from '../backend.js';
import { convRounding } from './rounding.js';
import {
  PAIR,
  passCost,
  passVectors,
  POSITIONS,
  streamBytes,
  TAPS_MOST,
  VECTOR,
  windowsReach,
  type TileShape,
} from './tile-assembly.js';

/** Activations of four positions are gathered first, so that borders cost nothing and the output may lie over the input. */
export type ConvTiles = {
  /** As the tiles see it: a pointwise convolution is one long row. */
  readonly geometry: ConvGeometry;
  readonly shape: TileShape;
  readonly layout: WeightLayout;
  /** Bytes of the gathered activations. */
  readonly gatheredBytes: number;
} & (
  | {
      readonly kind: 'windows';
      /** Bytes of a window, without and with what fills its last vector. */
      readonly windowBytes: number;
      readonly pitch: number;
    }
  | {
      readonly kind: 'rows';
      /** Of each pass, input columns from the first of the block, `strideWidth` apart. */
      readonly columns: readonly { readonly first: number; readonly count: number }[];
      /** Highest of them. */
      readonly reach: number;
    }
);

/** Undefined where the tiles do not fit: groups, int16 answers, factors that need more than int32. */
export function convTiles(op: ConvOperation): ConvTiles | undefined {
  const geometry = flattened(op.geometry);
  const rounding = convRounding(op);
  if (geometry.groups !== 1 || rounding === undefined) return undefined;
  const rows = rowTiles(geometry, rounding);
  const windows = windowTiles(geometry, rounding);
  if (rows === undefined || (windows !== undefined && cost(windows) <= cost(rows))) return windows;
  return rows;
}

function cost({ shape }: ConvTiles): number {
  return shape.iterations * shape.passes.reduce((sum, taps) => sum + passCost(taps), 0);
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

/** The whole window of a position contiguous: nothing is lost where channels do not fill vectors. */
function windowTiles(g: ConvGeometry, rounding: TileShape['rounding']): ConvTiles | undefined {
  const windowBytes = g.kernelHeight * g.kernelWidth * g.inputChannels;
  const vectors = Math.ceil(windowBytes / VECTOR);
  const pitch = vectors * VECTOR;
  if (g.dilationWidth !== 1 || !windowsReach(pitch)) return undefined;
  return {
    kind: 'windows',
    geometry: g,
    shape: { passes: [1], iterations: vectors, input: { kind: 'windows', pitch }, rounding },
    layout: {
      name: `window_pairs`,
      type: 'int8_t',
      pack: (conv) => packPairs(conv, (channel) => windowVectors(conv, channel, vectors)),
    },
    gatheredBytes: POSITIONS * pitch,
    windowBytes,
    pitch,
  };
}

/** Taps of one pass: kernel columns whose inputs lie one output position apart. */
type Pass = readonly number[];

function rowTiles(g: ConvGeometry, rounding: TileShape['rounding']): ConvTiles | undefined {
  const passes = passesOf(g);
  const columns = passes.map((taps) => ({
    first: (taps[0] ?? 0) * g.dilationWidth,
    count: passVectors(taps.length),
  }));
  const reach = Math.max(...columns.map(({ first, count }) => first + (count - 1) * g.strideWidth));
  if (reach > COLUMN_MOST) return undefined;
  const slices = Math.ceil(g.inputChannels / VECTOR);
  const shape: TileShape = {
    passes: passes.map((taps) => taps.length),
    iterations: g.kernelHeight * slices,
    input: { kind: 'stream' },
    rounding,
  };
  return {
    kind: 'rows',
    geometry: g,
    shape,
    layout: {
      name: `pass_pairs`,
      type: 'int8_t',
      pack: (conv) => packPairs(conv, (channel) => rowVectors(conv, channel, passes, slices)),
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
  if (tiles.kind === 'windows') {
    return {
      pairBytes: PAIR * tiles.pitch,
      taps: taps.map((tap) => tap * inputChannels),
      sliceStep: VECTOR,
    };
  }
  const order = passesOf(tiles.geometry).flat();
  const sliceStep = kernelWidth * VECTOR;
  return {
    pairBytes: PAIR * sliceStep * Math.ceil(inputChannels / VECTOR),
    taps: taps.map((tap) => order.indexOf(tap) * VECTOR),
    sliceStep,
  };
}

/** Vectors of both channels of a pair take turns; the partner of a last odd channel is zero. */
function packPairs(
  { geometry }: ConvWeights,
  vectorsOf: (channel: number) => readonly Int8Array[],
): Int8Array {
  const packed: Int8Array[] = [];
  for (let channel = 0; channel < geometry.outputChannels; channel += PAIR) {
    const a = vectorsOf(channel);
    const b = channel + 1 < geometry.outputChannels ? vectorsOf(channel + 1) : undefined;
    a.forEach((vector, i) => packed.push(vector, b?.[i] ?? new Int8Array(VECTOR)));
  }
  return Int8Array.from(packed.flatMap((vector) => [...vector]));
}

function windowVectors(
  { geometry: g, weights }: ConvWeights,
  channel: number,
  vectors: number,
): readonly Int8Array[] {
  const window = g.kernelHeight * g.kernelWidth * g.inputChannels;
  const start = channel * window;
  return Array.from({ length: vectors }, (_, i) => {
    const from = i * VECTOR;
    return vectorOf(weights.subarray(start + from, start + Math.min(window, from + VECTOR)));
  });
}

function rowVectors(
  { geometry: g, weights }: ConvWeights,
  channel: number,
  passes: readonly Pass[],
  slices: number,
): readonly Int8Array[] {
  const vectors: Int8Array[] = [];
  for (let row = 0; row < g.kernelHeight; row += 1) {
    for (let slice = 0; slice < slices; slice += 1) {
      const first = slice * VECTOR;
      const end = Math.min(g.inputChannels, first + VECTOR);
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
