/** Backward operators of attention and layer normalisation: their signals stay in memory as the answer left them. */
import { outputName, tensorOf } from '../../graph/graph.js';
import type { ChannelNormOperation } from '../../integer/channel-norm.js';
import {
  CHANNEL_NORM_GRADIENT_GAMMA_BITS,
  CHANNEL_NORM_GRADIENT_LOST_BITS,
  CHANNEL_NORM_GRADIENT_ROOT_LOST_BITS,
  CHANNEL_NORM_GRADIENT_Z_BITS,
} from '../../integer/channel-norm-gradient.js';
import {
  MAT_MUL_GRADIENT_BITS,
  MAT_MUL_GRADIENT_MOST_DEPTH,
} from '../../integer/mat-mul-gradient.js';
import { narrowFactors } from '../../integer/round.js';
import { SOFTMAX_GRADIENT_BITS } from '../../integer/softmax-gradient.js';
import { stridedProduct } from '../../operators/matmul.js';
import { unsupported } from '../../operators/require.js';
import { layoutOf } from '../layout.js';
import { three } from '../lower/attention.js';
import { maximum, realStep } from './lowering.js';
import type { GradientRule } from './rule.js';

export const lowerMatMulGradient: GradientRule = (gradient, node) => {
  const { lowering } = gradient;
  const dy = gradient.commonIn(node, 0);
  const b = lowering.tensorAt(lowering.placementOf(node, 1));
  const product = stridedProduct(node);
  if (product.depth > MAT_MUL_GRADIENT_MOST_DEPTH) {
    throw unsupported(node, `its sum has ${product.depth} products`);
  }
  const output = outputName(node);
  const { tensor, limit } = gradient.placeInOneStep(output, {
    ...layoutOf(product.shape),
    tensor: output,
  });
  const scale = lowering.tensorAt(dy).scale * b.scale * product.alpha;
  const { multiplier, shift } = narrowFactors([scale / tensor.scale], MAT_MUL_GRADIENT_BITS);
  gradient.push({
    kind: 'matMulGradient',
    name: node.name,
    inputA: dy.tensor,
    inputB: b.name,
    output,
    batch: product.batch,
    rows: product.rows,
    depth: product.depth,
    columns: product.columns,
    aStrides: three(product.aStrides),
    bOffset: product.bOffset,
    bStrides: three(product.bStrides),
    bZeroPoint: b.zeroPoint,
    yStrides: [product.yStrides[0] ?? 0, product.yStrides[1] ?? 0],
    multiplier: multiplier[0] ?? 0,
    shift,
    limit,
  });
};

export const lowerSoftmaxGradient: GradientRule = (gradient, node) => {
  const { lowering } = gradient;
  const from = lowering.placementOf(node, 1);
  const probabilities = lowering.tensorAt(from);
  const dy = lowering.inLayout(node, gradient.commonIn(node, 0), from, `${node.name}/input_0`);
  const output = outputName(node);
  const { tensor, limit } = gradient.placeInOneStep(output, { ...from, tensor: output });
  const scale = lowering.tensorAt(dy).scale * probabilities.scale ** 2;
  const { multiplier, shift } = narrowFactors([scale / tensor.scale], SOFTMAX_GRADIENT_BITS);
  gradient.push({
    kind: 'softmaxGradient',
    name: node.name,
    input: dy.tensor,
    probabilities: probabilities.name,
    probabilitiesAreInt16: probabilities.type === 'int16',
    output,
    rows: from.height * from.width,
    columns: from.channels,
    multiplier: multiplier[0] ?? 0,
    shift,
    limit,
  });
};

/** z·2^20 = distance · root / 2^shift: fraction bits of the forward normalisation. */
const Z_BITS = 20;

export const lowerChannelNormGradient: GradientRule = (gradient, node) => {
  const { lowering } = gradient;
  const argument = lowering.placementOf(node, 1);
  const x = lowering.tensorAt(argument);
  const { channels } = argument;
  const from = gradient.inLayout(node, 0, argument);
  const dy = lowering.tensorAt(from);
  const output = outputName(node);
  const { tensor, limit } = gradient.placeInOneStep(output, { ...argument, tensor: output });
  const name = node.inputs[2] ?? '';
  const given = name === '' ? undefined : tensorOf(lowering.graph, name).data;
  // dx = (n·g − Σg − z·Σ(g·z)) / (n·σ), in steps of dX for steps of dY: what is left over as a power of two is a shift.
  const real = Array.from(
    { length: channels },
    (_, c) => ((given?.[c] ?? 1) * realStep(dy, c)) / (x.scale * tensor.scale),
  );
  const largest = Math.max(maximum(real.map(Math.abs)), Number.MIN_VALUE);
  const up = CHANNEL_NORM_GRADIENT_GAMMA_BITS - 1 - Math.floor(Math.log2(largest));
  const forward = lowering.operations.find(
    (operation): operation is ChannelNormOperation =>
      operation.kind === 'channelNorm' && operation.input === x.name,
  );
  if (forward === undefined) throw unsupported(node, 'what it is the gradient of is not there');
  gradient.push({
    kind: 'channelNormGradient',
    name: node.name,
    input: from.tensor,
    argument: x.name,
    output,
    places: argument.height * argument.width,
    channels,
    epsilon: forward.epsilon,
    gamma: Int32Array.from(real, (value) => Math.round(value * 2 ** up)),
    shift:
      up +
      Z_BITS +
      CHANNEL_NORM_GRADIENT_Z_BITS -
      CHANNEL_NORM_GRADIENT_LOST_BITS -
      CHANNEL_NORM_GRADIENT_ROOT_LOST_BITS,
    limit,
  });
};
