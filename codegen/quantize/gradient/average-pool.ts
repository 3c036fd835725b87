import { outputName, tensorOf } from '../../graph/graph.js';
import { fixedFactors } from '../../integer/round.js';
import { layoutOf } from '../layout.js';
import { realStep } from './lowering.js';
import type { GradientRule } from './rule.js';

export const lowerAveragePoolGradient: GradientRule = (gradient, node) => {
  const { output, mask } = gradient.masked(node);
  const { height, width, channels } = layoutOf(
    tensorOf(gradient.lowering.graph, outputName(node)).shape,
  );
  const dy = gradient.inLayout(node, 0, { height: 1, width: 1, channels });
  const dyTensor = gradient.lowering.tensorAt(dy);
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
