import { describe, expect, it } from 'vitest';
import { seededRandom } from '../testing/random.js';
import { fixedFactors, multiplyRound } from './round.js';

/** The definition, in unbounded integers. */
function exact(value: number, multiplier: number, shift: number): number {
  const half = 1n << BigInt(shift - 1);
  return Number((BigInt(value) * BigInt(multiplier) + half) >> BigInt(shift));
}

describe('multiplyRound', () => {
  const edges = [
    0, 1, -1, 2, -2, 32_767, -32_768, 65_535, 65_536, -65_536, 2_147_483_647, -2_147_483_648,
  ];

  it.each([17, 18, 31, 32, 33, 48, 62])('is exact at the edges, shift %i', (shift) => {
    for (const value of edges) {
      for (const multiplier of edges) {
        expect(multiplyRound(value, multiplier, shift)).toBe(exact(value, multiplier, shift));
      }
    }
  });

  it('is exact on 20,000 seeded cases, ties among them', () => {
    const random = seededRandom(3);
    for (let i = 0; i < 20_000; i += 1) {
      const value = Math.floor((random() - 0.5) * 2 ** (1 + Math.floor(random() * 31))) | 0;
      const shift = 17 + Math.floor(random() * 40);
      // Powers of two make exact halves.
      const multiplier =
        i % 3 === 0 ? 2 ** Math.floor(random() * 31) : Math.floor(random() * 2_147_483_647);
      expect(multiplyRound(value, multiplier, shift)).toBe(exact(value, multiplier, shift));
    }
  });
});

describe('fixedFactors', () => {
  it('uses the high word where the factors allow it', () => {
    expect(fixedFactors([0.25, 0.001]).shift).toBe(32);
    expect(fixedFactors([0.5]).shift).toBe(31);
    expect(fixedFactors([3]).multiplier[0]).toBe(3 * 2 ** 29);
  });

  it('keeps the digits of tiny factors', () => {
    const { multiplier, shift } = fixedFactors([1.2345e-8]);
    expect((multiplier[0] ?? 0) / 2 ** shift / 1.2345e-8).toBeCloseTo(1, 4);
  });

  it('refuses factors that no int32 multiplier can hold', () => {
    expect(() => fixedFactors([2 ** 13])).toThrow(RangeError);
    expect(() => fixedFactors([NaN, Infinity])).toThrow(RangeError);
  });
});
