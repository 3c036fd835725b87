import type { GraphNode, Shape } from '../graph/graph.js';
import { intAttribute, outputName, sizeOf } from '../graph/graph.js';
import type { OperatorRule } from './operator.js';
import { dataOf, requireShape, resolveAxes } from './require.js';

/** ONNX Softmax over one axis. At the end of a network it is stripped: the device works on logits. */
export const softmax: OperatorRule = {
  operator: 'Softmax',
  infer: (node, inputs) => [{ shape: requireShape(node, inputs, 0), elementType: 'float32' }],
  evaluate(node, inputs) {
    const x = dataOf(node, inputs, 0);
    const y = new Float32Array(x.data.length);
    eachRow(node, x.shape, (indices) => {
      const values = indices.map((at) => x.data[at] ?? 0);
      const largest = values.reduce((most, value) => Math.max(most, value), -Infinity);
      const powers = values.map((value) => Math.exp(value - largest));
      const sum = powers.reduce((total, power) => total + power, 0);
      indices.forEach((at, i) => {
        y[at] = (powers[i] ?? 0) / sum;
      });
    });
    return [{ shape: x.shape, data: y }];
  },
  gradient: (node, builder) => [
    [
      0,
      builder.add('SoftmaxGradient', [builder.outputGradient, outputName(node)], node.attributes),
    ],
  ],
};

/** Inputs (dY, Y), attributes of the Softmax: dX = Y · (dY − Σ dY · Y). Not an ONNX operator. */
export const softmaxGradient: OperatorRule = {
  operator: 'SoftmaxGradient',
  infer: (node, inputs) => [{ shape: requireShape(node, inputs, 1), elementType: 'float32' }],
  evaluate(node, inputs) {
    const dy = dataOf(node, inputs, 0);
    const y = dataOf(node, inputs, 1);
    const dx = new Float32Array(y.data.length);
    eachRow(node, y.shape, (indices) => {
      const mean = indices.reduce((sum, at) => sum + (dy.data[at] ?? 0) * (y.data[at] ?? 0), 0);
      for (const at of indices) dx[at] = (y.data[at] ?? 0) * ((dy.data[at] ?? 0) - mean);
    });
    return [{ shape: y.shape, data: dx }];
  },
};

/** Calls with the indices of the values along the node's axis, for each place of the other axes. */
function eachRow(node: GraphNode, shape: Shape, visit: (indices: readonly number[]) => void): void {
  const [axis = 0] = resolveAxes(node, [intAttribute(node, 'axis', -1)], shape.length);
  const size = shape[axis] ?? 1;
  const inner = sizeOf(shape.slice(axis + 1));
  for (let row = 0; row < sizeOf(shape) / size; row += 1) {
    const from = Math.floor(row / inner) * size * inner + (row % inner);
    visit(Array.from({ length: size }, (_, i) => from + i * inner));
  }
}
