import { outputName } from '../../graph/graph.js';
import { fixedFactors } from '../../integer/round.js';
import { slopesOf } from '../lower/prelu.js';
import { realStep } from './lowering.js';
import type { GradientRule } from './rule.js';

/** Two factors for each channel, chosen by the sign bit of the forward input. */
export const lowerPReluGradient: GradientRule = (gradient, node) => {
  const { lowering } = gradient;
  const from = lowering.placementOf(node, 0);
  const dy = lowering.tensorAt(from);
  const x = lowering.tensorAt(lowering.placementOf(node, 1));
  const slopes = slopesOf(lowering, node, 2, lowering.placementOf(node, 1));
  const output = outputName(node);
  const { height, width, channels } = x;
  const { tensor, limit } = gradient.placeGradient(output, {
    tensor: output,
    height,
    width,
    channels,
  });
  const ratios = slopes.map((_, c) => realStep(dy, c) / realStep(tensor, c));
  const { multiplier, shift } = fixedFactors([
    ...ratios,
    ...ratios.map((ratio, c) => ratio * Math.abs(slopes[c] ?? 0)),
  ]);
  gradient.push({
    kind: 'preluGradient',
    name: node.name,
    input: from.tensor,
    signs: gradient.signsOf(x),
    output,
    positions: height * width,
    channels,
    multiplier: multiplier.slice(0, channels),
    slope: multiplier.slice(channels).map((factor, c) => factor * Math.sign(slopes[c] ?? 0)),
    shift,
    limit,
  });
};
