import type { GraphNode, Shape } from '../graph/graph.js';
import { intAttribute, intsAttribute } from '../graph/graph.js';
import { positiveAttribute, resolvePads, type ConvGeometry } from './conv-geometry.js';
import { shapeError } from './require.js';

/** A pooling window moved over each channel by itself, seen as 2-D. Sizes in elements. */
export interface PoolGeometry extends ConvGeometry {
  readonly padBottom: number;
  readonly padRight: number;
}

/** A window beyond this is a damaged attribute: a signal of a microcontroller is shorter. */
const MOST_TAPS = 1 << 15;

/**
 * Reads kernel, strides, dilations, padding and rounding (ceil_mode) of a MaxPool or AveragePool node.
 * @param x shape [1, C, L] or [1, C, H, W]
 * @throws IsochroneError MODEL_BAD_SHAPE, MODEL_BAD_ATTRIBUTE
 */
export function poolGeometry(node: GraphNode, x: Shape): PoolGeometry {
  const rank = x.length - 2;
  if (rank !== 1 && rank !== 2) {
    throw shapeError(node, `only 1-D and 2-D pooling: input [${x.join(', ')}]`);
  }
  const [, channels = 0, ...spatial] = x;
  const kernel = intsAttribute(node, 'kernel_shape', []);
  if (
    kernel.length !== rank ||
    kernel.some((size) => size < 1) ||
    !(kernel.reduce((a, b) => a * b, 1) <= MOST_TAPS)
  ) {
    throw shapeError(node, `kernel_shape [${kernel.join(', ')}] for input [${x.join(', ')}]`);
  }
  const strides = positiveAttribute(node, 'strides', rank, 1);
  const dilations = positiveAttribute(node, 'dilations', rank, 1);
  const pads = resolvePads(node, spatial, kernel, strides, dilations);
  const roundUp = intAttribute(node, 'ceil_mode', 0) !== 0;
  const output = spatial.map((size, i) => {
    const [stride, dilation] = [strides[i] ?? 1, dilations[i] ?? 1];
    const [begin, end] = [pads[i] ?? 0, pads[i + rank] ?? 0];
    const room = size + begin + end - (((kernel[i] ?? 1) - 1) * dilation + 1);
    if (room < 0) throw shapeError(node, `the kernel is larger than its padded input`);
    const steps = roundUp ? Math.ceil(room / stride) : Math.floor(room / stride);
    // Rounded up, a last window that would start behind the input is left out (as in torch and onnxruntime).
    const count = steps * stride >= size + begin ? steps : steps + 1;
    for (let o = 0; o < count; o += 1) {
      let first = o * stride - begin;
      if (first < 0) first += Math.ceil(-first / dilation) * dilation;
      const last = o * stride - begin + ((kernel[i] ?? 1) - 1) * dilation;
      if (first >= size || first > last) throw shapeError(node, 'a window holds only padding');
    }
    return count;
  });
  const at = (values: readonly number[], axis: 0 | 1, absent: number): number =>
    rank === 2 ? (values[axis] ?? absent) : axis === 1 ? (values[0] ?? absent) : absent;
  return {
    inputChannels: channels,
    inputHeight: at(spatial, 0, 1),
    inputWidth: at(spatial, 1, 1),
    outputChannels: channels,
    outputHeight: at(output, 0, 1),
    outputWidth: at(output, 1, 1),
    kernelHeight: at(kernel, 0, 1),
    kernelWidth: at(kernel, 1, 1),
    strideHeight: at(strides, 0, 1),
    strideWidth: at(strides, 1, 1),
    dilationHeight: at(dilations, 0, 1),
    dilationWidth: at(dilations, 1, 1),
    padTop: at(pads, 0, 0),
    padLeft: at(pads, 1, 0),
    padBottom: at(pads.slice(rank), 0, 0),
    padRight: at(pads.slice(rank), 1, 0),
    groups: channels,
  };
}

/** The output's shape in ONNX order, of the rank of `x`. */
export function pooledShape(g: PoolGeometry, x: Shape): Shape {
  const spatial = x.length === 3 ? [g.outputWidth] : [g.outputHeight, g.outputWidth];
  return [1, g.outputChannels, ...spatial];
}

/** Rows and columns of the padded input whose taps an average divides by: first, and one past the last. */
export interface CountBounds {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

/** Without `padding` only the input itself counts; rounded up, what lies behind the padding never does. */
export function countBounds(g: PoolGeometry, padding: boolean): CountBounds {
  return padding
    ? {
        rows: [-g.padTop, g.inputHeight + g.padBottom],
        columns: [-g.padLeft, g.inputWidth + g.padRight],
      }
    : { rows: [0, g.inputHeight], columns: [0, g.inputWidth] };
}

/** How many taps of the window at an output position (row-major) average pooling divides by. */
export function windowCount(g: ConvGeometry, output: number, bounds: CountBounds): number {
  const row = Math.floor(output / g.outputWidth) * g.strideHeight - g.padTop;
  const column = (output % g.outputWidth) * g.strideWidth - g.padLeft;
  return (
    countAlong(row, g.kernelHeight, g.dilationHeight, bounds.rows) *
    countAlong(column, g.kernelWidth, g.dilationWidth, bounds.columns)
  );
}

function countAlong(
  start: number,
  kernel: number,
  dilation: number,
  [low, high]: readonly [number, number],
): number {
  let count = 0;
  for (let k = 0; k < kernel; k += 1) {
    const at = start + k * dilation;
    if (at >= low && at < high) count += 1;
  }
  return count;
}

/** Visits the taps of each window that lie inside the input; positions are row-major within one channel. */
export function eachWindow(
  g: ConvGeometry,
  visit: (output: number, inputs: readonly number[], taps: readonly number[]) => void,
): void {
  for (let oh = 0; oh < g.outputHeight; oh += 1) {
    for (let ow = 0; ow < g.outputWidth; ow += 1) {
      const inputs: number[] = [];
      const taps: number[] = [];
      for (let kh = 0; kh < g.kernelHeight; kh += 1) {
        const row = oh * g.strideHeight - g.padTop + kh * g.dilationHeight;
        if (row < 0 || row >= g.inputHeight) continue;
        for (let kw = 0; kw < g.kernelWidth; kw += 1) {
          const column = ow * g.strideWidth - g.padLeft + kw * g.dilationWidth;
          if (column < 0 || column >= g.inputWidth) continue;
          inputs.push(row * g.inputWidth + column);
          taps.push(kh * g.kernelWidth + kw);
        }
      }
      visit(oh * g.outputWidth + ow, inputs, taps);
    }
  }
}
