import { IsochroneError } from '../errors.js';
import { FlatTable, type Damage } from './flat-table.js';
import {
  BUFFER,
  BUILTIN_NAMES,
  CUSTOM_CODE,
  FILE_IDENTIFIER,
  MODEL,
  OPERATOR,
  OPERATOR_CODE,
  QUANTIZATION,
  SCHEMA_VERSION,
  SUBGRAPH,
  TENSOR,
} from './tflite-schema.js';

/** A .tflite file as plain data; indices are checked, values are not decoded yet. */
export interface TfliteFile {
  readonly name: string;
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export interface TfliteTensor {
  readonly index: number;
  /** Unique in the file. */
  readonly name: string;
  /** TFLite's order: batch, spatial, channels. */
  readonly shape: readonly number[];
  /** TYPE of the schema. */
  readonly type: number;
  /** The constant's bytes, a view that is not aligned; undefined for signals. */
  readonly bytes?: Uint8Array;
  readonly quantization?: {
    readonly scales: readonly number[];
    readonly zeroPoints: readonly number[];
    /** The axis along which the scales change, where there are several. */
    readonly axis: number;
  };
}

export interface TfliteOperator {
  /** Name of the built-in operator, or of the custom one. */
  readonly operator: string;
  readonly custom: boolean;
  /** For messages: operator and its place in the file. */
  readonly name: string;
  /** Tensor indices; −1 where an optional input is absent. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: FlatTable | undefined;
}

/** More axes than this has no signal and no weight. */
const MOST_AXES = 6;
/** Concatenations of many branches stay far below. */
const MOST_OPERANDS = 256;
/** int32 of a size that no microcontroller holds; keeps every product of dimensions exact. */
const MOST_ELEMENTS = 1 << 26;

/** @throws IsochroneError MODEL_EMPTY, MODEL_DAMAGED, MODEL_EXTERNAL_DATA, naming the file */
export function readTflite(bytes: Uint8Array, file: string): TfliteFile {
  if (bytes.length === 0) {
    throw new IsochroneError('MODEL_EMPTY', 'the model file is empty', {
      hint: 'Export the model again and check the path.',
      where: { file },
    });
  }
  const damage: Damage = (why) => tfliteDamaged(file, why);
  const model = FlatTable.root(bytes, FILE_IDENTIFIER, damage);
  const version = model.uint32(MODEL.version);
  if (version !== SCHEMA_VERSION) throw damage(`its schema version is ${version}`);
  const [subgraph, ...others] = model.tables(MODEL.subgraphs);
  if (subgraph === undefined) throw damage('it holds no graph');
  if (others.length > 0) throw damage(`it holds ${others.length + 1} graphs; one is expected`);
  const buffers = model.tables(MODEL.buffers);
  const names = new Set<string>();
  const tensors = subgraph
    .tables(SUBGRAPH.tensors)
    .map((tensor, index) => tensorOf(tensor, index, buffers, names, file));
  const codes = model.tables(MODEL.operatorCodes).map(operatorName);
  const operators = subgraph
    .tables(SUBGRAPH.operators)
    .map((operator, index) => operatorOf(operator, index, codes, tensors.length, damage));
  const ends = (field: number): readonly number[] =>
    subgraph.int32s(field).map((index) => {
      if (index < 0 || index >= tensors.length) throw damage(`it has no tensor ${index}`);
      return index;
    });
  const name = subgraph.text(SUBGRAPH.name);
  return {
    name: name === '' ? 'network' : name,
    tensors,
    operators,
    inputs: ends(SUBGRAPH.inputs),
    outputs: ends(SUBGRAPH.outputs),
  };
}

export function tfliteDamaged(file: string, why: string): IsochroneError {
  return new IsochroneError('MODEL_DAMAGED', `the model cannot be read: ${why}`, {
    hint: 'The file is damaged or not valid TFLite; convert it again.',
    where: { file },
  });
}

function tensorOf(
  table: FlatTable,
  index: number,
  buffers: readonly FlatTable[],
  names: Set<string>,
  file: string,
): TfliteTensor {
  const given = table.text(TENSOR.name).slice(0, 200);
  const name = given === '' || names.has(given) ? `${given}#${index}` : given;
  names.add(name);
  const shape = table.int32s(TENSOR.shape);
  const elements = shape.reduce((product, size) => product * Math.max(1, size), 1);
  if (shape.length > MOST_AXES || shape.some((size) => size < -1) || elements > MOST_ELEMENTS) {
    throw tfliteDamaged(
      file,
      `tensor "${name}" claims the shape [${shape.slice(0, 8).join(', ')}]`,
    );
  }
  const bufferIndex = table.uint32(TENSOR.buffer);
  const buffer = buffers[bufferIndex];
  if (buffer === undefined && bufferIndex !== 0) {
    throw tfliteDamaged(file, `tensor "${name}" names buffer ${bufferIndex} of ${buffers.length}`);
  }
  if (buffer?.has(BUFFER.offset) === true && buffer.bytes(BUFFER.data).length === 0) {
    throw new IsochroneError('MODEL_EXTERNAL_DATA', `weights of "${name}" lie behind the model`, {
      hint: 'Convert the model to one FlatBuffer of less than 2 GB.',
      where: { file, tensor: name },
    });
  }
  const bytes = bufferIndex === 0 ? undefined : buffer?.bytes(BUFFER.data);
  const quantization = quantizationOf(table.table(TENSOR.quantization), name, shape, file);
  return {
    index,
    name,
    shape,
    type: table.int8(TENSOR.type),
    ...(bytes === undefined || bytes.length === 0 ? {} : { bytes }),
    ...(quantization === undefined ? {} : { quantization }),
  };
}

function quantizationOf(
  table: FlatTable | undefined,
  name: string,
  shape: readonly number[],
  file: string,
): TfliteTensor['quantization'] {
  const scales = table?.float32s(QUANTIZATION.scale) ?? [];
  if (table === undefined || scales.length === 0) return undefined;
  const given = table.int64s(QUANTIZATION.zeroPoint);
  const zeroPoints = given.length === 0 ? scales.map(() => 0) : given;
  const axis = table.int32(QUANTIZATION.dimension);
  if (
    zeroPoints.length !== scales.length ||
    scales.some((scale) => !(scale > 0) || !Number.isFinite(scale)) ||
    zeroPoints.some((zero) => zero < -32_768 || zero > 32_767) ||
    (scales.length > 1 && shape[axis] !== scales.length)
  ) {
    throw tfliteDamaged(file, `the quantisation of tensor "${name}" contradicts itself`);
  }
  return { scales, zeroPoints, axis };
}

function operatorName(table: FlatTable): { readonly operator: string; readonly custom: boolean } {
  // Old writers fill only the eight-bit field, new ones both; the larger is meant (schema_utils.cc).
  const code = Math.max(table.int8(OPERATOR_CODE.deprecatedCode), table.int32(OPERATOR_CODE.code));
  if (code === CUSTOM_CODE) {
    return { operator: table.text(OPERATOR_CODE.customCode).slice(0, 80), custom: true };
  }
  return { operator: BUILTIN_NAMES[code] ?? `BUILTIN_${code}`, custom: false };
}

function operatorOf(
  table: FlatTable,
  index: number,
  codes: readonly ReturnType<typeof operatorName>[],
  tensors: number,
  damage: Damage,
): TfliteOperator {
  const code = codes[table.uint32(OPERATOR.code)];
  if (code === undefined) throw damage(`operator ${index} is of no declared kind`);
  const name = `${code.operator}_${index}`;
  const inputs = table.int32s(OPERATOR.inputs);
  const outputs = table.int32s(OPERATOR.outputs);
  const known = (tensor: number, least: number): boolean => tensor >= least && tensor < tensors;
  if (
    inputs.length + outputs.length > MOST_OPERANDS ||
    !inputs.every((tensor) => known(tensor, -1)) ||
    !outputs.every((tensor) => known(tensor, 0))
  ) {
    throw damage(`operator "${name}" names tensors that are not there`);
  }
  return { ...code, name, inputs, outputs, options: table.table(OPERATOR.options) };
}
