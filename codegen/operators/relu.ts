import { outputName } from '../graph/graph.js';
import type { OperatorRule } from './operator.js';
import { dataOf, requireShape } from './require.js';

export const relu: OperatorRule = {
  operator: 'Relu',
  infer: (node, inputs) => [{ shape: requireShape(node, inputs, 0), elementType: 'float32' }],
  evaluate(node, inputs) {
    const x = dataOf(node, inputs, 0);
    const data = new Float32Array(x.data);
    for (let i = 0; i < data.length; i += 1) data[i] = Math.max(0, data[i] as number);
    return [{ shape: x.shape, data }];
  },
  gradient: (node, builder) => [
    [0, builder.add('ReluGradient', [builder.outputGradient, outputName(node)])],
  ],
};

/**
 * Inputs (dY, Y): passes the gradient where the ReLU let its input through. It asks for the output, not the input, so
 * that one sign bit per element is all the device keeps. Not an ONNX operator.
 */
export const reluGradient: OperatorRule = {
  operator: 'ReluGradient',
  infer: (node, inputs) => [{ shape: requireShape(node, inputs, 1), elementType: 'float32' }],
  evaluate(node, inputs) {
    const dy = dataOf(node, inputs, 0);
    const y = dataOf(node, inputs, 1);
    const data = new Float32Array(dy.data);
    for (let i = 0; i < data.length; i += 1) if (!((y.data[i] as number) > 0)) data[i] = 0;
    return [{ shape: y.shape, data }];
  },
};
