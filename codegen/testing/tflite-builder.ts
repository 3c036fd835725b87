import { Builder, type Offset } from 'flatbuffers';
import {
  BUFFER,
  BUILTIN_NAMES,
  FILE_IDENTIFIER,
  MODEL,
  OPERATOR,
  OPERATOR_CODE,
  QUANTIZATION,
  SCHEMA_VERSION,
  SUBGRAPH,
  TENSOR,
} from '../import/tflite-schema.js';

/** A field of a table: its number and how it is written. */
export type Field = readonly [
  field: number,
  kind: 'int8' | 'int32' | 'float32' | 'offset',
  value: number,
];

export interface WrittenTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: number;
  readonly bytes?: Uint8Array;
  readonly scales?: readonly number[];
  readonly zeroPoint?: number;
  readonly axis?: number;
}

/** Writes small TFLite files for tests; tfjs-tflite judges them. */
export class TfliteWriter {
  private readonly builder = new Builder(1024);
  private readonly tensors: Offset[] = [];
  private readonly buffers: Offset[] = [this.table([])];
  private readonly codes: Offset[] = [];
  private readonly operators: Offset[] = [];

  /** @returns the tensor's index */
  tensor(tensor: WrittenTensor): number {
    const { bytes = new Uint8Array(), scales = [], zeroPoint = 0 } = tensor;
    const data = bytes.length === 0 ? 0 : this.vector(1, Array.from(bytes), 'int8');
    const buffer = bytes.length === 0 ? 0 : this.buffers.length;
    if (bytes.length > 0) this.buffers.push(this.table([[BUFFER.data, 'offset', data]]));
    const quantization =
      scales.length === 0
        ? 0
        : this.table([
            [QUANTIZATION.scale, 'offset', this.vector(4, scales, 'float32')],
            [
              QUANTIZATION.zeroPoint,
              'offset',
              this.vector(
                8,
                scales.map(() => zeroPoint),
                'int64',
              ),
            ],
            [QUANTIZATION.dimension, 'int32', tensor.axis ?? 0],
          ]);
    const name = this.builder.createString(tensor.name);
    this.tensors.push(
      this.table([
        [TENSOR.shape, 'offset', this.vector(4, tensor.shape, 'int32')],
        [TENSOR.type, 'int8', tensor.type],
        [TENSOR.buffer, 'int32', buffer],
        [TENSOR.name, 'offset', name],
        [TENSOR.quantization, 'offset', quantization],
      ]),
    );
    return this.tensors.length - 1;
  }

  /**
   * @param optionsType number of the union member (BuiltinOptions), which the runtime checks
   * @param version of the operator; int8 kernels need one above the first
   */
  operator(
    name: string,
    inputs: readonly number[],
    output: number | readonly number[],
    optionsType = 0,
    options: readonly Field[] = [],
    version = 3,
  ): void {
    const code = BUILTIN_NAMES.indexOf(name);
    this.codes.push(
      this.table([
        [OPERATOR_CODE.deprecatedCode, 'int8', code],
        [OPERATOR_CODE.code, 'int32', code],
        [2, 'int32', version],
      ]),
    );
    this.operators.push(
      this.table([
        [OPERATOR.code, 'int32', this.codes.length - 1],
        [OPERATOR.inputs, 'offset', this.vector(4, inputs, 'int32')],
        [OPERATOR.outputs, 'offset', this.vector(4, [output].flat(), 'int32')],
        [OPERATOR.options - 1, 'int8', optionsType],
        [OPERATOR.options, 'offset', optionsType === 0 ? 0 : this.table(options)],
      ]),
    );
  }

  bytes(input: number, output: number): Uint8Array {
    const subgraph = this.table([
      [SUBGRAPH.tensors, 'offset', this.vector(4, this.tensors, 'offset')],
      [SUBGRAPH.inputs, 'offset', this.vector(4, [input], 'int32')],
      [SUBGRAPH.outputs, 'offset', this.vector(4, [output], 'int32')],
      [SUBGRAPH.operators, 'offset', this.vector(4, this.operators, 'offset')],
    ]);
    const model = this.table([
      [MODEL.version, 'int32', SCHEMA_VERSION],
      [MODEL.operatorCodes, 'offset', this.vector(4, this.codes, 'offset')],
      [MODEL.subgraphs, 'offset', this.vector(4, [subgraph], 'offset')],
      [MODEL.buffers, 'offset', this.vector(4, this.buffers, 'offset')],
    ]);
    this.builder.finish(model, FILE_IDENTIFIER);
    return this.builder.asUint8Array();
  }

  private table(fields: readonly Field[]): Offset {
    const { builder } = this;
    builder.startObject(9);
    for (const [field, kind, value] of fields) {
      if (kind === 'int8') builder.addFieldInt8(field, value, 0);
      else if (kind === 'int32') builder.addFieldInt32(field, value, 0);
      else if (kind === 'float32') builder.addFieldFloat32(field, value, 0);
      else builder.addFieldOffset(field, value, 0);
    }
    return builder.endObject();
  }

  private vector(
    size: number,
    values: readonly number[],
    kind: 'int8' | 'int32' | 'int64' | 'float32' | 'offset',
  ): Offset {
    const { builder } = this;
    // Kernels read weights in words of 16 bytes.
    builder.startVector(size, values.length, kind === 'int8' ? 16 : size);
    for (const value of [...values].reverse()) {
      if (kind === 'int8') builder.addInt8(value);
      else if (kind === 'int32') builder.addInt32(value);
      else if (kind === 'int64') builder.addInt64(BigInt(value));
      else if (kind === 'float32') builder.addFloat32(value);
      else builder.addOffset(value);
    }
    return builder.endVector();
  }
}
