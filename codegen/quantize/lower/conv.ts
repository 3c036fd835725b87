import type { GraphNode } from '../../graph/graph.js';
import { inputName, tensorOf } from '../../graph/graph.js';
import { fixedFactors } from '../../integer/round.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import { convGeometry } from '../../operators/conv-geometry.js';
import { unsupported } from '../../operators/require.js';
import type { Lowering, Placement } from '../lowering.js';
import { int16Limit } from '../int16.js';
import { quantizeWeights } from '../weights.js';
import type { LowerContext, LowerRule } from './rule.js';

export const lowerConv: LowerRule = {
  fusesRelu: true,
  int16: 'computes',
  lower(lowering, node, context) {
    const { weights, bias } = constantParameters(lowering, node);
    const from = lowering.placementOf(node, 0);
    const x = tensorOf(lowering.graph, inputName(node, 0));
    const geometry = convGeometry(node, x.shape, weights.shape);
    emitConv(lowering, node, from, context, {
      geometry,
      weights: Float32Array.from(weights.data),
      bias: Float32Array.from({ length: geometry.outputChannels }, (_, c) => bias?.[c] ?? 0),
    });
  },
};

/** Weights and bias of a Conv or Gemm, which must be constants. */
export function constantParameters(
  lowering: Lowering,
  node: GraphNode,
): {
  readonly weights: {
    readonly shape: readonly number[];
    readonly data: Float32Array | Float64Array;
  };
  readonly bias: Float32Array | Float64Array | undefined;
} {
  const weights = tensorOf(lowering.graph, inputName(node, 1));
  const hasBias = (node.inputs[2] ?? '') !== '';
  const bias = hasBias ? tensorOf(lowering.graph, inputName(node, 2)).data : undefined;
  if (weights.data === undefined || (hasBias && bias === undefined)) {
    throw unsupported(node, 'weights are not constants');
  }
  return { weights: { shape: weights.shape, data: weights.data }, bias };
}

/** Quantises and adds one convolution; dense layers come here too. */
export function emitConv(
  lowering: Lowering,
  node: GraphNode,
  from: Placement,
  context: LowerContext,
  layer: {
    readonly geometry: ConvGeometry;
    readonly weights: Float32Array;
    readonly bias: Float32Array;
  },
): void {
  const { geometry } = layer;
  const { output, relu, isLogits } = context;
  const correction = lowering.calibration.biasCorrections?.[node.name];
  const bias = layer.bias.map((value, m) => value + (correction?.[m] ?? 0));
  const x = lowering.tensorAt(from);
  const { steps, clampLow, clampHigh } = isLogits
    ? lowering.answer(output)
    : lowering.signal(output, relu);
  lowering.place(output, steps);
  const weights = quantizeWeights(node.name, geometry, layer.weights, bias, x.scale, steps.scale);
  lowering.weights.set(node.name, weights);
  const factors = Array.from(weights.scale, (scale) => (x.scale * scale) / steps.scale);
  const { multiplier, shift } = fixedFactors(factors);
  const quantizedBias = Int32Array.from({ length: geometry.outputChannels }, (_, m) => {
    const real = (bias[m] ?? 0) / (x.scale * (weights.scale[m] ?? 1));
    const offset = steps.zeroPoint / (factors[m] ?? 1);
    return Math.round(real + offset) - x.zeroPoint * (weights.sums[m] ?? 0);
  });
  // The signal's own limit is the least of its readers', so it is not above this one.
  const reach = x.type === 'int16' ? int16Limit(lowering.graph, inputName(node, 0)) + 1 : 128;
  requireInt32(node, reach, weights.values, quantizedBias, factors);
  lowering.operations.push({
    kind: 'conv',
    name: node.name,
    input: from.tensor,
    output,
    geometry,
    weights: weights.values,
    bias: quantizedBias,
    multiplier,
    shift,
    clampLow,
    clampHigh,
    inputZeroPoint: x.zeroPoint,
  });
}

/**
 * Proves that neither a channel's sum nor its rounded product can leave int32, whatever the input.
 * @param most largest magnitude of an input code
 */
function requireInt32(
  node: GraphNode,
  most: number,
  weights: Int8Array,
  bias: Int32Array,
  factors: readonly number[],
): void {
  const each = weights.length / bias.length;
  bias.forEach((offset, m) => {
    const reach = weights
      .subarray(m * each, (m + 1) * each)
      .reduce((sum, weight) => sum + most * Math.abs(weight), Math.abs(offset));
    if (reach * Math.max(1, factors[m] ?? 1) >= 2 ** 31) {
      throw unsupported(node, `the sum of output channel ${m} can reach ${reach} and leave int32`);
    }
  });
}
