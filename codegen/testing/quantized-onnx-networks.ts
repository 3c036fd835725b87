/** Networks as onnxruntime's quantiser writes them: QDQ and QOperator format. */
import { OnnxBuilder } from './onnx-builder.js';
import { randomValues, seededRandom } from './random.js';

type CodeType = 'int8' | 'uint8';

interface Steps {
  readonly scale: number;
  /** In the file's type. */
  readonly zeroPoint: number;
}

export interface QuantizedOnnxNetwork {
  readonly name: string;
  readonly inputShape: readonly number[];
  /** The file with the real values of this signal as its answer. */
  bytesFor(signal: LayerSignal): Uint8Array;
  readonly signals: readonly LayerSignal[];
}

export interface LayerSignal {
  /** What the compiler calls it. */
  readonly name: string;
  /** The tensor of the file that holds its dequantised values. */
  readonly real: string;
}

class QuantizedBuilder extends OnnxBuilder {
  readonly signals: LayerSignal[] = [];

  constructor(
    private readonly source: () => number,
    inputShape: readonly number[],
    opset: number,
    readonly type: CodeType,
  ) {
    super(source, inputShape, opset);
  }

  scalar(value: number): string {
    return this.constant([], Float32Array.of(value));
  }

  /** A scale and a zero point given for int8, which uint8 has 128 higher. */
  pair({ scale, zeroPoint }: Steps): readonly [string, string] {
    const shift = this.type === 'uint8' ? 128 : 0;
    return [this.scalar(scale), this.codes(this.type, [], [zeroPoint + shift])];
  }

  /** QuantizeLinear and DequantizeLinear behind a signal. */
  qdq(x: string, steps: Steps): string {
    const pair = this.pair(steps);
    const real = this.node('DequantizeLinear', [
      this.node('QuantizeLinear', [x, ...pair]),
      ...pair,
    ]);
    this.signals.push({ name: x, real });
    return real;
  }

  weightCodes(shape: readonly number[]): string {
    const count = shape.reduce((a, b) => a * b, 1);
    return this.codes('int8', shape, randomValues(this.source, count, 127).map(Math.round));
  }

  biasCodes(count: number): string {
    return this.codes('int32', [count], randomValues(this.source, count, 3000).map(Math.round));
  }

  channelScales(count: number, about: number): readonly number[] {
    return Array.from({ length: count }, () => Math.fround(about * (0.5 + this.source())));
  }

  /** Weights by output channel and an int32 bias, both dequantised; `axis` is that of the channels. */
  weights(
    shape: readonly number[],
    axis: 0 | 1,
    about: number,
    inputScale: number,
  ): readonly [string, string] {
    const outputs = shape[axis] ?? 1;
    // One scale for each channel came with operator set 13.
    const each = this.opset < 13 ? [] : [outputs];
    const count = each[0] ?? 1;
    const scales = this.channelScales(count, about);
    const dequantised = (
      codes: string,
      type: 'int8' | 'int32',
      of: readonly number[],
      along: number,
    ): string =>
      this.node(
        'DequantizeLinear',
        [
          codes,
          this.constant(each, Float32Array.from(of)),
          this.codes(type, each, new Int32Array(count)),
        ],
        each.length === 0 ? {} : { axis: along },
      );
    const w = dequantised(this.weightCodes(shape), 'int8', scales, axis);
    const biasScales = scales.map((scale) => scale * inputScale);
    const b = dequantised(this.biasCodes(outputs), 'int32', biasScales, 0);
    return [w, b];
  }
}

const INPUT: Steps = { scale: 0.031, zeroPoint: -7 };
const PROBABILITIES: Steps = { scale: 1 / 256, zeroPoint: -128 };

/** Float operators between pairs, weights per channel, bias int32: what quantize_static writes by default. */
export function qdqNetwork(type: CodeType, opset: number): QuantizedOnnxNetwork {
  const inputShape = [1, 6, 40];
  const b = new QuantizedBuilder(seededRandom(4711), inputShape, opset, type);
  const x = b.qdq(b.input, INPUT);
  const positive: Steps = { scale: 0.021, zeroPoint: -128 };
  const stem = b.node('Conv', [x, ...b.weights([8, 6, 5], 0, 0.0009, INPUT.scale)], {
    kernel_shape: [5],
    strides: [2],
    pads: [2, 1],
  });
  const rectified = b.qdq(b.node('Relu', [stem]), positive);
  const second = b.qdq(
    b.node('Conv', [rectified, ...b.weights([8, 8, 3], 0, 0.002, positive.scale)], {
      kernel_shape: [3],
      pads: [1, 1],
    }),
    { scale: 0.033, zeroPoint: 5 },
  );
  const sum = b.qdq(b.node('Add', [rectified, second]), { scale: 0.041, zeroPoint: -30 });
  const pooled = b.qdq(
    b.node('MaxPool', [sum], { kernel_shape: [3], strides: [2], pads: [1, 0] }),
    { scale: 0.041, zeroPoint: -30 },
  );
  const gate = b.qdq(b.node('Sigmoid', [pooled]), PROBABILITIES);
  const gated = b.qdq(b.node('Mul', [pooled, gate]), { scale: 0.035, zeroPoint: -100 });
  const leaky = b.qdq(b.node('LeakyRelu', [pooled], { alpha: 0.1 }), {
    scale: 0.037,
    zeroPoint: -99,
  });
  const joined = b.qdq(b.node('Concat', [gated, leaky], { axis: 1 }), {
    scale: 0.039,
    zeroPoint: -90,
  });
  const averaged = b.qdq(b.node('AveragePool', [joined], { kernel_shape: [2], strides: [2] }), {
    scale: 0.032117,
    zeroPoint: -95,
  });
  const flat = b.qdq(b.node('Flatten', [averaged]), { scale: 0.032117, zeroPoint: -95 });
  const hidden = b.qdq(
    b.node('Gemm', [flat, ...b.weights([10, 80], 0, 0.0008, 0.032117)], { transB: 1 }),
    { scale: 0.05, zeroPoint: 3 },
  );
  const [matrix] = b.weights([10, 5], 1, 0.004, 0.05);
  const logits = b.qdq(b.node('MatMul', [hidden, matrix]), { scale: 0.04, zeroPoint: 0 });
  b.qdq(b.node('Softmax', [logits], { axis: -1 }), PROBABILITIES);
  return finished(`QDQ of ${type}, operator set ${opset}`, inputShape, b);
}

