import { floatAttribute, inputName, intAttribute, sizeOf } from '../graph/graph.js';
import type { FloatTensor, OperatorRule } from './operator.js';
import { dataOf, requireShape, resolveAxes, shapeError } from './require.js';

/** ONNX's default of LayerNormalization's epsilon. */
export const DEFAULT_EPSILON = 1e-5;

/** ONNX LayerNormalization: y = γ·(x − mean)/√(variance + ε) + β over all axes from `axis` on. */
export const layerNormalization: OperatorRule = {
  operator: 'LayerNormalization',
  infer(node, inputs) {
    const x = requireShape(node, inputs, 0);
    const [axis = 0] = resolveAxes(node, [intAttribute(node, 'axis', -1)], x.length);
    const each = sizeOf(x.slice(axis));
    for (const index of [1, 2]) {
      const shape = inputs[index]?.shape;
      if (shape !== undefined && sizeOf(shape) !== each) {
        throw shapeError(node, `parameters [${shape.join(', ')}] for ${each} values`);
      }
    }
    return [{ shape: x, elementType: 'float32' }];
  },
  evaluate(node, inputs) {
    const x = dataOf(node, inputs, 0);
    const [axis = 0] = resolveAxes(node, [intAttribute(node, 'axis', -1)], x.shape.length);
    const each = sizeOf(x.shape.slice(axis));
    const epsilon = floatAttribute(node, 'epsilon', DEFAULT_EPSILON);
    const data = new Float32Array(x.data.length);
    for (let from = 0; from < data.length; from += each) {
      const row = normalised(x.data.subarray(from, from + each), epsilon);
      row.forEach((value, i) => {
        data[from + i] = value * (inputs[1]?.data[i] ?? 1) + (inputs[2]?.data[i] ?? 0);
      });
    }
    return [{ shape: x.shape, data }];
  },
};

/** The same over the channels of [1, channels, …], at each place by itself. Not an ONNX operator. */
export const channelNormalization: OperatorRule = {
  operator: 'ChannelNormalization',
  infer: (node, inputs) => [{ shape: requireShape(node, inputs, 0), elementType: 'float32' }],
  evaluate(node, inputs) {
    const x = dataOf(node, inputs, 0);
    const channels = x.shape[1] ?? 1;
    const places = x.data.length / channels;
    const epsilon = floatAttribute(node, 'epsilon', DEFAULT_EPSILON);
    const data = new Float32Array(x.data.length);
    for (let place = 0; place < places; place += 1) {
      const row = normalised(
        Float64Array.from({ length: channels }, (_, c) => x.data[c * places + place] ?? 0),
        epsilon,
      );
      row.forEach((value, c) => {
        data[c * places + place] = value * (inputs[1]?.data[c] ?? 1) + (inputs[2]?.data[c] ?? 0);
      });
    }
    return [{ shape: x.shape, data }];
  },
  gradient: (node, builder) => [
    [
      0,
      builder.add(
        'ChannelNormalizationGradient',
        [builder.outputGradient, inputName(node, 0), node.inputs[1] ?? ''],
        node.attributes,
      ),
    ],
  ],
};

/**
 * Inputs (dY, X, γ), attributes of the ChannelNormalization: with g = γ·dY and z = (X − mean)/σ, at each place
 * dX = (g − mean g − z · mean(g·z)) / σ. Not an ONNX operator.
 */
export const channelNormalizationGradient: OperatorRule = {
  operator: 'ChannelNormalizationGradient',
  infer: (node, inputs) => [{ shape: requireShape(node, inputs, 1), elementType: 'float32' }],
  evaluate(node, inputs) {
    const dy = dataOf(node, inputs, 0);
    const x = dataOf(node, inputs, 1);
    const channels = x.shape[1] ?? 1;
    const places = x.data.length / channels;
    const epsilon = floatAttribute(node, 'epsilon', DEFAULT_EPSILON);
    const data = new Float32Array(x.data.length);
    for (let place = 0; place < places; place += 1) {
      const row = Float64Array.from(
        { length: channels },
        (_, c) => x.data[c * places + place] ?? 0,
      );
      const z = normalised(row, epsilon);
      const deviation = deviationOf(row, epsilon);
      const g = z.map((_, c) => (dy.data[c * places + place] ?? 0) * (inputs[2]?.data[c] ?? 1));
      const mean = g.reduce((sum, value) => sum + value, 0) / channels;
      const along = g.reduce((sum, value, c) => sum + value * (z[c] ?? 0), 0) / channels;
      g.forEach((value, c) => {
        data[c * places + place] = (value - mean - (z[c] ?? 0) * along) / deviation;
      });
    }
    return [{ shape: x.shape, data }];
  },
};

function normalised(row: FloatTensor['data'], epsilon: number): Float64Array {
  const values = Float64Array.from(row);
  const mean = meanOf(values);
  const deviation = deviationOf(values, epsilon);
  return values.map((value) => (value - mean) / deviation);
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviationOf(values: Float64Array, epsilon: number): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)) + epsilon);
}
