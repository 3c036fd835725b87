import { clamp } from '../../integer/round.js';
import { int8Range } from '../ranges.js';
import { unsupported } from '../../operators/require.js';
import type { LowerRule } from './rule.js';

/**
 * A Clip around zero that could not be fused into what computes its input (there it costs nothing: its output's range
 * lies inside the bounds, and beyond the range every operation saturates): a change of scale that saturates.
 */
export const lowerClip: LowerRule = {
  fusesRelu: false,
  lower(lowering, node, { output }) {
    const from = lowering.placementOf(node, 0);
    const x = lowering.tensorAt(from);
    if (x.type !== 'int8') throw unsupported(node, 'its input is not int8');
    const quantisation = int8Range(lowering.activationRange(output), false);
    lowering.placeAs(output, { ...from, tensor: output }, { type: 'int8', ...quantisation });
    lowering.operations.push({
      kind: 'lookup',
      name: node.name,
      input: from.tensor,
      output,
      elements: from.height * from.width * from.channels,
      table: Int8Array.from({ length: 256 }, (_, i) =>
        clamp(
          Math.round(((i - 128 - x.zeroPoint) * x.scale) / quantisation.scale) +
            quantisation.zeroPoint,
          -128,
          127,
        ),
      ),
    });
  },
};
