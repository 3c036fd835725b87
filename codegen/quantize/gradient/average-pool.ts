import { outputName, tensorOf } from '../../graph/graph.js';
import { fixedFactors } from '../../integer/round.js';
import { realStep } from './lowering.js';
import type { GradientRule } from './rule.js';

export const lowerAveragePoolGradient: GradientRule = (gradient, node) => {
  const dy = gradient.lowering.placementOf(node, 0);
  const dyTensor = gradient.lowering.tensorAt(dy);
  const { output, mask } = gradient.masked(node);
  const [, channels = 1, ...spatial] = tensorOf(gradient.lowering.graph, outputName(node)).shape;
  const [height, width] =
    spatial.length === 2 ? [spatial[0] ?? 1, spatial[1] ?? 1] : [1, spatial[0] ?? 1];
  const positions = height * width;
  const { tensor, limit } = gradient.placeGradient(output, {
    tensor: output,
    height,
    width,
    channels,
  });
  const { multiplier, shift } = fixedFactors(
    Array.from(
      { length: channels },
      (_, c) => realStep(dyTensor, c) / (positions * realStep(tensor, c)),
    ),
  );
  gradient.push({
    kind: 'averagePoolGradient',
    name: node.name,
    input: dy.tensor,
    output,
    positions,
    channels,
    multiplier,
    shift,
    ...(mask === undefined ? {} : { mask }),
    limit,
  });
};
