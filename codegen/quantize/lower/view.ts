import type { LowerRule } from './rule.js';

/** Changes of shape that leave every value where it lies. */
export const lowerView: LowerRule = {
  fusesRelu: false,
  lower: (lowering, node) => lowering.alias(node),
};
