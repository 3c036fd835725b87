import type { GraphNode } from '../graph/graph.js';
import { inputName } from '../graph/graph.js';
import type { FloatTensor, OperatorRule } from './operator.js';
import { convGeometry, type ConvGeometry } from './conv-geometry.js';
import { dataOf, requireShape, shapeError } from './require.js';

/** ONNX Conv, 1-D and 2-D, any groups. Input [1, C, …], weights [M, C/groups, …], optional bias [M]. */
export const conv: OperatorRule = {
  operator: 'Conv',
  infer(node, inputs) {
    const x = requireShape(node, inputs, 0);
    const w = requireShape(node, inputs, 1);
    const g = convGeometry(node, x, w);
    const bias = inputs[2];
    if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== g.outputChannels)) {
      throw shapeError(node, `bias [${bias.shape.join(', ')}] for ${g.outputChannels} channels`);
    }
    const spatial = x.length === 3 ? [g.outputWidth] : [g.outputHeight, g.outputWidth];
    return [{ shape: [1, g.outputChannels, ...spatial], elementType: 'float32' }];
  },
  evaluate(node, inputs, outputs) {
    const x = dataOf(node, inputs, 0);
    const w = dataOf(node, inputs, 1);
    const g = convGeometry(node, x.shape, w.shape);
    const shape = outputs[0]?.shape ?? [];
    return [{ shape, data: forward(g, x, w, inputs[2]?.data) }];
  },
  gradient(node, builder) {
    const x = inputName(node, 0);
    const gradient = builder.add(
      'ConvInputGradient',
      [builder.outputGradient, inputName(node, 1)],
      { ...node.attributes, input_shape: builder.shapeOf(x) },
    );
    return [[0, gradient]];
  },
};

/**
 * Gradient of a Conv with respect to its input: inputs (dY, W), attributes those of the Conv and `input_shape`.
 * Not an ONNX operator: made by the gradient rule above.
 */
export const convInputGradient: OperatorRule = {
  operator: 'ConvInputGradient',
  infer(node) {
    return [{ shape: inputShape(node), elementType: 'float32' }];
  },
  evaluate(node, inputs) {
    const dy = dataOf(node, inputs, 0);
    const w = dataOf(node, inputs, 1);
    const shape = inputShape(node);
    const g = convGeometry(node, shape, w.shape);
    return [{ shape, data: backward(g, dy, w) }];
  },
};

function inputShape(node: GraphNode): readonly number[] {
  const shape = node.attributes['input_shape'];
  if (!Array.isArray(shape)) throw shapeError(node, 'input_shape is missing');
  return shape as readonly number[];
}

/** How many output channels share one reading of the patches. */
const CHANNELS_AT_ONCE = 4;

/** Taps of one group: input channel, kernel row, kernel column, in the order of the weights. */
function tapCount(g: ConvGeometry): number {
  return (g.inputChannels / g.groups) * g.kernelHeight * g.kernelWidth;
}

/** Visits what one tap of a group reads of each output row: input columns `first × stride + offset`, … for columns [first, end). */
function eachTapRow(
  g: ConvGeometry,
  group: number,
  visit: (
    tap: number,
    outputRow: number,
    inputRow: number,
    offset: number,
    first: number,
    end: number,
  ) => void,
): void {
  const channels = g.inputChannels / g.groups;
  const stride = g.strideWidth;
  let tap = 0;
  for (let c = group * channels; c < (group + 1) * channels; c += 1) {
    for (let kh = 0; kh < g.kernelHeight; kh += 1) {
      for (let kw = 0; kw < g.kernelWidth; kw += 1) {
        const offset = kw * g.dilationWidth - g.padLeft;
        const first = Math.max(0, Math.ceil(-offset / stride));
        const end = Math.min(g.outputWidth, Math.floor((g.inputWidth - 1 - offset) / stride) + 1);
        for (let oh = 0; oh < g.outputHeight; oh += 1) {
          const row = oh * g.strideHeight - g.padTop + kh * g.dilationHeight;
          if (row < 0 || row >= g.inputHeight) continue;
          const inputRow = (c * g.inputHeight + row) * g.inputWidth;
          visit(tap, oh * g.outputWidth, inputRow, offset, first, end);
        }
        tap += 1;
      }
    }
  }
}

