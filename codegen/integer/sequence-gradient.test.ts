/** Integer gradients of attention and layer normalisation against the float rules, on codes that stand for the same values. */
import { describe, expect, it } from 'vitest';
import type { GraphNode } from '../graph/graph.js';
import { operatorRule } from '../operators/registry.js';
import { randomValues, seededRandom } from '../testing/random.js';
import { channelNormGradientKernel } from './channel-norm-gradient.js';
import { matMulGradientKernel } from './mat-mul-gradient.js';
import type { IntegerArray } from './program.js';
import { softmaxGradientKernel } from './softmax-gradient.js';

const LIMIT = 32_767;

interface Counted {
  saturations: number;
  readonly values: (name: string) => IntegerArray;
  readonly saturate: (count: number) => void;
}

function contextOf(values: Readonly<Record<string, IntegerArray>>): Counted {
  const context: Counted = {
    saturations: 0,
    values: (name) => values[name] ?? new Int8Array(),
    saturate: (count) => {
      context.saturations += count;
    },
  };
  return context;
}

function codes(seed: number, length: number, limit: number): number[] {
  return Array.from(randomValues(seededRandom(seed), length, limit), Math.round);
}

/** One operator in float. */
function float(
  operator: string,
  inputs: readonly (readonly [shape: readonly number[], values: readonly number[]])[],
  attributes: GraphNode['attributes'],
): readonly number[] {
  const names = inputs.map((_, i) => `x${i}`);
  const node = { operator, name: operator, inputs: names, outputs: ['y'], attributes };
  const tensors = inputs.map(([shape, values]) => ({ shape, data: Float64Array.from(values) }));
  const infos = tensors.map(({ shape }) => ({ shape, elementType: 'float32' as const }));
  const rule = operatorRule(node, 'test');
  const [y] = rule.evaluate(node, tensors, rule.infer(node, infos));
  return Array.from(y?.data ?? []);
}

function farthest(a: ArrayLike<number>, b: readonly number[]): number {
  return b.reduce((most, value, i) => Math.max(most, Math.abs(value - (a[i] ?? NaN))), 0);
}

describe('gradient of softmax', () => {
  it.each([
    ['int16', 1],
    ['int16', 40],
    ['int16', 2047],
    ['int8', 5],
    ['int8', 200],
  ] as const)('%s probabilities, %i columns', (type, columns) => {
    const rows = 3;
    const one = type === 'int16' ? 2 ** 15 : 2 ** 8;
    const powers = codes(columns, rows * columns, 4).map((value) => Math.exp(value));
    const p = powers.map((power, i) => {
      const from = i - (i % columns);
      const sum = powers.slice(from, from + columns).reduce((a, b) => a + b, 0);
      return Math.min(one - 1, Math.round((one * power) / sum));
    });
    const dy = codes(columns + 1, rows * columns, 3000);
    const dx = new Int16Array(dy.length);
    const context = contextOf({
      dy: Int16Array.from(dy),
      p: type === 'int16' ? Int16Array.from(p) : Int8Array.from(p, (share) => share - 128),
      dx,
    });
    // A tenth of a step of dY is a step of dX.
    const shift = 40;
    softmaxGradientKernel.run(
      {
        ...{ kind: 'softmaxGradient', name: '', input: 'dy', probabilities: 'p', output: 'dx' },
        ...{ probabilitiesAreInt16: type === 'int16', rows, columns, limit: LIMIT, shift },
        multiplier: Math.round((10 / one ** 2) * 2 ** shift),
      },
      context,
    );
    // Rows of the operator run along the channels: [1, columns, rows], here transposed.
    const turned = (values: readonly number[]): number[] =>
      Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] ?? NaN);
    const shape = [1, columns, rows];
    const shares = p.map((share) => share / one);
    const real = float(
      'SoftmaxGradient',
      [
        [shape, turned(dy)],
        [shape, turned(shares)],
      ],
      { axis: 1 },
    );
    const expected = Array.from(
      dx,
      (_, i) => 10 * (real[(i % columns) * rows + Math.floor(i / columns)] ?? NaN),
    );
    // A multiplier of so few digits is off by 2^-10 where probabilities have 15 bits.
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(farthest(dx, expected)).toBeLessThan(0.51 + largest * 2 ** -9);
    expect(context.saturations).toBe(0);
    expect(columns === 1 || largest > 100).toBe(true);
  });
});

