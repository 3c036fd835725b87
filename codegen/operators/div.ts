import { arithmeticRule } from './broadcast.js';

/**
 * Passes rewrite it: a division by a constant is folded or becomes a table, one by a signal a product with its
 * reciprocal. So it needs no gradient rule.
 */
export const div = arithmeticRule('Div', (a, b) => a / b);
