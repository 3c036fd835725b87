import { describe, expect, it } from 'vitest';
import { importOnnx } from '../import/onnx.js';
import { OnnxBuilder } from '../testing/onnx-builder.js';
import { seededRandom } from '../testing/random.js';
import { optimise } from './passes.js';

/** Operators that are left of a network between its input [1, 4, 6] and its output, seen as one row. */
function left(body: (b: OnnxBuilder, x: string) => string, opset = 13): readonly string[] {
  const b = new OnnxBuilder(seededRandom(1), [1, 4, 6], opset);
  const graph = optimise(importOnnx(b.bytes(body(b, b.input)), 'test.onnx'));
  const operators = graph.nodes.map((node) => node.operator);
  return operators.at(-1) === 'View' ? operators.slice(0, -1) : operators;
}

const scalar = (b: OnnxBuilder, value: number): string => b.constant([], Float32Array.of(value));
const perChannel = (b: OnnxBuilder): string => b.constant([4, 1], Float32Array.of(1, 2, -3, 0.5));
const pointConv = (b: OnnxBuilder, x: string): string => b.conv(x, { from: 4, to: 4 }, [1]);

describe('fusePointwise', () => {
  it.each([
    {
      name: 'SiLU',
      body: (b: OnnxBuilder, x: string) => b.node('Mul', [b.node('Tanh', [x]), x]),
    },
    {
      name: 'Gelu by Erf',
      body: (b: OnnxBuilder, x: string) => {
        const erf = b.node('Erf', [b.node('Div', [x, scalar(b, 1.414)])]);
        const sum = b.node('Add', [erf, scalar(b, 1)]);
        return b.node('Mul', [b.node('Mul', [x, sum]), scalar(b, 0.5)]);
      },
    },
    {
      name: 'HardSwish by parts',
      body: (b: OnnxBuilder, x: string) => {
        const clip = b.node('Clip', [b.node('Add', [x, scalar(b, 3)]), scalar(b, 0), scalar(b, 6)]);
        return b.node('Div', [b.node('Mul', [x, clip]), scalar(b, 6)]);
      },
    },
    {
      name: 'logistic by parts',
      body: (b: OnnxBuilder, x: string) => {
        const power = b.node('Exp', [b.node('Neg', [x])]);
        return b.node('Div', [scalar(b, 1), b.node('Add', [power, scalar(b, 1)])]);
      },
    },
    {
      name: 'Clip away from zero',
      body: (b: OnnxBuilder, x: string) => b.node('Clip', [x, scalar(b, 1), scalar(b, 2)]),
    },
    {
      name: 'PRelu with one slope',
      body: (b: OnnxBuilder, x: string) =>
        b.node('PRelu', [x, b.constant([1], Float32Array.of(0.1))]),
    },
  ])('makes one table of $name', ({ body }) => expect(left(body)).toEqual(['Pointwise']));

  it('keeps a Relu and a Relu6 that saturation does for nothing', () => {
    expect(
      left((b, x) =>
        b.node('Relu', [
          pointConv(b, b.node('Clip', [pointConv(b, x), scalar(b, 0), scalar(b, 6)])),
        ]),
      ),
    ).toEqual(['Conv', 'Clip', 'Conv', 'Relu']);
  });

  it('does not mix two signals', () => {
    expect(
      left((b, x) => b.node('Mul', [b.node('Tanh', [x]), b.node('Tanh', [pointConv(b, x)])])),
    ).toEqual(['Pointwise', 'Conv', 'Pointwise', 'Mul']);
    expect(left((b, x) => b.node('Div', [x, b.node('Exp', [pointConv(b, x)])]))).toEqual([
      'Conv',
      'Pointwise',
      'Mul',
    ]);
  });

  it('stops composing before an expression grows without bound', () => {
    const square = (b: OnnxBuilder, x: string): string => b.node('Mul', [x, x]);
    const operators = left((b, x) =>
      Array.from({ length: 30 }).reduce<string>((from) => square(b, from), x),
    );
    expect(operators.length).toBeGreaterThan(1);
    expect(operators.length).toBeLessThan(30);
  });
});

describe('foldAffine', () => {
  it('folds constants into the convolution or the dense layer before them', () => {
    expect(
      left((b, x) => {
        const conv = b.node('Mul', [b.node('Sub', [pointConv(b, x), scalar(b, 1)]), perChannel(b)]);
        const dense = b.gemm(b.node('Flatten', [conv]), 24, 4, 'dense');
        return b.node('Div', [dense, b.constant([4], Float32Array.of(1, 2, 3, 4))]);
      }),
    ).toEqual(['Conv', 'Flatten', 'Gemm']);
  });

  it('leaves a convolution alone that others read, and makes a depthwise one', () => {
    expect(
      left((b, x) => {
        const conv = pointConv(b, x);
        return b.node('Add', [b.node('Mul', [conv, perChannel(b)]), conv]);
      }),
    ).toEqual(['Conv', 'Conv', 'Add']);
    expect(left((b, x) => b.batchNorm(b.node('Relu', [x]), 4))).toEqual(['Relu', 'Conv']);
  });

  it('does not take a division of a constant for an affine map', () => {
    expect(left((b, x) => b.node('Div', [scalar(b, 2), pointConv(b, x)]))).toEqual([
      'Conv',
      'Pointwise',
    ]);
  });
});
