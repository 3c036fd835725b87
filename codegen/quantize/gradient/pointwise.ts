import { outputName, stringAttribute } from '../../graph/graph.js';
import { clamp, fixedFactors } from '../../integer/round.js';
import { finite, overCodes } from '../lower/pointwise.js';
import { maximum, realStep } from './lowering.js';
import type { GradientRule } from './rule.js';

const INT16_MOST = 32_767;

/** Gradient of a look-up: times the slope at the kept argument. */
export const lowerPointwiseGradient: GradientRule = (gradient, node) => {
  const { lowering } = gradient;
  const from = lowering.placementOf(node, 0);
  const dy = lowering.tensorAt(from);
  const argument = lowering.tensorAt(lowering.placementOf(node, 1));
  const slopes = finite(
    overCodes(argument, stringAttribute(node, 'expression', 'x')).map((at) => at.slope),
  );
  const steepest = Math.max(maximum(slopes.map(Math.abs)), Number.EPSILON);
  const slopeStep = steepest / INT16_MOST;
  const output = outputName(node);
  const { height, width, channels } = argument;
  // A product of two int16 in steps no finer than these stays in int32.
  const least = Array.from({ length: channels }, (_, c) => realStep(dy, c) * slopeStep);
  const { tensor, limit } = gradient.placeGradient(
    output,
    { tensor: output, height, width, channels },
    least,
  );
  const { multiplier, shift } = fixedFactors(least.map((step, c) => step / realStep(tensor, c)));
  gradient.push({
    kind: 'lookupGradient',
    name: node.name,
    input: from.tensor,
    argument: argument.name,
    output,
    positions: height * width,
    channels,
    slope: Int16Array.from(slopes, (slope) =>
      clamp(Math.round(slope / slopeStep), -INT16_MOST, INT16_MOST),
    ),
    multiplier,
    shift,
    limit,
  });
};
