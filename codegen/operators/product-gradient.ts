import { intsAttribute, sizeOf } from '../graph/graph.js';
import { broadcastIndices } from './broadcast.js';
import type { OperatorRule } from './operator.js';
import { dataOf } from './require.js';

/**
 * Inputs (dY, optional factor), attribute `input_shape`: Σ dY · factor over the axes along which a tensor of that shape
 * was broadcast. The gradient of a product, and of a broadcast sum. Not an ONNX operator.
 */
export const productGradient: OperatorRule = {
  operator: 'ProductGradient',
  infer: (node) => [{ shape: intsAttribute(node, 'input_shape', []), elementType: 'float32' }],
  evaluate(node, inputs) {
    const dy = dataOf(node, inputs, 0);
    const factor = inputs[1];
    const shape = intsAttribute(node, 'input_shape', []);
    const to = broadcastIndices(shape, dy.shape);
    const from = factor === undefined ? undefined : broadcastIndices(factor.shape, dy.shape);
    const sums = new Float64Array(sizeOf(shape));
    for (let i = 0; i < dy.data.length; i += 1) {
      const index = to[i] ?? 0;
      const scale = from === undefined ? 1 : (factor?.data[from[i] ?? 0] ?? 0);
      sums[index] = (sums[index] ?? 0) + (dy.data[i] ?? 0) * scale;
    }
    return [{ shape, data: Float32Array.from(sums) }];
  },
};
