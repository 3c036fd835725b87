/**
 * How a convolution, or its gradient, is computed from a copy of its input: chunk by chunk of output positions, what the
 * chunk reads is copied into scratch (padding filled in, values widened where the core multiplies wider ones), and from
 * there on every output position is a sum over runs of contiguous values, with no border to look at.
 */
import type { ConvGeometry } from '../../operators/conv-geometry.js';

/** A kernel position: row and column of the weights. */
export interface Tap {
  readonly row: number;
  readonly column: number;
}

/** Taps that read one contiguous run of the staged input, in its order. */
export interface Segment {
  /** Elements from the staged position's own first one. */
  readonly offset: number;
  readonly taps: readonly Tap[];
}

/** Output positions that read the same taps: all of a convolution, every stride-th of its gradient. */
export interface Phase {
  /** Its first output position. */
  readonly row: number;
  readonly column: number;
  /** All of one length. */
  readonly segments: readonly Segment[];
}

export interface StagedPlan {
  readonly source: { readonly height: number; readonly width: number; readonly channels: number };
  readonly output: { readonly height: number; readonly width: number; readonly channels: number };
  /** Source position of the first staged value, negative inside the padding. */
  readonly origin: { readonly row: number; readonly column: number };
  /** Source positions from one output position of a phase to the next. */
  readonly step: { readonly row: number; readonly column: number };
  /** Output positions from one of a phase to the next. */
  readonly outputStep: { readonly row: number; readonly column: number };
  /** Output positions of each phase in one chunk. */
  readonly chunk: { readonly rows: number; readonly columns: number };
  readonly staged: { readonly rows: number; readonly columns: number };
  readonly phases: readonly Phase[];
}

/** iso_staged.h keeps the places of so many positions on its stack. */
const MOST_POSITIONS = 64;
/** Values of a chunk: half of a 32 KiB first-level cache when they are widened. */
const MOST_VALUES = 8_192;

/** Taps of one axis and where they read, seen from an output position; ascending. */
interface AxisPhase {
  readonly first: number;
  readonly reads: readonly { readonly tap: number; readonly at: number }[];
}

interface Axis {
  readonly phases: readonly AxisPhase[];
  readonly origin: number;
  readonly step: number;
  readonly outputStep: number;
  /** Source positions that one output position reaches over. */
  readonly reach: number;
  /** Output positions of the first phase, the longest. */
  readonly positions: number;
  readonly contiguous: boolean;
}

function axis(
  direction: 'forward' | 'gradient',
  size: {
    readonly output: number;
    readonly kernel: number;
    readonly stride: number;
    readonly dilation: number;
    readonly pad: number;
  },
): Axis {
  const { output, kernel, stride, dilation, pad } = size;
  const taps = Array.from({ length: kernel }, (_, tap) => tap);
  const outputStep = direction === 'forward' ? 1 : stride;
  const raw = Array.from({ length: Math.min(outputStep, output) }, (_, first) => ({
    first,
    reads:
      direction === 'forward'
        ? taps.map((tap) => ({ tap, at: tap * dilation - pad }))
        : taps
            .map((tap) => ({ tap, at: (first + pad - tap * dilation) / stride }))
            .filter(({ at }) => Number.isInteger(at))
            .reverse(),
  }));
  const all = raw.flatMap(({ reads }) => reads.map(({ at }) => at));
  const origin = all.length === 0 ? 0 : Math.min(...all);
  const phases = raw.map(({ first, reads }) => ({
    first,
    reads: reads.map(({ tap, at }) => ({ tap, at: at - origin })),
  }));
  return {
    phases,
    origin,
    step: direction === 'forward' ? stride : 1,
    outputStep,
    reach: all.length === 0 ? 1 : Math.max(...all) - origin + 1,
    positions: Math.ceil(output / outputStep),
    contiguous: phases.every(({ reads }) =>
      reads.every(({ at }, i) => i === 0 || at === (reads[i - 1]?.at ?? 0) + 1),
    ),
  };
}

/**
 * @param direction forward: the convolution itself; gradient: of its output with respect to its input
 * @param joined taps side by side make one segment; otherwise each is a segment of its own
 */
export function stagedPlan(
  g: ConvGeometry,
  direction: 'forward' | 'gradient',
  joined: boolean,
): StagedPlan {
  const input = { height: g.inputHeight, width: g.inputWidth, channels: g.inputChannels };
  const result = { height: g.outputHeight, width: g.outputWidth, channels: g.outputChannels };
  const [source, output] = direction === 'forward' ? [input, result] : [result, input];
  const rows = axis(direction, {
    output: output.height,
    kernel: g.kernelHeight,
    stride: g.strideHeight,
    dilation: g.dilationHeight,
    pad: g.padTop,
  });
  const columns = axis(direction, {
    output: output.width,
    kernel: g.kernelWidth,
    stride: g.strideWidth,
    dilation: g.dilationWidth,
    pad: g.padLeft,
  });
  const chunk = chunkOf(rows, columns, source.channels);
  const staged = { rows: extent(rows, chunk.rows), columns: extent(columns, chunk.columns) };
  const offset = (row: number, column: number): number =>
    (row * staged.columns + column) * source.channels;
  const phases = rows.phases.flatMap((row) =>
    columns.phases.map((column) => ({
      row: row.first,
      column: column.first,
      segments: row.reads.flatMap((down) => {
        const across = column.reads.map((right) => ({
          offset: offset(down.at, right.at),
          taps: [{ row: down.tap, column: right.tap }],
        }));
        const [first] = across;
        return joined && columns.contiguous && first !== undefined
          ? [{ offset: first.offset, taps: across.flatMap(({ taps }) => taps) }]
          : across;
      }),
    })),
  );
  return {
    source,
    output,
    origin: { row: rows.origin, column: columns.origin },
    step: { row: rows.step, column: columns.step },
    outputStep: { row: rows.outputStep, column: columns.outputStep },
    chunk,
    staged,
    phases,
  };
}

function extent(along: Axis, positions: number): number {
  return (positions - 1) * along.step + along.reach;
}

/** Whole rows where several fit, else a part of one, in equal parts. */
function chunkOf(rows: Axis, columns: Axis, channels: number): StagedPlan['chunk'] {
  const values = (down: number, across: number): number =>
    extent(rows, down) * extent(columns, across) * channels;
  const fits = (down: number, across: number): boolean =>
    down * across <= MOST_POSITIONS && values(down, across) <= MOST_VALUES;
  if (fits(1, columns.positions)) {
    let down = 1;
    while (down < rows.positions && fits(down + 1, columns.positions)) down += 1;
    return { rows: down, columns: columns.positions };
  }
  let parts = 2;
  while (!fits(1, Math.ceil(columns.positions / parts)) && parts < columns.positions) parts += 1;
  const tile = 4 * Math.ceil(columns.positions / parts / 4);
  return { rows: 1, columns: Math.min(columns.positions, MOST_POSITIONS, tile) };
}

/** Share of the multiplications with a value that the geometry knows to be outside: what staging wastes. */
export function paddedShare(plan: StagedPlan, useful: number): number {
  const perPhase = plan.phases.map(
    ({ row, column, segments }) =>
      Math.ceil((plan.output.height - row) / plan.outputStep.row) *
      Math.ceil((plan.output.width - column) / plan.outputStep.column) *
      segments.reduce((sum, { taps }) => sum + taps.length, 0),
  );
  const all = perPhase.reduce((a, b) => a + b, 0) * plan.source.channels * plan.output.channels;
  return all === 0 ? 0 : 1 - useful / all;
}
