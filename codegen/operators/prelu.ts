import { inputName } from '../graph/graph.js';
import { broadcastIndices, broadcastShape } from './broadcast.js';
import type { OperatorRule } from './operator.js';
import { dataOf, requireShape, shapeError, unsupported } from './require.js';

/** ONNX PRelu: x above zero, slope · x below; the constant slope broadcasts to x. */
export const prelu: OperatorRule = {
  operator: 'PRelu',
  infer(node, inputs) {
    const x = requireShape(node, inputs, 0);
    const slope = requireShape(node, inputs, 1);
    if (inputs[1]?.data === undefined) throw unsupported(node, 'its slope is not a constant');
    const shape = broadcastShape(node, x, slope);
    if (shape.length !== x.length || shape.some((size, axis) => size !== x[axis])) {
      throw shapeError(node, `slope [${slope.join(', ')}] for [${x.join(', ')}]`);
    }
    return [{ shape: x, elementType: 'float32' }];
  },
  evaluate(node, inputs) {
    const x = dataOf(node, inputs, 0);
    const slope = dataOf(node, inputs, 1);
    const from = broadcastIndices(slope.shape, x.shape);
    return [
      {
        shape: x.shape,
        data: Float32Array.from(x.data, (v, i) =>
          v < 0 ? v * (slope.data[from[i] ?? 0] ?? 0) : v,
        ),
      },
    ];
  },
  gradient: (node, builder) => [
    [
      0,
      builder.add('PReluGradient', [
        builder.outputGradient,
        inputName(node, 0),
        inputName(node, 1),
      ]),
    ],
  ],
};

/** Inputs (dY, X, slope): dX = dY where X is above zero, else slope · dY. Not an ONNX operator. */
export const preluGradient: OperatorRule = {
  operator: 'PReluGradient',
  infer: (node, inputs) => [{ shape: requireShape(node, inputs, 1), elementType: 'float32' }],
  evaluate(node, inputs) {
    const dy = dataOf(node, inputs, 0);
    const x = dataOf(node, inputs, 1);
    const slope = dataOf(node, inputs, 2);
    const from = broadcastIndices(slope.shape, x.shape);
    return [
      {
        shape: x.shape,
        data: Float32Array.from(
          dy.data,
          (v, i) => v * ((x.data[i] ?? 0) > 0 ? 1 : (slope.data[from[i] ?? 0] ?? 0)),
        ),
      },
    ];
  },
};
