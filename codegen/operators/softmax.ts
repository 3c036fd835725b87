import { intAttribute, sizeOf } from '../graph/graph.js';
import type { OperatorRule } from './operator.js';
import { dataOf, requireShape, resolveAxes } from './require.js';

/** ONNX Softmax over one axis. At the end of a network it is stripped: the device works on logits. */
export const softmax: OperatorRule = {
  operator: 'Softmax',
  infer: (node, inputs) => [{ shape: requireShape(node, inputs, 0), elementType: 'float32' }],
  evaluate(node, inputs) {
    const x = dataOf(node, inputs, 0);
    const [axis = 0] = resolveAxes(node, [intAttribute(node, 'axis', -1)], x.shape.length);
    const size = x.shape[axis] ?? 1;
    const inner = sizeOf(x.shape.slice(axis + 1));
    const y = new Float32Array(x.data.length);
    for (let row = 0; row < y.length / size; row += 1) {
      const from = Math.floor(row / inner) * size * inner + (row % inner);
      const values = Float64Array.from({ length: size }, (_, i) => x.data[from + i * inner] ?? 0);
      const largest = values.reduce((most, value) => Math.max(most, value), -Infinity);
      const powers = values.map((value) => Math.exp(value - largest));
      const sum = powers.reduce((total, power) => total + power, 0);
      powers.forEach((power, i) => {
        y[from + i * inner] = power / sum;
      });
    }
    return [{ shape: x.shape, data: y }];
  },
};
