import type { TestNetwork } from './networks.js';
import { OnnxBuilder } from './onnx-builder.js';
import { seededRandom } from './random.js';

const POSITIONS = 24;

function build(
  name: string,
  seed: number,
  opset: number,
  body: (builder: OnnxBuilder) => string,
): TestNetwork {
  const inputShape = [1, 8, POSITIONS];
  const builder = new OnnxBuilder(seededRandom(seed), inputShape, opset);
  return { name, inputShape, bytes: builder.bytes(body(builder)) };
}

const scalar = (b: OnnxBuilder, value: number): string => b.constant([], Float32Array.of(value));

const same = (b: OnnxBuilder, x: string, from: number, to: number): string =>
  b.conv(x, { from, to }, [3], { pads: [1, 1] });

const head = (b: OnnxBuilder, x: string, channels: number): string =>
  b.gemm(b.node('ReduceMean', [x], { axes: [2], keepdims: 0 }), channels, 4);

/** The gate of Hu et al., "Squeeze-and-Excitation Networks", in two spellings: dense layers, or 1×1 convolutions. */
function gated(b: OnnxBuilder, x: string, channels: number, dense: boolean): string {
  const inner = channels / 2;
  const pooled = b.node('GlobalAveragePool', [x]);
  if (!dense) {
    const narrow = b.node('Relu', [b.conv(pooled, { from: channels, to: inner }, [1])]);
    const gate = b.node('HardSigmoid', [b.conv(narrow, { from: inner, to: channels }, [1])], {
      alpha: 1 / 6,
    });
    return b.node('Mul', [gate, x]);
  }
  const narrow = b.node('Relu', [
    b.gemm(b.node('Flatten', [pooled]), channels, inner, `narrow_of_${x}`),
  ]);
  const gate = b.node('Sigmoid', [b.gemm(narrow, inner, channels, `wide_of_${x}`)]);
  return b.node('Mul', [x, b.node('Unsqueeze', [gate, b.integers([2])])]);
}

/** x · Sigmoid(x), as exporters write SiLU. */
const silu = (b: OnnxBuilder, x: string): string => b.node('Mul', [x, b.node('Sigmoid', [x])]);

/** Gelu as torch exports it up to opset 19. */
function geluByErf(b: OnnxBuilder, x: string): string {
  const erf = b.node('Erf', [b.node('Div', [x, scalar(b, Math.SQRT2)])]);
  const product = b.node('Mul', [x, b.node('Add', [erf, scalar(b, 1)])]);
  return b.node('Mul', [product, scalar(b, 0.5)]);
}

/** HardSwish as torch exports it up to opset 13. */
function hardSwishByParts(b: OnnxBuilder, x: string): string {
  const shifted = b.node('Add', [x, scalar(b, 3)]);
  const clipped = b.node('Clip', [shifted, scalar(b, 0), scalar(b, 6)]);
  return b.node('Div', [b.node('Mul', [x, clipped]), scalar(b, 6)]);
}

