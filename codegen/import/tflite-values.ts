import { halfToFloat } from './half-float.js';
import type { Quantization, Shape, TensorInfo } from '../graph/graph.js';
import { sizeOf } from '../graph/graph.js';
import type { TfliteTensor } from './tflite-file.js';
import { TYPE, TYPE_NAMES } from './tflite-schema.js';
import { IsochroneError } from '../errors.js';

/** TFLite's batch, spatial, channels → ONNX's batch, channels, spatial. */
export function channelsFirst(shape: Shape): Shape {
  if (shape.length < 3) return shape;
  return [shape[0] ?? 1, shape.at(-1) ?? 1, ...shape.slice(1, -1)];
}

/** Order of axes that makes a channels-last tensor of that rank channels-first. */
export function channelsFirstOrder(rank: number): readonly number[] {
  return rank < 3
    ? [...Array(rank).keys()]
    : [0, rank - 1, ...Array(rank - 2).keys()].map((axis, i) => (i < 2 ? axis : axis + 1));
}

/** `source[i]`: where element i of the reordered tensor lies in the tensor of the given shape. */
export function reordered(shape: Shape, order: readonly number[]): Uint32Array {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const source = new Uint32Array(sizeOf(shape));
  const index = order.map(() => 0);
  for (let i = 0; i < source.length; i += 1) {
    source[i] = order.reduce((sum, axis, k) => sum + (strides[axis] ?? 0) * (index[k] ?? 0), 0);
    for (let k = order.length - 1; k >= 0; k -= 1) {
      const next = (index[k] ?? 0) + 1;
      index[k] = next < (shape[order[k] ?? 0] ?? 1) ? next : 0;
      if (index[k] !== 0) break;
    }
  }
  return source;
}

/**
 * A constant in another order of axes, with what its integers stand for.
 * @param order axes of the file's tensor in the wanted order
 * @param shape of the result; by default the reordered one
 * @throws IsochroneError MODEL_DAMAGED, MODEL_UNSUPPORTED_TYPE
 */
export function constantOf(
  tensor: TfliteTensor,
  order: readonly number[],
  file: string,
  shape: Shape = order.map((axis) => tensor.shape[axis] ?? 1),
): TensorInfo {
  const raw = rawValues(tensor, file);
  const source = reordered(tensor.shape, order);
  if (tensor.type === TYPE.int64 || tensor.type === TYPE.int32) {
    const exact = Float64Array.from(source, (from) => raw[from] ?? 0);
    if (tensor.type === TYPE.int64 || tensor.quantization === undefined) {
      return { shape, elementType: 'int64', data: exact };
    }
  }
  if (!isInteger(tensor.type)) {
    return { shape, elementType: 'float32', data: Float32Array.from(source, (i) => raw[i] ?? 0) };
  }
  const given = tensor.quantization;
  if (given === undefined) throw damaged(file, tensor, 'has integers without a scale');
  const zeroPoint = given.zeroPoints[0] ?? 0;
  if (given.zeroPoints.some((zero) => zero !== zeroPoint)) {
    throw unsupportedType(file, tensor, 'has a zero point for each channel');
  }
  if (given.scales.length > 1 && given.axis !== order[0]) {
    throw unsupportedType(file, tensor, `has its scales along axis ${given.axis}`);
  }
  const ordered = Array.from(source, (from) => raw[from] ?? 0);
  const values = tensor.type === TYPE.int8 ? Int8Array.from(ordered) : Int32Array.from(ordered);
  const each = values.length / (given.scales.length === 1 ? 1 : (shape[0] ?? 1));
  const data = Float32Array.from(
    values,
    (value, i) =>
      (value - zeroPoint) *
      (given.scales[given.scales.length === 1 ? 0 : Math.floor(i / each)] ?? 0),
  );
  const quantization: Quantization = {
    scales: Float64Array.from(given.scales),
    zeroPoint,
    values,
  };
  return { shape, elementType: 'float32', data, quantization };
}

/** The plain numbers of a constant, in the file's order. */
export function rawValues(tensor: TfliteTensor, file: string): ArrayLike<number> {
  const { bytes } = tensor;
  if (bytes === undefined) throw damaged(file, tensor, 'is expected to be a constant');
  const length = sizeOf(tensor.shape);
  const need = (each: number): ArrayBuffer => {
    if (bytes.length !== length * each || tensor.shape.some((size) => size < 0)) {
      throw damaged(file, tensor, `holds ${bytes.length} bytes for [${tensor.shape.join(', ')}]`);
    }
    // The view is not aligned: copy.
    return new Uint8Array(bytes).buffer;
  };
  switch (tensor.type) {
    case TYPE.float32:
      return finite(new Float32Array(need(4)), tensor, file);
    case TYPE.float16:
      return finite(Float32Array.from(new Uint16Array(need(2)), halfToFloat), tensor, file);
    case TYPE.int8:
      return new Int8Array(need(1));
    case TYPE.int32:
      return new Int32Array(need(4));
    case TYPE.int64:
      return Float64Array.from(new BigInt64Array(need(8)), Number);
    default:
      throw unsupportedType(file, tensor, `is of type ${TYPE_NAMES[tensor.type] ?? tensor.type}`);
  }
}

export function isInteger(type: number): boolean {
  return type === TYPE.int8 || type === TYPE.int32;
}

function finite(values: Float32Array, tensor: TfliteTensor, file: string): Float32Array {
  if (!values.every(Number.isFinite)) {
    throw damaged(file, tensor, 'holds a value that is not a finite number');
  }
  return values;
}

export function damaged(file: string, tensor: TfliteTensor, why: string): IsochroneError {
  return new IsochroneError('MODEL_DAMAGED', `tensor "${tensor.name}" ${why}`, {
    hint: 'The file is damaged or not valid TFLite; convert it again.',
    where: { file, tensor: tensor.name },
  });
}

export function unsupportedType(file: string, tensor: TfliteTensor, why: string): IsochroneError {
  return new IsochroneError('MODEL_UNSUPPORTED_TYPE', `tensor "${tensor.name}" ${why}`, {
    hint: 'Convert to float32, float16 weights or full int8 quantisation.',
    where: { file, tensor: tensor.name },
  });
}
