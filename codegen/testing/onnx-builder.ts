import onnxProto from 'onnx-proto';
import type { onnx } from 'onnx-proto';
import { randomValues } from './random.js';

const { onnx: schema } = onnxProto;
const FLOAT = 1;
const INT64 = 7;
/** Types of codes (TensorProto.DataType). */
const CODES = { uint8: 2, int8: 3, int32: 6 } as const;

/** A bare number is an INT where it is whole; `float` and `floats` say FLOAT and FLOATS. */
export type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] };

/** Writes small ONNX files for tests, with random weights; the runtime of the ONNX project judges them. */
export class OnnxBuilder {
  private readonly nodes: onnx.INodeProto[] = [];
  private readonly initializers: onnx.ITensorProto[] = [];
  private readonly metadata: onnx.IStringStringEntryProto[] = [];
  private count = 0;

  constructor(
    private readonly random: () => number,
    private readonly inputShape: readonly number[],
    protected readonly opset = 13,
  ) {}

  readonly input = 'ecg';

  constant(shape: readonly number[], values: Float32Array): string {
    const name = this.name('weight');
    this.initializers.push({
      name,
      dims: [...shape],
      dataType: FLOAT,
      rawData: new Uint8Array(values.buffer.slice(0)),
    });
    return name;
  }

  integers(values: readonly number[]): string {
    const name = this.name('integers');
    this.initializers.push({
      name,
      dims: [values.length],
      dataType: INT64,
      rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
    });
    return name;
  }

  /** A constant of codes; a shape of [] is one number. */
  codes(type: keyof typeof CODES, shape: readonly number[], values: ArrayLike<number>): string {
    const name = this.name(type);
    const typed = { uint8: Uint8Array, int8: Int8Array, int32: Int32Array }[type].from(values);
    const rawData = new Uint8Array(typed.buffer);
    this.initializers.push({ name, dims: [...shape], dataType: CODES[type], rawData });
    return name;
  }

  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = this.name(operator.toLowerCase()),
    domain = '',
  ): string {
    this.nodes.push({
      opType: operator,
      domain,
      name: `/${operator}_${this.nodes.length}`,
      input: [...inputs],
      output: [output],
      attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    });
    return output;
  }

  /** A node with several outputs. */
  outputs(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    count: number,
  ): readonly string[] {
    const output = Array.from({ length: count }, () => this.name(operator.toLowerCase()));
    this.nodes.push({
      opType: operator,
      name: `/${operator}_${this.nodes.length}`,
      input: [...inputs],
      output,
      attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    });
    return output;
  }

  /** Conv with random weights of a size that keeps activations near 1; `kernel` decides 1-D or 2-D. */
  conv(
    x: string,
    channels: { readonly from: number; readonly to: number },
    kernel: readonly number[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const groups = typeof attributes['group'] === 'number' ? attributes['group'] : 1;
    const taps = kernel.reduce((a, b) => a * b, 1);
    const fan = (channels.from / groups) * taps;
    const w = this.constant(
      [channels.to, channels.from / groups, ...kernel],
      randomValues(this.random, channels.to * fan, Math.sqrt(6 / fan)),
    );
    const b = this.constant([channels.to], randomValues(this.random, channels.to, 0.2));
    return this.node('Conv', [x, w, b], { kernel_shape: kernel, ...attributes });
  }

  /** ConvTranspose with random weights; bias too. */
  convTranspose(
    x: string,
    channels: { readonly from: number; readonly to: number },
    kernel: readonly number[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const groups = typeof attributes['group'] === 'number' ? attributes['group'] : 1;
    const taps = kernel.reduce((a, b) => a * b, 1);
    const count = channels.from * (channels.to / groups) * taps;
    const w = this.constant(
      [channels.from, channels.to / groups, ...kernel],
      randomValues(this.random, count, Math.sqrt(6 / ((channels.from / groups) * taps))),
    );
    const b = this.constant([channels.to], randomValues(this.random, channels.to, 0.2));
    return this.node('ConvTranspose', [x, w, b], { kernel_shape: kernel, ...attributes });
  }

  batchNorm(x: string, channels: number): string {
    const positive = (): Float32Array =>
      Float32Array.from({ length: channels }, () => 0.5 + this.random());
    return this.node('BatchNormalization', [
      x,
      this.constant([channels], positive()),
      this.constant([channels], randomValues(this.random, channels, 0.3)),
      this.constant([channels], randomValues(this.random, channels, 0.3)),
      this.constant([channels], positive()),
    ]);
  }

  gemm(x: string, from: number, to: number, output = 'logits'): string {
    const w = this.constant([to, from], randomValues(this.random, to * from, Math.sqrt(6 / from)));
    const b = this.constant([to], randomValues(this.random, to, 0.5));
    return this.node('Gemm', [x, w, b], { transB: 1 }, output);
  }

  meta(key: string, value: string): this {
    this.metadata.push({ key, value });
    return this;
  }

  /** The finished file; `output` names the graph's one output. */
  bytes(output: string): Uint8Array {
    return schema.ModelProto.encode({
      irVersion: 8,
      opsetImport: [
        { domain: '', version: this.opset },
        ...(this.nodes.some((node) => node.domain === 'com.microsoft')
          ? [{ domain: 'com.microsoft', version: 1 }]
          : []),
      ],
      producerName: 'isochrone-test',
      metadataProps: this.metadata,
      graph: {
        name: 'test',
        node: this.nodes,
        initializer: this.initializers,
        input: [valueInfo(this.input, this.inputShape)],
        output: [valueInfo(output, undefined)],
      },
    }).finish();
  }

  private name(stem: string): string {
    this.count += 1;
    return `${stem}_${this.count}`;
  }
}

function valueInfo(name: string, shape: readonly number[] | undefined): onnx.IValueInfoProto {
  return {
    name,
    type: {
      tensorType: {
        elemType: FLOAT,
        ...(shape === undefined
          ? {}
          : { shape: { dim: shape.map((size) => ({ dimValue: size })) } }),
      },
    },
  };
}

function attribute(name: string, value: Attribute): onnx.IAttributeProto {
  const type = schema.AttributeProto.AttributeType;
  if (typeof value === 'string') {
    return { name, type: type.STRING, s: new TextEncoder().encode(value) };
  }
  if (typeof value === 'number') {
    return Number.isInteger(value)
      ? { name, type: type.INT, i: value }
      : { name, type: type.FLOAT, f: value };
  }
  if ('float' in value) return { name, type: type.FLOAT, f: value.float };
  if ('floats' in value) return { name, type: type.FLOATS, floats: [...value.floats] };
  return { name, type: type.INTS, ints: [...value] };
}
