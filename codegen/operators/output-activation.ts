import type { OperatorRule } from './operator.js';
import { dataOf, requireShape } from './require.js';

/** Sigmoid and Softmax close a classifier. The compiler strips them there: the device works on logits. */
export const sigmoid: OperatorRule = {
  operator: 'Sigmoid',
  infer: (node, inputs) => [{ shape: requireShape(node, inputs, 0), elementType: 'float32' }],
  evaluate(node, inputs) {
    const x = dataOf(node, inputs, 0);
    return [{ shape: x.shape, data: Float32Array.from(x.data, (v) => 1 / (1 + Math.exp(-v))) }];
  },
};

export const softmax: OperatorRule = {
  operator: 'Softmax',
  infer: (node, inputs) => [{ shape: requireShape(node, inputs, 0), elementType: 'float32' }],
  evaluate(node, inputs) {
    const x = dataOf(node, inputs, 0);
    let largest = -Infinity;
    for (const value of x.data) largest = Math.max(largest, value);
    const powers = Float64Array.from(x.data, (value) => Math.exp(value - largest));
    const sum = powers.reduce((a, b) => a + b, 0);
    return [{ shape: x.shape, data: Float32Array.from(powers, (value) => value / sum) }];
  },
};
