import type { ScalarExpression } from './scalar-function.js';

/** Degree of a term in x for factors above zero: f(k·x) = k^degree · f(x). Zero is of every degree; undefined is of none. */
type Degree = number | 'zero' | undefined;

/** max and min as well: they order k·a and k·b as a and b. */
const COMPARED = new Set(['+', '-', 'max', 'min']);

/**
 * Whether f(k·x) = k · f(x) for every k above zero, shown from how the expression is written: Relu, LeakyRelu, PRelu, Abs
 * and multiplication by a constant are; what is not shown to be is taken not to be.
 */
export function isPositivelyHomogeneous(expression: ScalarExpression): boolean {
  const stack: Degree[] = [];
  for (const token of expression.split(' ')) {
    if (token === 'x') stack.push(1);
    else if (Number.isFinite(Number(token))) stack.push(Number(token) === 0 ? 'zero' : 0);
    else if (token === '*' || token === '/' || token === 'pow' || COMPARED.has(token)) {
      const b = stack.pop();
      const a = stack.pop();
      stack.push(combined(token, a, b));
    } else {
      const a = stack.pop();
      if (token === 'neg' || token === 'abs') stack.push(a);
      // Any function of what x's scale does not change; 'zero' may become any constant.
      else stack.push(a === 0 || a === 'zero' ? 0 : undefined);
    }
  }
  return stack.length === 1 && stack[0] === 1;
}

function combined(token: string, a: Degree, b: Degree): Degree {
  if (a === undefined || b === undefined) return undefined;
  if (COMPARED.has(token)) return a === 'zero' ? b : b === 'zero' || a === b ? a : undefined;
  if (token === '*') return a === 'zero' || b === 'zero' ? 'zero' : a + b;
  if (token === '/')
    return a === 'zero' || b === 'zero' ? (a === 'zero' ? 'zero' : undefined) : a - b;
  return a === 0 && (b === 0 || b === 'zero') ? 0 : undefined;
}
