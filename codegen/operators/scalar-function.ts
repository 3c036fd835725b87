import { erf } from './error-function.js';

/**
 * A function of one number, written in postfix: `x`, decimal constants and the words below, apart by spaces. Postfix
 * composes by substitution for `x`, and is readable in a comment of the emitted C. `x sigmoid x *` is SiLU.
 */
export type ScalarExpression = string;

/** A value and its slope with respect to x (forward-mode differentiation). */
interface Dual {
  readonly value: number;
  readonly slope: number;
}

const chain = (value: number, slope: number, inner: Dual): Dual => ({
  value,
  // A flat inner function stays flat where the outer slope is infinite.
  slope: inner.slope === 0 ? 0 : slope * inner.slope,
});

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

const unary: Readonly<Record<string, (a: Dual) => Dual>> = {
  ceil: (a) => chain(Math.ceil(a.value), 0, a),
  cos: (a) => chain(Math.cos(a.value), -Math.sin(a.value), a),
  floor: (a) => chain(Math.floor(a.value), 0, a),
  sign: (a) => chain(Math.sign(a.value), 0, a),
  sin: (a) => chain(Math.sin(a.value), Math.cos(a.value), a),
  // 1 above zero, else 0.
  step: (a) => chain(a.value > 0 ? 1 : 0, 0, a),
  abs: (a) => chain(Math.abs(a.value), Math.sign(a.value), a),
  erf: (a) => chain(erf(a.value), (2 / Math.sqrt(Math.PI)) * Math.exp(-a.value * a.value), a),
  exp: (a) => chain(Math.exp(a.value), Math.exp(a.value), a),
  log: (a) => chain(Math.log(a.value), 1 / a.value, a),
  neg: (a) => chain(-a.value, -1, a),
  sigmoid: (a) => chain(sigmoid(a.value), sigmoid(a.value) * sigmoid(-a.value), a),
  // ln(1 + e^x) without overflow.
  softplus: (a) =>
    chain(Math.max(0, a.value) + Math.log1p(Math.exp(-Math.abs(a.value))), sigmoid(a.value), a),
  sqrt: (a) => chain(Math.sqrt(a.value), 0.5 / Math.sqrt(a.value), a),
  tanh: (a) => chain(Math.tanh(a.value), 1 - Math.tanh(a.value) ** 2, a),
};

const binary: Readonly<Record<string, (a: Dual, b: Dual) => Dual>> = {
  '+': (a, b) => ({ value: a.value + b.value, slope: a.slope + b.slope }),
  '-': (a, b) => ({ value: a.value - b.value, slope: a.slope - b.slope }),
  '*': (a, b) => ({ value: a.value * b.value, slope: a.slope * b.value + a.value * b.slope }),
  '/': (a, b) => ({
    value: a.value / b.value,
    slope: a.slope / b.value - (b.slope === 0 ? 0 : (a.value * b.slope) / (b.value * b.value)),
  }),
  max: (a, b) => (a.value > b.value ? a : b),
  min: (a, b) => (a.value < b.value ? a : b),
  // The exponent is a constant.
  pow: (a, b) => chain(a.value ** b.value, b.value * a.value ** (b.value - 1), a),
};

type Step = (stack: Dual[], x: number) => void;

function pop(stack: Dual[]): Dual {
  const top = stack.pop();
  if (top === undefined) throw new RangeError('a scalar expression takes more than it has');
  return top;
}

function stepOf(token: string): Step {
  const one = unary[token];
  if (one !== undefined) return (stack) => stack.push(one(pop(stack)));
  const two = binary[token];
  if (two !== undefined) {
    return (stack) => {
      const b = pop(stack);
      const a = pop(stack);
      stack.push(two(a, b));
    };
  }
  if (token === 'x') return (stack, x) => stack.push({ value: x, slope: 1 });
  const constant: Dual = { value: Number(token), slope: 0 };
  if (!Number.isFinite(constant.value)) throw new RangeError(`"${token}" in a scalar expression`);
  return (stack) => stack.push(constant);
}

/** The function and its derivative, ready to be called for many x. */
export function scalarFunction(expression: ScalarExpression): (x: number) => Dual {
  const steps = expression.split(' ').map(stepOf);
  const stack: Dual[] = [];
  return (x) => {
    stack.length = 0;
    for (const step of steps) step(stack, x);
    return pop(stack);
  };
}

/** outer(inner(x)). */
export function compose(outer: ScalarExpression, inner: ScalarExpression): ScalarExpression {
  return outer
    .split(' ')
    .map((token) => (token === 'x' ? inner : token))
    .join(' ');
}
