import { fixedFactors } from '../../integer/round.js';
import { unsupported } from '../../operators/require.js';
import type { LowerRule } from './rule.js';

/** Mean over all positions: GlobalAveragePool and ReduceMean. */
export const lowerAveragePool: LowerRule = {
  fusesRelu: false,
  int16: 'computes',
  lower(lowering, node, { output }) {
    const from = lowering.placementOf(node, 0);
    const x = lowering.tensorAt(from);
    const positions = from.height * from.width;
    const { steps, clampLow, clampHigh } = lowering.signal(output, false);
    lowering.place(output, steps);
    const factor = x.scale / (positions * steps.scale);
    const bias = Math.round(steps.zeroPoint / factor) - positions * x.zeroPoint;
    const reach = positions * (x.type === 'int16' ? 2 ** 15 : 2 ** 7) + Math.abs(bias);
    if (reach * Math.max(1, factor) >= 2 ** 31) {
      throw unsupported(node, `its sum over ${positions} positions could leave int32`);
    }
    const { multiplier, shift } = fixedFactors([factor]);
    lowering.operations.push({
      kind: 'averagePool',
      name: node.name,
      input: from.tensor,
      output,
      positions,
      channels: from.channels,
      bias,
      multiplier: multiplier[0] ?? 0,
      shift,
      clampLow,
      clampHigh,
    });
  },
};