/** Operators on codes. */
export function qOperatorNetwork(type: CodeType): QuantizedOnnxNetwork {
  const inputShape = [1, 4, 9, 10];
  const b = new QuantizedBuilder(seededRandom(1848), inputShape, 13, type);
  const microsoft = (
    operator: string,
    inputs: readonly string[],
    attributes: Parameters<OnnxBuilder['node']>[2] = {},
  ): string => b.node(operator, inputs, attributes, undefined, 'com.microsoft');
  const seen = (codes: string, pair: readonly [string, string]): string => {
    b.signals.push({ name: codes, real: b.node('DequantizeLinear', [codes, ...pair]) });
    return codes;
  };
  const inputPair = b.pair(INPUT);
  const x = b.node('QuantizeLinear', [b.input, ...inputPair]);
  const channels = 6;
  const first = b.pair({ scale: 0.05, zeroPoint: -11 });
  const stem = b.node(
    'QLinearConv',
    [
      ...[x, ...inputPair, b.weightCodes([channels, 4, 3, 3])],
      b.constant([channels], Float32Array.from(b.channelScales(channels, 0.0015))),
      ...[b.codes('int8', [channels], new Int8Array(channels)), ...first, b.biasCodes(channels)],
    ],
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  );
  seen(stem, first);
  const leakyPair = b.pair({ scale: 0.03, zeroPoint: -80 });
  const leaky = microsoft('QLinearLeakyRelu', [stem, ...first, ...leakyPair], { alpha: 0.2 });
  seen(leaky, leakyPair);
  const sumPair = b.pair({ scale: 0.06, zeroPoint: -40 });
  const sum = microsoft('QLinearAdd', [stem, ...first, leaky, ...leakyPair, ...sumPair]);
  seen(sum, sumPair);
  const gatePair = b.pair(PROBABILITIES);
  const gate = seen(microsoft('QLinearSigmoid', [sum, ...sumPair, ...gatePair]), gatePair);
  const gatedPair = b.pair({ scale: 0.05, zeroPoint: -70 });
  const gated = microsoft('QLinearMul', [sum, ...sumPair, gate, ...gatePair, ...gatedPair]);
  seen(gated, gatedPair);
  const joinedPair = b.pair({ scale: 0.055, zeroPoint: -60 });
  const joined = microsoft(
    'QLinearConcat',
    [...joinedPair, gated, ...gatedPair, leaky, ...leakyPair],
    { axis: 1 },
  );
  seen(joined, joinedPair);
  const windowPair = b.pair({ scale: 0.050713, zeroPoint: -64 });
  const windows = microsoft('QLinearAveragePool', [joined, ...joinedPair, ...windowPair], {
    kernel_shape: [2, 2],
  });
  seen(windows, windowPair);
  const meanPair = b.pair({ scale: 0.025317, zeroPoint: -90 });
  const mean = microsoft('QLinearGlobalAveragePool', [windows, ...windowPair, ...meanPair]);
  seen(mean, meanPair);
  const flat = b.node('Reshape', [mean, b.integers([1, 2 * channels])]);
  const hiddenPair = b.pair({ scale: 0.03, zeroPoint: 4 });
  const scales = (count: number): string =>
    b.constant([count], Float32Array.from(b.channelScales(count, 0.003)));
  const hidden = b.node('QLinearMatMul', [
    ...[flat, ...meanPair, b.weightCodes([2 * channels, 7]), scales(7)],
    ...[b.codes('int8', [7], new Int8Array(7)), ...hiddenPair],
  ]);
  seen(hidden, hiddenPair);
  const logitPair = b.pair({ scale: 0.04, zeroPoint: 1 });
  const logits = microsoft(
    'QGemm',
    [
      ...[hidden, ...hiddenPair, b.weightCodes([5, 7]), scales(5)],
      ...[b.codes('int8', [5], new Int8Array(5)), b.biasCodes(5), ...logitPair],
    ],
    { transB: 1 },
  );
  seen(logits, logitPair);
  const answer = microsoft('QLinearSoftmax', [logits, ...logitPair, ...gatePair], {
    axis: 1,
    opset: 13,
  });
  seen(answer, gatePair);
  return finished(`operators on ${type}`, inputShape, b);
}

function finished(
  name: string,
  inputShape: readonly number[],
  builder: QuantizedBuilder,
): QuantizedOnnxNetwork {
  const { signals } = builder;
  return { name, inputShape, signals, bytesFor: ({ real }) => builder.bytes(real) };
}
