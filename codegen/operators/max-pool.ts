import type { GraphNode, Shape } from '../graph/graph.js';
import { inputName, intsAttribute, sizeOf } from '../graph/graph.js';
import type { FloatTensor, OperatorRule } from './operator.js';
import { eachWindow, poolGeometry, pooledShape } from './pool-geometry.js';
import { dataOf, requireShape, shapeError, unsupported } from './require.js';

/** ONNX MaxPool, 1-D and 2-D; padding never wins. */
export const maxPool: OperatorRule = {
  operator: 'MaxPool',
  infer(node, inputs) {
    const x = requireShape(node, inputs, 0);
    if ((node.outputs[1] ?? '') !== '') throw unsupported(node, 'its second output (indices)');
    return [{ shape: pooledShape(poolGeometry(node, x), x), elementType: 'float32' }];
  },
  evaluate(node, inputs, outputs) {
    const x = dataOf(node, inputs, 0);
    const y = new Float32Array(sizeOf(outputs[0]?.shape ?? []));
    eachWinner(node, x, (from, to) => {
      y[to] = x.data[from] ?? 0;
    });
    return [{ shape: outputs[0]?.shape ?? [], data: y }];
  },
  gradient: (node, builder) => [
    [
      0,
      builder.add('MaxPoolGradient', [builder.outputGradient, inputName(node, 0)], {
        ...node.attributes,
        input_shape: builder.shapeOf(inputName(node, 0)),
      }),
    ],
  ],
};

/**
 * Inputs (dY, X), attributes of the MaxPool and `input_shape`: each window's gradient goes to its winner, the first of
 * equals in row-major order. Not an ONNX operator.
 */
export const maxPoolGradient: OperatorRule = {
  operator: 'MaxPoolGradient',
  infer: (node) => [{ shape: poolInputShape(node), elementType: 'float32' }],
  evaluate(node, inputs) {
    const dy = dataOf(node, inputs, 0);
    const x = dataOf(node, inputs, 1);
    const dx = new Float32Array(x.data.length);
    eachWinner(node, x, (from, to) => {
      dx[from] = (dx[from] ?? 0) + (dy.data[to] ?? 0);
    });
    return [{ shape: x.shape, data: dx }];
  },
};

/** Shape of a pooling's input, which its gradient keeps as an attribute. */
export function poolInputShape(node: GraphNode): Shape {
  const shape = intsAttribute(node, 'input_shape', []);
  if (shape.length < 3) throw shapeError(node, 'input_shape is missing');
  return shape;
}

/** Visits (input index of the winner, output index) of every window of every channel. */
function eachWinner(
  node: GraphNode,
  x: FloatTensor,
  visit: (from: number, to: number) => void,
): void {
  const g = poolGeometry(node, x.shape);
  const inPlane = g.inputHeight * g.inputWidth;
  const outPlane = g.outputHeight * g.outputWidth;
  eachWindow(g, (output, inputs) => {
    for (let c = 0; c < g.inputChannels; c += 1) {
      let winner = c * inPlane + (inputs[0] ?? 0);
      for (const position of inputs) {
        const index = c * inPlane + position;
        if ((x.data[index] ?? 0) > (x.data[winner] ?? 0)) winner = index;
      }
      visit(winner, c * outPlane + output);
    }
  });
}