/** Products of patches and weights, sums in double; the patches of a group are laid out once, tap after tap, for all its channels. */
function forward(
  g: ConvGeometry,
  x: FloatTensor,
  w: FloatTensor,
  bias: FloatTensor['data'] | undefined,
): Float32Array {
  const plane = g.outputHeight * g.outputWidth;
  const taps = tapCount(g);
  const perGroup = g.outputChannels / g.groups;
  const [input, weights] = [new Float64Array(x.data), new Float64Array(w.data)];
  const patches = new Float64Array(plane * taps);
  const y = new Float64Array(g.outputChannels * plane);
  for (let group = 0; group < g.groups; group += 1) {
    patches.fill(0);
    eachTapRow(g, group, (tap, outputRow, inputRow, offset, first, end) => {
      for (let column = first; column < end; column += 1) {
        patches[(outputRow + column) * taps + tap] =
          input[inputRow + column * g.strideWidth + offset] ?? 0;
      }
    });
    for (let m = group * perGroup; m < (group + 1) * perGroup; m += CHANNELS_AT_ONCE) {
      const count = Math.min(CHANNELS_AT_ONCE, (group + 1) * perGroup - m);
      multiplyPatches({ patches, weights, bias, y }, { plane, taps, m, count });
    }
  }
  return new Float32Array(y);
}

function multiplyPatches(
  {
    patches,
    weights,
    bias,
    y,
  }: {
    readonly patches: Float64Array;
    readonly weights: Float64Array;
    readonly bias: FloatTensor['data'] | undefined;
    readonly y: Float64Array;
  },
  {
    plane,
    taps,
    m,
    count,
  }: {
    readonly plane: number;
    readonly taps: number;
    readonly m: number;
    readonly count: number;
  },
): void {
  const start = (channel: number): number => (channel < count ? (bias?.[m + channel] ?? 0) : 0);
  const [b0, b1, b2, b3] = [start(0), start(1), start(2), start(3)];
  // Channels beyond the last repeat it; what they give is not kept.
  const row = (channel: number): number => (m + Math.min(channel, count - 1)) * taps;
  const [w0, w1, w2, w3] = [row(0), row(1), row(2), row(3)];
  for (let position = 0; position < plane; position += 1) {
    const at = position * taps;
    let [s0, s1, s2, s3] = [b0, b1, b2, b3];
    for (let k = 0; k < taps; k += 1) {
      const value = patches[at + k] as number;
      s0 += value * (weights[w0 + k] as number);
      s1 += value * (weights[w1 + k] as number);
      s2 += value * (weights[w2 + k] as number);
      s3 += value * (weights[w3 + k] as number);
    }
    y[m * plane + position] = s0;
    if (count > 1) y[(m + 1) * plane + position] = s1;
    if (count > 2) y[(m + 2) * plane + position] = s2;
    if (count > 3) y[(m + 3) * plane + position] = s3;
  }
}

/** Transposed: each output's gradient spread over its patch, then the patches added where they came from. */
function backward(g: ConvGeometry, dy: FloatTensor, w: FloatTensor): Float32Array {
  const plane = g.outputHeight * g.outputWidth;
  const taps = tapCount(g);
  const perGroup = g.outputChannels / g.groups;
  const [output, weights] = [new Float64Array(dy.data), new Float64Array(w.data)];
  const patches = new Float64Array(plane * taps);
  const dx = new Float64Array(g.inputChannels * g.inputHeight * g.inputWidth);
  for (let group = 0; group < g.groups; group += 1) {
    patches.fill(0);
    for (let m = group * perGroup; m < (group + 1) * perGroup; m += 1) {
      for (let position = 0; position < plane; position += 1) {
        const value = output[m * plane + position] as number;
        // Most of a gradient behind a ReLU is zero.
        if (value === 0) continue;
        const [at, row] = [position * taps, m * taps];
        for (let k = 0; k < taps; k += 1) {
          patches[at + k] = (patches[at + k] as number) + value * (weights[row + k] as number);
        }
      }
    }
    eachTapRow(g, group, (tap, outputRow, inputRow, offset, first, end) => {
      for (let column = first; column < end; column += 1) {
        const to = inputRow + column * g.strideWidth + offset;
        dx[to] = (dx[to] as number) + (patches[(outputRow + column) * taps + tap] as number);
      }
    });
  }
  return new Float32Array(dx);
}