/** Activations, gates, broadcasts and constants: what codegen/operators holds that works value by value. */
export function pointwiseNetworks(): readonly TestNetwork[] {
  return [
    build('squeeze-and-excitation residual stack', 21, 13, (b) => {
      let x = b.node('Relu', [b.batchNorm(same(b, b.input, 8, 8), 8)]);
      for (const dense of [true, false]) {
        const inner = b.node('Relu', [b.batchNorm(same(b, x, 8, 8), 8)]);
        const gate = gated(b, b.batchNorm(same(b, inner, 8, 8), 8), 8, dense);
        x = b.node('Relu', [b.node('Add', [gate, x])]);
      }
      return head(b, x, 8);
    }),
    build('MobileNetV3 blocks with HardSwish', 32, 14, (b) => {
      const stem = b.node('HardSwish', [same(b, b.input, 8, 6)]);
      const wide = hardSwishByParts(b, b.conv(stem, { from: 6, to: 12 }, [1]));
      const depth = b.conv(wide, { from: 12, to: 12 }, [5], { group: 12, pads: [2, 2] });
      const gate = b.node('HardSwish', [gated(b, depth, 12, false)]);
      const narrow = b.conv(gate, { from: 12, to: 6 }, [1]);
      return head(b, b.node('Add', [narrow, stem]), 6);
    }),
    build('SiLU and Gelu', 23, 20, (b) => {
      const a = silu(b, same(b, b.input, 8, 8));
      const c = b.node('Gelu', [same(b, a, 8, 8)]);
      const d = b.node('Gelu', [same(b, c, 8, 8)], { approximate: 'tanh' });
      const e = geluByErf(b, same(b, d, 8, 8));
      const f = b.node('Mish', [same(b, e, 8, 8)]);
      const axes = b.integers([2]);
      return b.gemm(b.node('ReduceMean', [f, axes], { keepdims: 0 }), 8, 4);
    }),
    build('LeakyRelu and PRelu', 24, 13, (b) => {
      const a = b.node('LeakyRelu', [same(b, b.input, 8, 8)], { alpha: 0.1 });
      const slopes = Float32Array.of(0.25, -0.5, 0, 1.5, 0.1, 0.9, -0.1, 0.3);
      const c = b.node('PRelu', [same(b, a, 8, 8), b.constant([8, 1], slopes)]);
      const one = b.constant([1], Float32Array.of(0.2));
      const d = b.node('Add', [b.node('PRelu', [same(b, c, 8, 8), one]), c]);
      const e = b.node('Elu', [same(b, d, 8, 8)], { alpha: 0.7 });
      const dense = b.gemm(b.node('Flatten', [e]), 8 * POSITIONS, 8, 'hidden');
      const gentle = slopes.map((slope) => 0.5 + slope / 4);
      const f = b.node('PRelu', [dense, b.constant([8], gentle)]);
      return b.gemm(b.node('Tanh', [f]), 8, 4);
    }),
    build('clipped', 25, 11, (b) => {
      const a = b.node('Clip', [same(b, b.input, 8, 8), scalar(b, 0), scalar(b, 1)]);
      const c = b.node('Clip', [same(b, a, 8, 8), scalar(b, -0.5), scalar(b, 0.75)]);
      // Two readers: this one cannot be fused into its convolution.
      const conv = same(b, c, 8, 8);
      const d = b.node('Clip', [conv, '', scalar(b, 0.4)]);
      const away = b.node('Clip', [conv, scalar(b, 0.125), scalar(b, 2)]);
      return head(b, b.node('Relu', [b.node('Add', [b.node('Sub', [d, away]), c])]), 8);
    }),
    build('broadcasts of signals', 26, 13, (b) => {
      const x = b.node('Relu', [same(b, b.input, 8, 8)]);
      const perPosition = b.node('Sigmoid', [b.conv(x, { from: 8, to: 1 }, [1])]);
      const attended = b.node('Mul', [perPosition, x]);
      const mean = b.node('GlobalAveragePool', [x]);
      const centred = b.node('Sub', [x, mean]);
      const sum = b.node('Add', [b.node('Tanh', [mean]), attended]);
      const positive = b.node('Softplus', [same(b, centred, 8, 8)]);
      const ratio = b.node('Div', [sum, b.node('Add', [positive, scalar(b, 1)])]);
      const single = b.node('Sigmoid', [b.conv(mean, { from: 8, to: 1 }, [1])]);
      return head(b, b.node('Mul', [b.node('Sub', [ratio, centred]), single]), 8);
    }),
    build('constants for channels', 27, 13, (b) => {
      const channels = (shape: readonly number[], from: number): string =>
        b.constant(
          shape,
          Float32Array.from({ length: 8 }, (_, c) => from + 0.1 * c),
        );
      const x = b.node('Div', [same(b, b.input, 8, 8), channels([8, 1], 0.8)]);
      const normed = b.node('Relu', [b.batchNorm(b.node('Relu', [x]), 8)]);
      const turned = b.node('Sub', [channels([1, 8, 1], 0.2), normed]);
      const squared = b.node('Pow', [same(b, turned, 8, 8), scalar(b, 2)]);
      const root = b.node('Sqrt', [b.node('Add', [squared, scalar(b, 0.5)])]);
      const decayed = b.node('Exp', [b.node('Neg', [b.node('Abs', [same(b, root, 8, 8)])])]);
      const mean = b.node('ReduceMean', [b.node('Add', [decayed, root])], {
        axes: [2],
        keepdims: 0,
      });
      const scaled = b.node('Mul', [b.node('Tanh', [mean]), channels([8], 0.5)]);
      return b.node('Add', [
        b.gemm(scaled, 8, 4, 'dense'),
        b.constant([4], Float32Array.of(0, 1, 2, 3)),
      ]);
    }),
  ];
}
