import type { OperatorRule } from './operator.js';
import { dataOf, requireShape } from './require.js';

/** Closes a classifier. The compiler strips it there: the device works on logits. */
export const sigmoid: OperatorRule = {
  operator: 'Sigmoid',
  infer: (node, inputs) => [{ shape: requireShape(node, inputs, 0), elementType: 'float32' }],
  evaluate(node, inputs) {
    const x = dataOf(node, inputs, 0);
    return [{ shape: x.shape, data: Float32Array.from(x.data, (v) => 1 / (1 + Math.exp(-v))) }];
  },
};
