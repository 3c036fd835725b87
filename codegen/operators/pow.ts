import { arithmeticRule } from './broadcast.js';

/** With one constant exponent it becomes a table (passes), so it needs no gradient rule. */
export const pow = arithmeticRule('Pow', (a, b) => a ** b);
