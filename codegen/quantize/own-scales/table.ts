/** Operators that map each code by itself: a table of 256 entries, made with the arithmetic that TFLite applies to each. */
import type { GraphNode } from '../../graph/graph.js';
import { floatAttribute, inputName } from '../../graph/graph.js';
import { clamp, multiplyRound } from '../../integer/round.js';
import { unsupported } from '../../operators/require.js';
import { scalarFunction } from '../../operators/scalar-function.js';
import { unaryExpression } from '../../operators/unary.js';
import { finite } from '../lower/pointwise.js';
import type { Lowering } from '../lowering.js';
import { exactFactorOf } from './conv.js';
import type { Bounds, OwnScalesRule } from './rule.js';
import { ANYTHING, boundsOf, clampOf, stepsOf } from './rule.js';

/** Adds a lookup of the node's nth input. @param code of the output for a code of the input, in int8 */
export function lookupOf(
  lowering: Lowering,
  node: GraphNode,
  index: number,
  output: string,
  code: (input: number) => number,
): void {
  const from = lowering.placementOf(node, index);
  const steps = stepsOf(lowering, node, output);
  lowering.placeAs(output, { ...from, tensor: output }, { type: 'int8', ...steps });
  lowering.operations.push({
    kind: 'lookup',
    name: node.name,
    input: from.tensor,
    output,
    elements: from.height * from.width * from.channels,
    table: Int8Array.from({ length: 256 }, (_, i) => code(i - 128)),
  });
}

/** Another scale, and the bounds of an activation that stands by itself (QUANTIZE, RELU…: activations.cc, QuantizedReluX). */
function rescaled(boundsIn: (lowering: Lowering, node: GraphNode) => Bounds): OwnScalesRule {
  return (lowering, node, { output }) => {
    const x = stepsOf(lowering, node, inputName(node, 0));
    const steps = stepsOf(lowering, node, output);
    const { multiplier, shift } = exactFactorOf(node, x.scale / steps.scale);
    const { clampLow, clampHigh } = clampOf(boundsIn(lowering, node), steps);
    lookupOf(lowering, node, 0, output, (code) =>
      clamp(
        multiplyRound(code - x.zeroPoint, multiplier, shift) + steps.zeroPoint,
        clampLow,
        clampHigh,
      ),
    );
  };
}

export const requantizeWithOwnScales = rescaled(() => ANYTHING);
export const activationWithOwnScales = rescaled((lowering, node) => boundsOf(lowering.graph, node));

/** LEAKY_RELU (reference/leaky_relu.h): each side has a factor of its own. */
export const leakyReluWithOwnScales: OwnScalesRule = (lowering, node, { output }) => {
  const x = stepsOf(lowering, node, inputName(node, 0));
  const steps = stepsOf(lowering, node, output);
  const factor = x.scale / steps.scale;
  const slope = factor * floatAttribute(node, 'alpha', 0.01);
  const above = exactFactorOf(node, factor);
  const below = exactFactorOf(node, Math.abs(slope));
  lookupOf(lowering, node, 0, output, (code) => {
    const value = code - x.zeroPoint;
    const side = value >= 0 ? above : below;
    const signed = value < 0 && slope < 0 ? -side.multiplier : side.multiplier;
    return clamp(multiplyRound(value, signed, side.shift) + steps.zeroPoint, -128, 127);
  });
};

/** Any other function of one value, correctly rounded, ties away from zero (LOGISTIC and TANH: LookupTablePopulate). */
export const functionWithOwnScales: OwnScalesRule = (lowering, node, { output }) => {
  const x = stepsOf(lowering, node, inputName(node, 0));
  const steps = stepsOf(lowering, node, output);
  const expression = unaryExpression(node);
  if (expression === undefined) throw unsupported(node, 'it is no function of one value');
  const apply = scalarFunction(expression);
  const values = finite(
    Array.from({ length: 256 }, (_, i) => apply((i - 128 - x.zeroPoint) * x.scale).value),
  );
  lookupOf(lowering, node, 0, output, (code) => {
    const real = (values[code + 128] ?? 0) / steps.scale;
    const rounded = Math.sign(real) * Math.round(Math.abs(real));
    return clamp(rounded + steps.zeroPoint, -128, 127);
  });
};
