import type { GraphNode, Shape } from '../graph/graph.js';
import { inputName, intsAttribute, sizeOf } from '../graph/graph.js';
import type { OperatorRule } from './operator.js';
import { dataOf, requireShape, shapeError } from './require.js';

const evaluate: OperatorRule['evaluate'] = (node, inputs, outputs) => {
  const x = dataOf(node, inputs, 0);
  const channels = x.shape[1] ?? 1;
  const plane = x.data.length / channels;
  const y = new Float32Array(channels);
  for (let c = 0; c < channels; c += 1) {
    let sum = 0;
    for (let i = 0; i < plane; i += 1) sum += x.data[c * plane + i] ?? 0;
    y[c] = sum / plane;
  }
  return [{ shape: outputs[0]?.shape ?? [], data: y }];
};

/** Gradient of a mean over all positions. */
export const meanGradient: NonNullable<OperatorRule['gradient']> = (node, builder) => [
  [
    0,
    builder.add('GlobalAveragePoolGradient', [builder.outputGradient], {
      input_shape: builder.shapeOf(inputName(node, 0)),
    }),
  ],
];

export const globalAveragePool: OperatorRule = {
  operator: 'GlobalAveragePool',
  infer(node, inputs) {
    const x = requireShape(node, inputs, 0);
    if (x.length < 3) throw shapeError(node, `input [${x.join(', ')}] has no spatial axis`);
    return [{ shape: x.map((size, axis) => (axis < 2 ? size : 1)), elementType: 'float32' }];
  },
  evaluate,
  gradient: meanGradient,
};

/** dX = dY / (number of positions) at every position. Not an ONNX operator. */
export const globalAveragePoolGradient: OperatorRule = {
  operator: 'GlobalAveragePoolGradient',
  infer: (node) => [{ shape: pooledShape(node), elementType: 'float32' }],
  evaluate(node, inputs) {
    const dy = dataOf(node, inputs, 0);
    const shape = pooledShape(node);
    const plane = sizeOf(shape.slice(2));
    const dx = new Float32Array(sizeOf(shape));
    for (let i = 0; i < dx.length; i += 1) dx[i] = (dy.data[Math.floor(i / plane)] ?? 0) / plane;
    return [{ shape, data: dx }];
  },
};

function pooledShape(node: GraphNode): Shape {
  const shape = intsAttribute(node, 'input_shape', []);
  if (shape.length < 3) throw shapeError(node, 'input_shape is missing');
  return shape;
}
