import { arithmeticRule, reducedGradient, signalInputs } from './broadcast.js';

export const add = arithmeticRule(
  'Add',
  (a, b) => a + b,
  (node, builder) =>
    signalInputs(node, builder).map(
      (index) => [index, reducedGradient(node, builder, index)] as const,
    ),
);
