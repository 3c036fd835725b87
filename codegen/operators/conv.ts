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

/** First and one-past-last output column that tap `offset` (in input columns) reaches inside the input. */
function columnRange(
  offset: number,
  stride: number,
  inputs: number,
  outputs: number,
): [number, number] {
  const first = Math.max(0, Math.ceil(-offset / stride));
  const end = Math.min(outputs, Math.floor((inputs - 1 - offset) / stride) + 1);
  return [first, Math.max(first, end)];
}

/** Visits every (output channel, input channel, tap, row) once; columns are the innermost loop of the caller. */
function eachTap(
  g: ConvGeometry,
  visit: (tap: {
    readonly outputRow: number;
    readonly inputRow: number;
    readonly columnOffset: number;
    readonly weightIndex: number;
  }) => void,
): void {
  const perGroupIn = g.inputChannels / g.groups;
  const perGroupOut = g.outputChannels / g.groups;
  for (let m = 0; m < g.outputChannels; m += 1) {
    const group = Math.floor(m / perGroupOut);
    for (let c = 0; c < perGroupIn; c += 1) {
      const channel = group * perGroupIn + c;
      for (let kh = 0; kh < g.kernelHeight; kh += 1) {
        for (let oh = 0; oh < g.outputHeight; oh += 1) {
          const row = oh * g.strideHeight - g.padTop + kh * g.dilationHeight;
          if (row < 0 || row >= g.inputHeight) continue;
          for (let kw = 0; kw < g.kernelWidth; kw += 1) {
            visit({
              outputRow: (m * g.outputHeight + oh) * g.outputWidth,
              inputRow: (channel * g.inputHeight + row) * g.inputWidth,
              columnOffset: kw * g.dilationWidth - g.padLeft,
              weightIndex: ((m * perGroupIn + c) * g.kernelHeight + kh) * g.kernelWidth + kw,
            });
          }
        }
      }
    }
  }
}

function forward(
  g: ConvGeometry,
  x: FloatTensor,
  w: FloatTensor,
  bias: FloatTensor['data'] | undefined,
): Float32Array {
  const plane = g.outputHeight * g.outputWidth;
  const y = new Float64Array(g.outputChannels * plane);
  if (bias !== undefined) {
    for (let m = 0; m < g.outputChannels; m += 1) {
      y.fill(bias[m] ?? 0, m * plane, (m + 1) * plane);
    }
  }
  const xData = x.data;
  const stride = g.strideWidth;
  eachTap(g, (tap) => {
    const weight = w.data[tap.weightIndex] ?? 0;
    const [first, end] = columnRange(tap.columnOffset, stride, g.inputWidth, g.outputWidth);
    let from = tap.inputRow + first * stride + tap.columnOffset;
    for (let to = tap.outputRow + first; to < tap.outputRow + end; to += 1) {
      y[to] = (y[to] as number) + weight * (xData[from] as number);
      from += stride;
    }
  });
  return Float32Array.from(y);
}

function backward(g: ConvGeometry, dy: FloatTensor, w: FloatTensor): Float32Array {
  const dx = new Float64Array(g.inputChannels * g.inputHeight * g.inputWidth);
  const dyData = dy.data;
  const stride = g.strideWidth;
  eachTap(g, (tap) => {
    const weight = w.data[tap.weightIndex] ?? 0;
    const [first, end] = columnRange(tap.columnOffset, stride, g.inputWidth, g.outputWidth);
    let to = tap.inputRow + first * stride + tap.columnOffset;
    for (let from = tap.outputRow + first; from < tap.outputRow + end; from += 1) {
      dx[to] = (dx[to] as number) + weight * (dyData[from] as number);
      to += stride;
    }
  });
  return Float32Array.from(dx);
}
