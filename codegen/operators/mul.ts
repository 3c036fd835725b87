import { inputName } from '../graph/graph.js';
import { arithmeticRule, reducedGradient, signalInputs } from './broadcast.js';

/** Each factor's gradient needs the other one, which stays in memory for the explanation. */
export const mul = arithmeticRule(
  'Mul',
  (a, b) => a * b,
  (node, builder) =>
    signalInputs(node, builder).map(
      (index) =>
        [index, reducedGradient(node, builder, index, inputName(node, 1 - index))] as const,
    ),
);
