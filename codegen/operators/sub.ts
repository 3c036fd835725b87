import { arithmeticRule, reducedGradient, signalInputs } from './broadcast.js';

export const sub = arithmeticRule(
  'Sub',
  (a, b) => a - b,
  (node, builder) =>
    signalInputs(node, builder).map((index) => {
      const gradient = reducedGradient(node, builder, index);
      return [index, index === 0 ? gradient : builder.add('Neg', [gradient])] as const;
    }),
);
