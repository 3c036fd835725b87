import type { OperatorRule } from './operator.js';
import { dataOf, requireShape, unsupported } from './require.js';

/** Elementwise sum of two tensors of one shape; broadcasting is not supported yet. */
export const add: OperatorRule = {
  operator: 'Add',
  infer(node, inputs) {
    const a = requireShape(node, inputs, 0);
    const b = requireShape(node, inputs, 1);
    if (a.length !== b.length || a.some((size, i) => size !== b[i])) {
      throw unsupported(node, `shapes [${a.join(', ')}] and [${b.join(', ')}] would broadcast`);
    }
    return [{ shape: a, elementType: 'float32' }];
  },
  evaluate(node, inputs) {
    const a = dataOf(node, inputs, 0);
    const b = dataOf(node, inputs, 1);
    return [
      { shape: a.shape, data: Float32Array.from(a.data, (value, i) => value + (b.data[i] ?? 0)) },
    ];
  },
  gradient: (_node, builder) => [
    [0, builder.outputGradient],
    [1, builder.outputGradient],
  ],
};
