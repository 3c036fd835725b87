import onnxProto from 'onnx-proto';
import type { onnx } from 'onnx-proto';
import { IsochroneError } from '../errors.js';
import type { AttributeValue, GraphNode, TensorInfo } from '../graph/graph.js';
import { sizeOf } from '../graph/graph.js';
import { halfToFloat } from './half-float.js';
import { QUANTIZED_OPERATORS } from './quantized-operators.js';

/** An ONNX file as plain data: no protobuf object, no Long, no unaligned view leaves this module. */
export interface OnnxFile {
  readonly graphName: string;
  readonly opset: number;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly string[];
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, TensorInfo>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface OnnxValue {
  readonly name: string;
  /** −1 where the dimension is free (batch). */
  readonly shape: readonly number[];
}

/** Opsets whose operators the import understands. */
export const OPSETS = { least: 7, most: 21 } as const;

/** A tensor larger than this is not a network for a microcontroller but a damaged dimension: 2^26 elements. */
const MOST_ELEMENTS = 1 << 26;

const { onnx: schema } = onnxProto;

/** TensorProto.DataType numbers that weights and shapes use (onnx.proto). */
const DATA_TYPE = {
  float: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  double: 11,
} as const;

/**
 * Decodes the bytes of an .onnx file.
 * @throws IsochroneError MODEL_EMPTY, MODEL_DAMAGED or MODEL_UNSUPPORTED_OPSET, naming the file
 */
export function readOnnx(bytes: Uint8Array, file: string): OnnxFile {
  if (bytes.length === 0) {
    throw new IsochroneError('MODEL_EMPTY', 'the model file is empty', {
      hint: 'Export the model again and check the path.',
      where: { file },
    });
  }
  let model: onnx.ModelProto;
  try {
    model = schema.ModelProto.decode(bytes);
  } catch (cause) {
    throw damaged(file, 'it is not a protobuf message of an ONNX model', cause);
  }
  const graph = model.graph;
  if (graph === null || graph === undefined || (graph.node ?? []).length === 0) {
    throw damaged(file, 'it holds no graph');
  }
  const opset = opsetOf(model, file);
  return {
    graphName:
      graph.name === null || graph.name === undefined || graph.name === '' ? 'network' : graph.name,
    opset,
    inputs: (graph.input ?? []).map((value) => valueOf(value, file)),
    outputs: (graph.output ?? []).map((value) => value.name ?? ''),
    nodes: (graph.node ?? []).map((node, index) => nodeOf(node, index, file)),
    initializers: new Map(
      (graph.initializer ?? []).map((tensor) => [
        tensor.name ?? '',
        tensorFrom(tensor, tensor.name ?? '', file),
      ]),
    ),
    metadata: Object.fromEntries(
      (model.metadataProps ?? []).map((entry) => [entry.key ?? '', entry.value ?? '']),
    ),
  };
}

function opsetOf(model: onnx.ModelProto, file: string): number {
  const imports = model.opsetImport ?? [];
  const main = imports.find((entry) => (entry.domain ?? '') === '' || entry.domain === 'ai.onnx');
  if (main === undefined) throw damaged(file, 'it names no operator set');
  const opset = Number(main.version ?? 0);
  if (!(opset >= OPSETS.least && opset <= OPSETS.most)) {
    throw new IsochroneError('MODEL_UNSUPPORTED_OPSET', `operator set ${opset} is not supported`, {
      hint: `Export with an operator set from ${OPSETS.least} to ${OPSETS.most}.`,
      where: { file },
    });
  }
  return opset;
}

function valueOf(value: onnx.IValueInfoProto, file: string): OnnxValue {
  const name = value.name ?? '';
  const dimensions = value.type?.tensorType?.shape?.dim;
  if (dimensions === null || dimensions === undefined) {
    throw damaged(file, `input "${name}" declares no shape`);
  }
  const shape = dimensions.map((dimension) => {
    const size = dimension.dimValue;
    if (size === null || size === undefined || (dimension.dimParam ?? '') !== '') return -1;
    return wholeNumber(size, 0, file, `a dimension of input "${name}"`);
  });
  return { name, shape };
}

function nodeOf(node: onnx.INodeProto, index: number, file: string): GraphNode {
  const operator = node.opType ?? '';
  const name = (node.name ?? '') === '' ? `${operator}_${index}` : (node.name ?? '');
  // onnxruntime's quantiser writes operators of its own domain, which their names tell from others.
  const quantized = node.domain === 'com.microsoft' && QUANTIZED_OPERATORS.has(operator);
  if ((node.domain ?? '') !== '' && node.domain !== 'ai.onnx' && !quantized) {
    throw new IsochroneError(
      'MODEL_UNSUPPORTED_OPERATOR',
      `operator "${operator}" is of the custom domain "${node.domain}"`,
      {
        hint: 'Export with standard ONNX operators only.',
        where: { file, node: name, operator },
      },
    );
  }
  return {
    operator,
    name,
    inputs: [...(node.input ?? [])],
    outputs: [...(node.output ?? [])],
    attributes: Object.fromEntries(
      (node.attribute ?? []).flatMap((attribute) => {
        const value = attributeOf(attribute, `${operator} "${name}"`, file);
        return value === undefined ? [] : [[attribute.name ?? '', value]];
      }),
    ),
  };
}

function attributeOf(
  attribute: onnx.IAttributeProto,
  owner: string,
  file: string,
): AttributeValue | undefined {
  const what = `attribute "${attribute.name ?? ''}" of ${owner}`;
  const type = schema.AttributeProto.AttributeType;
  switch (attribute.type) {
    case type.FLOAT:
      return attribute.f ?? 0;
    case type.INT:
      return wholeNumber(attribute.i ?? 0, Number.MIN_SAFE_INTEGER, file, what);
    case type.STRING:
      return new TextDecoder().decode(attribute.s ?? new Uint8Array());
    case type.TENSOR:
      if (attribute.t === null || attribute.t === undefined)
        throw damaged(file, `${what} is empty`);
      return tensorFrom(attribute.t, what, file);
    case type.FLOATS:
      return [...(attribute.floats ?? [])];
    case type.INTS:
      // "To the end" is written as the largest int64 (Slice): the largest whole double says the same.
      return (attribute.ints ?? []).map((item) =>
        wholeNumber(saturated(item), Number.MIN_SAFE_INTEGER, file, what),
      );
    default:
      // Sub-graphs and the like: the operators that need them are not importable and are refused by name.
      return undefined;
  }
}

function tensorFrom(tensor: onnx.ITensorProto, name: string, file: string): TensorInfo {
  if (tensor.dataLocation === schema.TensorProto.DataLocation.EXTERNAL) {
    throw new IsochroneError('MODEL_EXTERNAL_DATA', `weights of "${name}" are in another file`, {
      hint: 'Export the model as one file (save_as_external_data=False).',
      where: { file, tensor: name },
    });
  }
  const shape = (tensor.dims ?? []).map((size) =>
    wholeNumber(size, 0, file, `a dimension of tensor "${name}"`),
  );
  const length = sizeOf(shape);
  if (!(length <= MOST_ELEMENTS)) {
    throw damaged(file, `tensor "${name}" claims the shape [${shape.join(', ')}]`);
  }
  const data = tensorData(tensor, name, length, file);
  if (data.length !== length) {
    throw damaged(
      file,
      `tensor "${name}" holds ${data.length} values, its shape [${shape.join(', ')}] needs ${length}`,
    );
  }
  if (!data.every((value) => Number.isFinite(value))) {
    throw damaged(file, `tensor "${name}" holds a value that is not a finite number`);
  }
  return {
    shape,
    elementType: data instanceof Float64Array ? 'int64' : 'float32',
    data,
    ...(tensor.dataType === DATA_TYPE.int8 ? { codes: 'int8' } : {}),
    ...(tensor.dataType === DATA_TYPE.uint8 ? { codes: 'uint8' } : {}),
  };
}

function tensorData(
  tensor: onnx.ITensorProto,
  name: string,
  length: number,
  file: string,
): Float32Array | Float64Array {
  // rawData is an unaligned view into the file (and Buffer's slice() another one): copy to an aligned buffer.
  const raw = new Uint8Array(tensor.rawData ?? []);
  const fromRaw = raw.length > 0 || length === 0;
  const need = (bytes: number): void => {
    if (raw.length !== length * bytes) {
      throw damaged(
        file,
        `tensor "${name}" holds ${raw.length} bytes, its shape needs ${length * bytes}`,
      );
    }
  };
  switch (tensor.dataType) {
    case DATA_TYPE.float:
      if (!fromRaw) return Float32Array.from(tensor.floatData ?? []);
      need(4);
      return new Float32Array(raw.buffer, 0, length);
    case DATA_TYPE.float16: {
      // Without raw bytes, the bits lie in int32Data.
      if (fromRaw) need(2);
      const bits = fromRaw
        ? new Uint16Array(raw.buffer, 0, length)
        : Uint16Array.from(tensor.int32Data ?? []);
      return Float32Array.from(bits, halfToFloat);
    }
    case DATA_TYPE.double:
      if (!fromRaw) return Float32Array.from(tensor.doubleData ?? []);
      need(8);
      return Float32Array.from(new Float64Array(raw.buffer, 0, length));
    case DATA_TYPE.int32:
      if (!fromRaw) return Float64Array.from(tensor.int32Data ?? []);
      need(4);
      return Float64Array.from(new Int32Array(raw.buffer, 0, length));
    case DATA_TYPE.int64:
      if (!fromRaw) return Float64Array.from((tensor.int64Data ?? []).map(Number));
      need(8);
      return Float64Array.from(new BigInt64Array(raw.buffer, 0, length), Number);
    case DATA_TYPE.int8:
      if (!fromRaw) return Float64Array.from(tensor.int32Data ?? []);
      need(1);
      return Float64Array.from(new Int8Array(raw.buffer, 0, length));
    case DATA_TYPE.uint8:
    case DATA_TYPE.bool:
      if (!fromRaw) return Float64Array.from(tensor.int32Data ?? []);
      need(1);
      return Float64Array.from(raw);
    default:
      throw new IsochroneError(
        'MODEL_UNSUPPORTED_TYPE',
        `tensor "${name}" has ONNX data type ${tensor.dataType ?? 0}`,
        {
          hint: 'Export the network in float32.',
          where: { file, tensor: name },
        },
      );
  }
}

function saturated(value: number | { toNumber(): number }): number {
  const number = typeof value === 'number' ? value : value.toNumber();
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, number));
}

function wholeNumber(
  value: number | { toNumber(): number },
  least: number,
  file: string,
  what: string,
): number {
  const number = typeof value === 'number' ? value : value.toNumber();
  if (!Number.isSafeInteger(number) || number < least) throw damaged(file, `${what} is ${number}`);
  return number;
}

function damaged(file: string, why: string, cause?: unknown): IsochroneError {
  return new IsochroneError('MODEL_DAMAGED', `the model cannot be read: ${why}`, {
    hint: 'The file is damaged or not ONNX; export it again.',
    where: { file },
    cause,
  });
}
