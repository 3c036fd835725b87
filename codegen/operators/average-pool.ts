import type { GraphNode } from '../graph/graph.js';
import { inputName, intAttribute, sizeOf } from '../graph/graph.js';
import { poolInputShape } from './max-pool.js';
import type { OperatorRule } from './operator.js';
import {
  countBounds,
  eachWindow,
  poolGeometry,
  pooledShape,
  windowCount,
} from './pool-geometry.js';
import { dataOf, requireShape } from './require.js';

/** Whether padding counts as data that is zero. */
export function countsPadding(node: GraphNode): boolean {
  return intAttribute(node, 'count_include_pad', 0) !== 0;
}

/** ONNX AveragePool, 1-D and 2-D. */
export const averagePool: OperatorRule = {
  operator: 'AveragePool',
  infer(node, inputs) {
    const x = requireShape(node, inputs, 0);
    return [{ shape: pooledShape(poolGeometry(node, x), x), elementType: 'float32' }];
  },
  evaluate(node, inputs, outputs) {
    const x = dataOf(node, inputs, 0);
    const g = poolGeometry(node, x.shape);
    const bounds = countBounds(g, countsPadding(node));
    const inPlane = g.inputHeight * g.inputWidth;
    const outPlane = g.outputHeight * g.outputWidth;
    const y = new Float32Array(g.inputChannels * outPlane);
    eachWindow(g, (output, positions) => {
      const count = windowCount(g, output, bounds);
      for (let c = 0; c < g.inputChannels; c += 1) {
        let sum = 0;
        for (const position of positions) sum += x.data[c * inPlane + position] ?? 0;
        y[c * outPlane + output] = sum / count;
      }
    });
    return [{ shape: outputs[0]?.shape ?? [], data: y }];
  },
  gradient: (node, builder) => [
    [
      0,
      builder.add('AveragePoolGradient', [builder.outputGradient], {
        ...node.attributes,
        input_shape: builder.shapeOf(inputName(node, 0)),
      }),
    ],
  ],
};

/** Input dY, attributes of the AveragePool and `input_shape`: each window spreads its share. Not an ONNX operator. */
export const averagePoolGradient: OperatorRule = {
  operator: 'AveragePoolGradient',
  infer: (node) => [{ shape: poolInputShape(node), elementType: 'float32' }],
  evaluate(node, inputs) {
    const dy = dataOf(node, inputs, 0);
    const shape = poolInputShape(node);
    const g = poolGeometry(node, shape);
    const bounds = countBounds(g, countsPadding(node));
    const inPlane = g.inputHeight * g.inputWidth;
    const outPlane = g.outputHeight * g.outputWidth;
    const dx = new Float64Array(sizeOf(shape));
    eachWindow(g, (output, positions) => {
      const count = windowCount(g, output, bounds);
      for (let c = 0; c < g.inputChannels; c += 1) {
        const share = (dy.data[c * outPlane + output] ?? 0) / count;
        for (const position of positions) {
          const index = c * inPlane + position;
          dx[index] = (dx[index] ?? 0) + share;
        }
      }
    });
    return [{ shape, data: Float32Array.from(dx) }];
  },
};
