import { RESCALED_ADD_LEFT_SHIFT } from '../../integer/rescaled-add.js';
import { exactFactorOf } from './conv.js';
import type { OwnScalesRule } from './rule.js';
import { clampOf, stepsOf } from './rule.js';

/** ADD of TFLite (add.cc, PrepareGeneral): both terms come to twice the larger input scale first. */
export const addWithOwnScales: OwnScalesRule = (lowering, node, { output, bounds }) => {
  const fromA = lowering.placementOf(node, 0);
  const fromB = lowering.placementOf(node, 1);
  const a = lowering.tensorAt(fromA);
  const b = lowering.tensorAt(fromB);
  const steps = stepsOf(lowering, node, output);
  const common = 2 * Math.max(a.scale, b.scale);
  const factorA = exactFactorOf(node, a.scale / common);
  const factorB = exactFactorOf(node, b.scale / common);
  const factor = exactFactorOf(node, common / (2 ** RESCALED_ADD_LEFT_SHIFT * steps.scale));
  lowering.placeAs(output, { ...fromA, tensor: output }, { type: 'int8', ...steps });
  lowering.operations.push({
    kind: 'rescaledAdd',
    name: node.name,
    inputA: fromA.tensor,
    inputB: fromB.tensor,
    output,
    elements: fromA.height * fromA.width * fromA.channels,
    offsetA: -a.zeroPoint,
    multiplierA: factorA.multiplier,
    shiftA: factorA.shift,
    offsetB: -b.zeroPoint,
    multiplierB: factorB.multiplier,
    shiftB: factorB.shift,
    ...factor,
    outputOffset: steps.zeroPoint,
    ...clampOf(bounds, steps),
  });
};
