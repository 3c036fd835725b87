import type { GraphNode } from '../../graph/graph.js';
import type { IntegerTensor } from '../../integer/program.js';
import { unsupported } from '../../operators/require.js';

/** Most bits of a multiplier, by the width of what it multiplies: two such products and a bias stay in int32. */
const MULTIPLIER_BITS = { int8: 21, int16: 14 } as const;

/** The shift of y = (Σ x · multiplier + bias) >> shift, where each multiplier is its scale over the output's, times 2^shift. */
export function summandShift(
  node: GraphNode,
  summands: readonly Pick<IntegerTensor, 'type' | 'scale'>[],
  output: Pick<IntegerTensor, 'scale'>,
): number {
  let shift = 20;
  for (const { type, scale } of summands) {
    const factor = scale / output.scale;
    while (factor * 2 ** shift >= 2 ** MULTIPLIER_BITS[type === 'int16' ? 'int16' : 'int8']) {
      shift -= 1;
    }
    if (shift < 1) throw unsupported(node, `the scales of its inputs differ by ${factor}`);
  }
  return shift;
}
