import { floatAttribute } from '../graph/graph.js';
import type { GraphNode } from '../graph/graph.js';
import type { FloatTensor, OperatorRule } from './operator.js';
import { dataOf, requireShape, shapeError } from './require.js';

/** ONNX BatchNormalization at inference: a scale and an offset per channel. Folded into its convolution by a pass. */
export const batchNormalization: OperatorRule = {
  operator: 'BatchNormalization',
  infer(node, inputs) {
    const x = requireShape(node, inputs, 0);
    for (let index = 1; index <= 4; index += 1) {
      const parameter = requireShape(node, inputs, index);
      if (parameter.length !== 1 || parameter[0] !== x[1]) {
        throw shapeError(
          node,
          `parameter ${index} [${parameter.join(', ')}] for ${x[1] ?? 0} channels`,
        );
      }
    }
    return [{ shape: x, elementType: 'float32' }];
  },
  evaluate(node, inputs) {
    const x = dataOf(node, inputs, 0);
    const { scale, offset } = batchNormAffine(
      node,
      [1, 2, 3, 4].map((index) => dataOf(node, inputs, index)),
    );
    const channels = x.shape[1] ?? 1;
    const plane = x.data.length / channels;
    const y = new Float32Array(x.data.length);
    for (let i = 0; i < y.length; i += 1) {
      const channel = Math.floor(i / plane);
      y[i] = (x.data[i] ?? 0) * (scale[channel] ?? 0) + (offset[channel] ?? 0);
    }
    return [{ shape: x.shape, data: y }];
  },
};

/** y = scale·x + offset from (gamma, beta, mean, variance); epsilon as in the node, 1e-5 by ONNX's default. */
export function batchNormAffine(
  node: GraphNode,
  parameters: readonly Pick<FloatTensor, 'data'>[],
): { readonly scale: Float64Array; readonly offset: Float64Array } {
  const epsilon = floatAttribute(node, 'epsilon', 1e-5);
  const [gamma, beta, mean, variance] = parameters.map((parameter) => parameter.data);
  const length = gamma?.length ?? 0;
  const scale = new Float64Array(length);
  const offset = new Float64Array(length);
  for (let i = 0; i < length; i += 1) {
    scale[i] = (gamma?.[i] ?? 0) / Math.sqrt((variance?.[i] ?? 0) + epsilon);
    offset[i] = (beta?.[i] ?? 0) - (mean?.[i] ?? 0) * (scale[i] ?? 0);
  }
  return { scale, offset };
}
