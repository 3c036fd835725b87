import type { GraphNode, TensorInfo } from '../graph/graph.js';
import { floatAttribute, outputName, sizeOf } from '../graph/graph.js';
import type { FloatTensor, OperatorRule } from './operator.js';
import { dataOf, requireShape, shapeError, unsupported } from './require.js';

/** Bounds of a Clip; infinite where the node names none. */
export interface ClipBounds {
  readonly low: number;
  readonly high: number;
}

/** Bounds: attributes up to opset 10, constant inputs from 11 on. */
export function clipBounds(
  node: GraphNode,
  inputs: readonly (TensorInfo | FloatTensor | undefined)[],
): ClipBounds {
  const bound = (index: number, key: string, absent: number): number => {
    const tensor = inputs[index];
    if (tensor === undefined) return floatAttribute(node, key, absent);
    if (tensor.data === undefined || sizeOf(tensor.shape) !== 1) {
      throw unsupported(node, `its bound "${key}" is not one constant`);
    }
    return tensor.data[0] ?? absent;
  };
  const low = bound(1, 'min', -Infinity);
  const high = bound(2, 'max', Infinity);
  if (low > high) throw shapeError(node, `its bounds ${low} and ${high} cross`);
  return { low, high };
}

/** ONNX Clip with constant bounds: Relu6, hardtanh. */
export const clip: OperatorRule = {
  operator: 'Clip',
  infer(node, inputs) {
    clipBounds(node, inputs);
    return [
      {
        shape: requireShape(node, inputs, 0),
        elementType: inputs[0]?.elementType ?? 'float32',
      },
    ];
  },
  evaluate(node, inputs) {
    const x = dataOf(node, inputs, 0);
    const { low, high } = clipBounds(node, inputs);
    return [{ shape: x.shape, data: x.data.map((v) => Math.min(high, Math.max(low, v))) }];
  },
  gradient: (node, builder) => [
    [
      0,
      builder.add(
        'ClipGradient',
        [builder.outputGradient, outputName(node), ...node.inputs.slice(1)],
        node.attributes,
      ),
    ],
  ],
};

/**
 * Inputs (dY, Y, bounds as the Clip has them): passes the gradient where Y lies inside the bounds. It asks for the
 * output, as a ReLU's gradient does, so that one bit per element is all the device keeps. Not an ONNX operator.
 */
export const clipGradient: OperatorRule = {
  operator: 'ClipGradient',
  infer: (node, inputs) => [{ shape: requireShape(node, inputs, 1), elementType: 'float32' }],
  evaluate(node, inputs) {
    const dy = dataOf(node, inputs, 0);
    const y = dataOf(node, inputs, 1);
    const { low, high } = clipBounds(node, inputs.slice(1));
    return [
      {
        shape: y.shape,
        data: Float32Array.from(y.data, (v, i) => (v > low && v < high ? (dy.data[i] ?? 0) : 0)),
      },
    ];
  },
};
