import { fixedFactors } from '../../integer/round.js';
import { int8Range } from '../ranges.js';
import type { LowerRule } from './rule.js';

/** Mean over all positions: GlobalAveragePool and ReduceMean. */
export const lowerAveragePool: LowerRule = {
  fusesRelu: false,
  lower(lowering, node, { output }) {
    const from = lowering.placementOf(node, 0);
    const x = lowering.tensorAt(from);
    const positions = from.height * from.width;
    const quantisation = int8Range(lowering.activationRange(output), false);
    lowering.place(output, { type: 'int8', ...quantisation });
    const factor = x.scale / (positions * quantisation.scale);
    const { multiplier, shift } = fixedFactors([factor]);
    lowering.operations.push({
      kind: 'averagePool',
      name: node.name,
      input: from.tensor,
      output,
      positions,
      channels: from.channels,
      bias: Math.round(quantisation.zeroPoint / factor) - positions * x.zeroPoint,
      multiplier: multiplier[0] ?? 0,
      shift,
    });
  },
};
