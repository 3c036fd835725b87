import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../package-root.js';
import { randomValues, seededRandom } from '../testing/random.js';
import { channelNormKernel, inverseRoot } from './channel-norm.js';
import { GATE_TABLE, gateSigmoid, gateTanh } from './gate.js';
import type { IntegerArray } from './program.js';
import { negativePower, POWER_TABLE, softmaxKernel } from './softmax.js';

const ONE = 32_768;

function contextOf(values: Readonly<Record<string, IntegerArray>>) {
  return {
    values: (name: string) => values[name] ?? new Int8Array(),
    saturate: () => undefined,
  };
}

/** The numbers of a table in a kernel's source. */
function tableIn(file: string, name: string): readonly number[] {
  const text = readFileSync(join(packageRoot(), 'codegen/emit/portable', file), 'utf8');
  const body = new RegExp(`${name}\\[\\d+\\] = \\{([^}]*)\\}`).exec(text)?.[1] ?? '';
  return (body.replace(/\/\*[^*]*\*\//g, '').match(/-?\d+/g) ?? []).map(Number);
}

describe('gates', () => {
  it('have the same table in C', () => {
    expect(tableIn('iso_recurrent.h', 'iso_gate_table')).toEqual(Array.from(GATE_TABLE));
  });

  it('miss sigmoid by at most 1 and tanh by at most 3 steps of 2^-15, ends and joints among the arguments', () => {
    const arguments_ = [0, 1, 31, 32, 33, 1023, 1024, 1025, (384 << 10) - 1, 384 << 10, 2 ** 30];
    for (let x = 0; x < 500_000; x += 997) arguments_.push(x);
    for (const magnitude of arguments_) {
      for (const x of [magnitude, -magnitude]) {
        const real = x / ONE;
        expect(Math.abs(gateSigmoid(x) - ONE / (1 + Math.exp(-real)))).toBeLessThanOrEqual(1.01);
        expect(Math.abs(gateTanh(x) - ONE * Math.tanh(real))).toBeLessThanOrEqual(3);
        expect(gateTanh(-x)).toBe(0 - gateTanh(x));
        expect(gateSigmoid(x) + gateSigmoid(-x)).toBe(ONE);
      }
    }
  });
});

describe('softmax', () => {
  it('has the same table in C', () => {
    expect(tableIn('iso_softmax.c', 'iso_power_table')).toEqual(Array.from(POWER_TABLE));
  });

  it.each([0, 1, 31, 32, 4095, 4096, 4097, 40_000, 81_919, 81_920, 86_015, 86_016, 2 ** 30])(
    'gives 2^-(%i / 4096) within four and a half steps of 2^-20',
    (exponent) => {
      const real = 2 ** 20 * 2 ** (-exponent / 4096);
      expect(Math.abs(negativePower(exponent) - real)).toBeLessThanOrEqual(4.5);
    },
  );

  it.each([
    ['int8', 1],
    ['int8', 2],
    ['int8', 17],
    ['int16', 250],
    ['int16', 2047],
  ] as const)('of %s rows of %i is that of reals', (type, columns) => {
    const scale = type === 'int8' ? 0.05 : 0.0005;
    const limit = type === 'int8' ? 127 : 20_000;
    const codes = randomValues(seededRandom(columns), 3 * columns, limit).map(Math.round);
    const x = type === 'int8' ? Int8Array.from(codes) : Int16Array.from(codes);
    const y = new Int16Array(x.length);
    const factor = scale * Math.LOG2E * 4096;
    softmaxKernel.run(
      {
        ...{ kind: 'softmax', name: '', input: 'x', output: 'y', rows: 3, columns },
        outputIsInt16: true,
        ...{ multiplier: Math.round(factor * 2 ** 20), shift: 20 },
      },
      contextOf({ x, y }),
    );
    for (let row = 0; row < 3; row += 1) {
      const own = Array.from(x.subarray(row * columns, (row + 1) * columns));
      const largest = Math.max(...own);
      const powers = own.map((code) => Math.exp((code - largest) * scale));
      const sum = powers.reduce((a, b) => a + b, 0);
      powers.forEach((power, i) => {
        const expected = Math.min(32_767, (ONE * power) / sum);
        expect(Math.abs((y[row * columns + i] ?? NaN) - expected)).toBeLessThan(5);
      });
    }
  });
});

describe('layer normalisation', () => {
  it.each([1, 2, 3, 255, 256, 65_535, 2 ** 24, 2 ** 42 - 1])('inverts the root of %i', (v) => {
    const { multiplier, shift } = inverseRoot(v);
    expect(multiplier).toBeLessThanOrEqual(2 ** 30);
    expect(shift).toBeGreaterThanOrEqual(1);
    const real = (multiplier / 2 ** shift / 2 ** 24) * Math.sqrt(v);
    expect(Math.abs(real - 1)).toBeLessThan(1e-8);
  });

  it.each([
    [1, 127],
    [2, 127],
    [16, 1],
    [64, 100],
    [1024, 127],
  ])('of %i channels with codes up to %i is that of reals', (channels, limit) => {
    const random = seededRandom(channels);
    const x = Int8Array.from(randomValues(random, channels, limit), Math.round);
    const y = new Int8Array(channels);
    const [gain, offset, step, epsilon] = [0.7, 3.2, 1 / 32, 0.5];
    const shift = 30;
    channelNormKernel.run(
      {
        ...{ kind: 'channelNorm', name: '', input: 'x', output: 'y', places: 1, channels, shift },
        epsilon: Math.max(1, Math.round(256 * channels ** 2 * epsilon)),
        gamma: new Int32Array(channels).fill(Math.round((gain / step) * 2 ** (shift - 20))),
        beta: new Int32Array(channels).fill(Math.round(offset * 2 ** (shift - 16))),
      },
      contextOf({ x, y }),
    );
    const mean = x.reduce((sum, value) => sum + value, 0) / channels;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / channels;
    x.forEach((value, c) => {
      const z = (value - mean) / Math.sqrt(variance + epsilon);
      const expected = Math.min(127, Math.max(-128, (z * gain) / step + offset));
      expect(Math.abs((y[c] ?? NaN) - expected)).toBeLessThanOrEqual(0.51);
    });
  });

  it('gives the offset where all channels are equal, and at the ends of int8', () => {
    for (const code of [-128, 0, 127]) {
      const x = new Int8Array(5).fill(code);
      const y = new Int8Array(5);
      channelNormKernel.run(
        {
          ...{ kind: 'channelNorm', name: '', input: 'x', output: 'y', places: 1, channels: 5 },
          ...{ epsilon: 1, shift: 30, gamma: new Int32Array(5).fill(1 << 20) },
          beta: new Int32Array(5).fill(7 * 2 ** 14),
        },
        contextOf({ x, y }),
      );
      expect(Array.from(y)).toEqual([7, 7, 7, 7, 7]);
    }
  });
});
