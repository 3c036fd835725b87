import { describe, expect, it } from 'vitest';
import { isPositivelyHomogeneous } from './homogeneous.js';
import { scalarFunction } from './scalar-function.js';

const CASES: readonly (readonly [expression: string, homogeneous: boolean])[] = [
  ['x', true],
  ['x 0 max', true],
  ['x 0 max x 0 min 0.01 * +', true],
  ['x abs', true],
  ['x neg 3 /', true],
  ['x x * x /', true],
  ['x 0 exp *', true],
  ['x 0 +', true],
  ['x 1 +', false],
  ['x 0 max 6 min', false],
  ['x -1 max', false],
  ['x x *', false],
  ['x sigmoid', false],
  ['x x sigmoid *', false],
  ['x 1 pow', false],
  ['1 x /', false],
  ['1', false],
  ['0', false],
];

describe('positively homogeneous functions', () => {
  it.each(CASES)('%s: %s', (expression, homogeneous) => {
    expect(isPositivelyHomogeneous(expression)).toBe(homogeneous);
    if (!homogeneous) return;
    const f = scalarFunction(expression);
    for (const x of [-3.7, -0.2, 0.4, 11]) {
      for (const k of [0.25, 8]) expect(f(k * x).value).toBe(k * f(x).value);
    }
  });
});
