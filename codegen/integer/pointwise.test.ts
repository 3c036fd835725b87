import { describe, expect, it } from 'vitest';
import { broadcastAddKernel } from './broadcast-add.js';
import { lookupGradientKernel } from './lookup-gradient.js';
import { multiplyKernel } from './multiply.js';
import { packInsideKernel } from './pack-inside.js';
import { preluKernel } from './prelu.js';
import { productGradientKernel } from './product-gradient.js';
import type { IntegerArray } from './program.js';
import { narrowFactors, roundWide } from './round.js';

/** Runs a kernel on tensors by name; returns how many values saturated. */
function run<Operation>(
  kernel: { run(operation: Operation, context: Parameters<typeof packInsideKernel.run>[1]): void },
  operation: Operation,
  tensors: Readonly<Record<string, IntegerArray>>,
): number {
  let saturations = 0;
  kernel.run(operation, {
    values: (name) => tensors[name] ?? new Int8Array(),
    saturate: (count) => {
      saturations += count;
    },
  });
  return saturations;
}

const HALF = { multiplier: 2 ** 30, shift: 31 };
const WHOLE = { position: 2, channel: 1 };
const names = { name: 'test', inputA: 'a', inputB: 'b', output: 'y' };

describe('pointwise kernels at their boundaries', () => {
  it('multiply: extremes, ties upwards, each broadcast', () => {
    const a = Int8Array.of(-128, 127, 3, -3);
    const base = { kind: 'multiply', ...names, positions: 2, channels: 2, ...HALF } as const;
    const zero = { zeroPointA: 0, zeroPointB: 0, zeroPoint: 0, clampLow: -128 };
    const table = [
      { b: Int8Array.of(1, 1, 1, 1), stridesB: WHOLE, y: [-64, 64, 2, -1] },
      {
        b: Int8Array.of(127, -128),
        stridesB: { position: 0, channel: 1 },
        y: [-128, -128, 127, 127],
      },
      { b: Int8Array.of(2, -2), stridesB: { position: 1, channel: 0 }, y: [-128, 127, -3, 3] },
      { b: Int8Array.of(2), stridesB: { position: 0, channel: 0 }, y: [-128, 127, 3, -3] },
    ];
    for (const { b, stridesB, y } of table) {
      const out = new Int8Array(4);
      run(multiplyKernel, { ...base, ...zero, stridesA: WHOLE, stridesB }, { a, b, y: out });
      expect(Array.from(out)).toEqual(y);
    }
  });

  it('broadcastAdd: a difference with one value per channel', () => {
    const y = new Int8Array(4);
    run(
      broadcastAddKernel,
      {
        ...{ kind: 'broadcastAdd', ...names, positions: 2, channels: 2 },
        ...{ stridesA: WHOLE, stridesB: { position: 0, channel: 1 } },
        ...{ multiplierA: 4, multiplierB: -4, bias: 2, shift: 2, clampLow: -100, clampHigh: 127 },
      } as const,
      { a: Int8Array.of(-128, 127, 5, 5), b: Int8Array.of(1, -128), y },
    );
    expect(Array.from(y)).toEqual([-100, 127, 4, 127]);
  });

  it('prelu: zero, a negative slope, saturation', () => {
    const y = new Int8Array(4);
    run(
      preluKernel,
      {
        ...{ kind: 'prelu', name: 'test', input: 'x', output: 'y', positions: 2, channels: 2 },
        ...{ inputZeroPoint: -1, multiplier: 2 ** 30, shift: 30, zeroPoint: 3 },
        slope: Int32Array.of(-(2 ** 30), 2 ** 29),
      } as const,
      { x: Int8Array.of(-128, -2, -1, 127), y },
    );
    expect(Array.from(y)).toEqual([127, 3, 3, 127]);
  });

  it('packInside: strictly between, bounds out of reach', () => {
    const x = Int8Array.of(-128, -127, 0, 126, 127);
    for (const [low, high, bits] of [
      [-128, 127, 0b01110],
      [-1000, 1000, 0b11111],
      [0, 1000, 0b11000],
    ] as const) {
      const out = new Uint8Array(1);
      const op = { kind: 'packInside', name: 't', input: 'x', output: 'y', elements: 5 } as const;
      run(packInsideKernel, { ...op, low, high }, { x, y: out });
      expect(out[0]).toBe(bits);
    }
  });

  it('lookupGradient: takes the slope at the code, counts what does not fit', () => {
    const dx = new Int16Array(2);
    const slope = new Int16Array(256);
    slope[0] = -32_767;
    slope[255] = 32_767;
    const saturations = run(
      lookupGradientKernel,
      {
        ...{ kind: 'lookupGradient', name: 't', input: 'dy', argument: 'x', output: 'dx' },
        ...{ positions: 1, channels: 2, slope, shift: 31, limit: 32_767 },
        multiplier: Int32Array.of(2 ** 16, 2 ** 17),
      } as const,
      { dy: Int16Array.of(32_767, 32_767), x: Int8Array.of(-128, 127), dx },
    );
    expect(Array.from(dx)).toEqual([-32_766, 32_767]);
    expect(saturations).toBe(1);
  });

  it('productGradient: sums beyond int32 over positions, over channels, over both', () => {
    const positions = 1000;
    const dy = new Int16Array(2 * positions).fill(32_767);
    const factor = new Int8Array(2 * positions).fill(127);
    const each = 32_767 * 255;
    for (const [sumPositions, sumsChannels, terms] of [
      [positions, false, positions],
      [positions / 4, false, positions / 4],
      [1, true, 2],
      [positions, true, 2 * positions],
    ] as const) {
      const dx = new Int16Array(2 * positions);
      const multiplier = Int32Array.of(2 ** 20, 2 ** 19);
      run(
        productGradientKernel,
        {
          ...{ kind: 'productGradient', name: 't', input: 'dy', factor: 'f', output: 'dx' },
          ...{ positions, channels: 2, factorStrides: WHOLE, factorZeroPoint: -128 },
          ...{ sumPositions, sumsChannels, multiplier, shift: 40, limit: 32_767 },
        } as const,
        { dy, f: factor, dx },
      );
      expect(dx[0]).toBe(Math.min(32_767, Math.round((each * terms) / 2 ** 20)));
      if (!sumsChannels) expect(dx[1]).toBe(Math.round((each * terms) / 2 ** 21));
    }
  });
});

describe('rounding of wide sums', () => {
  it.each([
    [1, 1, 1, 1],
    [-1, 1, 1, 0],
    [2 ** 40 + 1, 2 ** 20 - 1, 41, 524_288],
    [-(2 ** 40), 2 ** 20 - 1, 41, -524_287],
  ])('%d · %d >> %d = %d', (value, multiplier, shift, result) => {
    expect(roundWide(value, multiplier, shift)).toBe(result);
  });

  it('keeps its multipliers narrow', () => {
    const { multiplier, shift } = narrowFactors([0.3, 0.001], 21);
    expect(multiplier[0]).toBeLessThan(2 ** 21);
    expect((multiplier[1] ?? 0) / 2 ** shift).toBeCloseTo(0.001, 6);
    expect(() => narrowFactors([2 ** 20], 21)).toThrow(RangeError);
  });
});