describe('gradient of a product of two signals', () => {
  it.each([
    ['int8', 7],
    ['int16', 33],
  ] as const)('%s factor, %i products in a sum', (type, depth) => {
    const [batch, rows, columns] = [2, 3, 5];
    const zeroPoint = type === 'int8' ? -11 : 0;
    const dy = codes(1, batch * rows * depth, 20_000);
    const b = codes(2, batch * depth * columns, type === 'int8' ? 127 : 30_000);
    const dx = new Int16Array(batch * rows * columns);
    const scale = type === 'int8' ? 2 ** -9 : 2 ** -18;
    const strides = { a: [rows * depth, depth, 1], b: [depth * columns, columns, 1] } as const;
    const run = (limit: number): Counted => {
      const context = contextOf({
        dy: Int16Array.from(dy),
        b: type === 'int8' ? Int8Array.from(b) : Int16Array.from(b),
        dx,
      });
      matMulGradientKernel.run(
        {
          ...{ kind: 'matMulGradient', name: '', inputA: 'dy', inputB: 'b', output: 'dx' },
          ...{ batch, rows, depth, columns, aStrides: strides.a, bStrides: strides.b },
          ...{ bOffset: 0, bZeroPoint: zeroPoint, yStrides: [rows * columns, columns] },
          ...{ multiplier: scale * 2 ** 35, shift: 35, limit },
        },
        context,
      );
      return context;
    };
    expect(run(LIMIT).saturations).toBe(0);
    const expected = Array.from(dx, (_, at) => {
      const [matrix, row] = [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows];
      let sum = 0;
      for (let i = 0; i < depth; i += 1) {
        const left = dy[(matrix * rows + row) * depth + i] ?? NaN;
        sum += left * ((b[(matrix * depth + i) * columns + (at % columns)] ?? NaN) - zeroPoint);
      }
      return sum * scale;
    });
    expect(farthest(dx, expected)).toBeLessThanOrEqual(0.5);
    const beyond = expected.filter((value) => Math.abs(value) > 100.5).length;
    expect(run(100).saturations).toBe(beyond);
    expect(beyond).toBeGreaterThan(3);
    expect(dx.every((value) => Math.abs(value) <= 100)).toBe(true);
  });
});

describe('gradient of layer normalisation', () => {
  it.each([
    { channels: 2, spread: 100 },
    { channels: 16, spread: 120 },
    { channels: 33, spread: 3 },
    { channels: 1024, spread: 127 },
  ])('over $channels channels within $spread codes', ({ channels, spread }) => {
    const places = 3;
    const x = codes(channels, places * channels, spread);
    const dy = codes(channels + 1, places * channels, 30_000);
    const gamma = codes(channels + 2, channels, 9000);
    const dx = new Int16Array(x.length);
    const context = contextOf({ dy: Int16Array.from(dy), x: Int8Array.from(x), dx });
    // gamma · 2^-up is what a step of dY becomes before the division by the deviation.
    const up = 13;
    channelNormGradientKernel.run(
      {
        ...{ kind: 'channelNormGradient', name: '', input: 'dy', argument: 'x', output: 'dx' },
        ...{ places, channels, epsilon: 1, gamma: Int32Array.from(gamma), limit: LIMIT },
        shift: up + 7,
      },
      context,
    );
    const turned = (values: readonly number[]): number[] =>
      values.map((_, i) => values[(i % places) * channels + Math.floor(i / places)] ?? NaN);
    const shape = [1, channels, places];
    const real = float(
      'ChannelNormalizationGradient',
      [
        [shape, turned(dy)],
        [shape, turned(x)],
        [[channels], gamma.map((value) => value * 2 ** -up)],
      ],
      { epsilon: 0 },
    );
    const expected = Array.from(
      dx,
      (_, i) => real[(i % channels) * places + Math.floor(i / channels)] ?? NaN,
    );
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(context.saturations).toBe(0);
    expect(farthest(dx, expected)).toBeLessThan(0.6 + largest * 2 ** -10);
    expect(channels === 2 || largest > 100).toBe(true);
  });

  it('saturates where all values are the same and the gradient is not', () => {
    const dx = new Int16Array(4);
    const context = contextOf({ dy: Int16Array.of(9, 0, 0, 0), x: new Int8Array(4), dx });
    const operation = {
      ...({ kind: 'channelNormGradient', name: '', input: 'dy', argument: 'x' } as const),
      ...{ output: 'dx', places: 1, channels: 4, epsilon: 1, gamma: new Int32Array(4).fill(8192) },
      ...{ limit: 500 },
    };
    channelNormGradientKernel.run({ ...operation, shift: -40 }, context);
    expect(Array.from(dx)).toEqual([500, -500, -500, -500]);
    expect(context.saturations).toBe(4);
    channelNormGradientKernel.run({ ...operation, shift: 70 }, context);
    expect(Array.from(dx)).toEqual([0, 0, 0, 0]);
  });
});
