import { describe, expect, it } from 'vitest';
import { erf } from './error-function.js';
import { compose, scalarFunction } from './scalar-function.js';
import { unaryExpression } from './unary.js';

/** Abramowitz & Stegun, table 7.1, and the limits; both sides of the switch between series and fraction. */
const ERF = [
  [0, 0],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [2, 0.9953222650189527],
  [2.4999999, 0.9995930477647266],
  [2.5, 0.9995930479825551],
  [3, 0.9999779095030014],
  [5, 0.9999999999984626],
  [6, 1],
  [40, 1],
] as const;

describe('erf', () => {
  it.each(ERF)('erf(%d) = %d, odd', (x, y) => {
    expect(Math.abs(erf(x) - y)).toBeLessThan(1e-12);
    expect(erf(-x)).toBeCloseTo(-erf(x), 15);
  });

  it('has no value for what is no number', () => expect(erf(NaN)).toBeNaN());
});

const expressionOf = (operator: string): string =>
  unaryExpression({ operator, name: '', inputs: [], outputs: [], attributes: {} }) ?? '';

/** Where each operator has a kink or leaves its domain, the slope is one of two: left out. */
const OPERATORS = [
  ...[
    'Abs',
    'Celu',
    'Cos',
    'Elu',
    'Erf',
    'Exp',
    'Gelu',
    'HardSigmoid',
    'HardSwish',
    'LeakyRelu',
    'Mish',
    'Neg',
  ],
  ...['Selu', 'Sigmoid', 'Sin', 'Softplus', 'Softsign', 'Tanh', 'ThresholdedRelu'],
].map((operator) => ({ operator, points: [-40, -3.1, -2.4, -0.7, 0.3, 1.1, 2.9, 3.1, 40] }));

describe('scalar functions', () => {
  it.each([
    ...OPERATORS,
    ...['Log', 'Reciprocal', 'Sqrt'].map((operator) => ({ operator, points: [1e-3, 0.5, 7] })),
  ])('slope of $operator is that of its values', ({ operator, points }) => {
    const apply = scalarFunction(expressionOf(operator));
    for (const x of points) {
      const step = 1e-6 * Math.max(1e-3, Math.abs(x));
      const difference = (apply(x + step).value - apply(x - step).value) / (2 * step);
      const { slope } = apply(x);
      expect(Math.abs(slope - difference)).toBeLessThan(1e-4 * Math.max(1e-3, Math.abs(slope)));
    }
  });

  it('composes by substitution', () => {
    const silu = compose('x x sigmoid *', 'x 2 *');
    expect(silu).toBe('x 2 * x 2 * sigmoid *');
    expect(scalarFunction(silu)(0.5).value).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
  });

  it('stays flat where a flat function meets an infinite slope', () => {
    expect(scalarFunction('x 0 max sqrt')(-1)).toEqual({ value: 0, slope: 0 });
  });

  it('takes a power by a constant', () => {
    expect(scalarFunction('x 3 pow')(-2)).toEqual({ value: -8, slope: 12 });
  });

  it('refuses what is no expression', () => {
    expect(() => scalarFunction('x foo')).toThrow(RangeError);
    expect(() => scalarFunction('x +')(1)).toThrow(RangeError);
  });
});
