import { inputName, tensorOf } from '../../graph/graph.js';
import { fixedFactors } from '../../integer/round.js';
import type { GraphNode } from '../../graph/graph.js';
import { unsupported } from '../../operators/require.js';
import type { Lowering, Placement } from '../lowering.js';
import { int8Range } from '../ranges.js';
import type { LowerRule } from './rule.js';

/** A slope for each channel; one slope for all is a table (pass fusePointwise). */
export const lowerPRelu: LowerRule = {
  fusesRelu: false,
  lower(lowering, node, { output }) {
    const from = lowering.placementOf(node, 0);
    const x = lowering.tensorAt(from);
    if (x.type !== 'int8') throw unsupported(node, 'its input is not int8');
    const quantisation = int8Range(lowering.activationRange(output), false);
    lowering.placeAs(output, { ...from, tensor: output }, { type: 'int8', ...quantisation });
    const slopes = slopesOf(lowering, node, 1, from);
    const ratio = x.scale / quantisation.scale;
    const { multiplier, shift } = fixedFactors([
      ratio,
      ...slopes.map((slope) => ratio * Math.abs(slope)),
    ]);
    lowering.operations.push({
      kind: 'prelu',
      name: node.name,
      input: from.tensor,
      output,
      positions: from.height * from.width,
      channels: from.channels,
      inputZeroPoint: x.zeroPoint,
      multiplier: multiplier[0] ?? 0,
      slope: multiplier.slice(1).map((factor, c) => factor * Math.sign(slopes[c] ?? 0)),
      shift,
      zeroPoint: quantisation.zeroPoint,
    });
  },
};

/** The slopes of a PRelu, one for each channel. */
export function slopesOf(
  lowering: Lowering,
  node: GraphNode,
  input: number,
  { channels }: Placement,
): readonly number[] {
  const { shape, data } = tensorOf(lowering.graph, inputName(node, input));
  if (data?.length !== channels) {
    throw unsupported(node, `its slope [${shape.join(', ')}] is not one for each channel`);
  }
  return Array.from(data);
}
