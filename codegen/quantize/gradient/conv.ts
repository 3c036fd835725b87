import { fixedFactors } from '../../integer/round.js';
import { unsupported } from '../../operators/require.js';
import { maximum, realStep } from './lowering.js';
import type { GradientRule } from './rule.js';

/** ConvInputGradient and GemmInputGradient. */
export const lowerConvGradient: GradientRule = (gradient, node) => {
  const weights = gradient.weightsOf(node);
  const { geometry } = weights;
  const dy = gradient.inSteps(node, weights);
  const dyTensor = gradient.lowering.tensorAt(dy);
  const { output, mask } = gradient.masked(node);
  const { tensor, limit } = gradient.placeGradient(output, {
    tensor: output,
    height: geometry.inputHeight,
    width: geometry.inputWidth,
    channels: geometry.inputChannels,
  });
  const factors = Array.from(
    { length: geometry.inputChannels },
    (_, c) => dyTensor.scale / realStep(tensor, c),
  );
  // limitFor() keeps the sum in int32; a factor below 1 keeps the rounded product there.
  if (maximum(factors) >= 1) throw unsupported(node, 'its gradient grows beyond int16');
  const { multiplier, shift } = fixedFactors(factors);
  gradient.push({
    kind: 'convGradient',
    name: node.name,
    input: dy.tensor,
    output,
    conv: weights.owner,
    geometry,
    weights: weights.values,
    multiplier,
    shift,
    ...(mask === undefined ? {} : { mask }),
    limit,
  });
};
