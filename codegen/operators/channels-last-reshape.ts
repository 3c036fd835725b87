import type { GraphNode, Shape } from '../graph/graph.js';
import { inputName, intsAttribute, sizeOf } from '../graph/graph.js';
import type { OperatorRule } from './operator.js';
import { dataOf, requireShape, shapeError } from './require.js';

/**
 * A change of shape in channels-last order, as TFLite means it: attribute `shape` is the target in ONNX order. In the
 * integer program, which is channels last, no value moves. Not an ONNX operator.
 */
export const channelsLastReshape: OperatorRule = {
  operator: 'ChannelsLastReshape',
  infer(node, inputs) {
    const from = requireShape(node, inputs, 0);
    const shape = target(node);
    if (sizeOf(shape) !== sizeOf(from)) {
      throw shapeError(node, `cannot view [${from.join(', ')}] as [${shape.join(', ')}]`);
    }
    return [{ shape, elementType: 'float32' }];
  },
  evaluate(node, inputs) {
    const x = dataOf(node, inputs, 0);
    const shape = target(node);
    const y = new Float32Array(x.data.length);
    const from = channelsLastIndex(x.shape);
    const to = channelsLastIndex(shape);
    for (let i = 0; i < y.length; i += 1) y[to(i)] = x.data[from(i)] ?? 0;
    return [{ shape, data: y }];
  },
  gradient: (node, builder) => [
    [
      0,
      builder.add('ChannelsLastReshape', [builder.outputGradient], {
        shape: builder.shapeOf(inputName(node, 0)),
      }),
    ],
  ],
};

function target(node: GraphNode): Shape {
  return intsAttribute(node, 'shape', []);
}

/** Place in ONNX order of the ith value in channels-last order. */
function channelsLastIndex(shape: Shape): (i: number) => number {
  const channels = shape[1] ?? 1;
  const positions = sizeOf(shape) / channels;
  return (i) => (i % channels) * positions + Math.floor(i / channels);
}
