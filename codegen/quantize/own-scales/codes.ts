/** Operators that move codes: those of the float networks, whose scale is then that of their input. */
import { outputName } from '../../graph/graph.js';
import { emitConcat } from '../lower/concat.js';
import type { LowerRule } from '../lower/rule.js';
import type { OwnScalesRule } from './rule.js';
import { stepsOf } from './rule.js';

/** settleScales has seen to it that input and output have one scale. */
export function keepingCodes(rule: LowerRule): OwnScalesRule {
  return (lowering, node) =>
    rule.lower(lowering, node, { output: outputName(node), relu: false, isLogits: false });
}

/** TFLite has all parts in the output's scale; others are rescaled. */
export const concatWithOwnScales: OwnScalesRule = (lowering, node, { output }) =>
  emitConcat(lowering, node, output, {
    steps: { type: 'int8', ...stepsOf(lowering, node, output) },
    clampLow: -128,
    clampHigh: 127,
  });
