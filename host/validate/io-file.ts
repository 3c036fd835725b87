/**
 * Inputs and outputs of a network in a JSON file: arrays as {shape, dtype, data: base64, little-endian}, the first axis
 * counting the cases. The array named like the network's input holds the inputs; one named like its output, or `logits`,
 * what a reference answered. A file for several models holds such an object for each, by the name of the model file.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { halfToFloat } from '../../codegen/import/half-float.js';

export interface IoArray {
  readonly shape: readonly number[];
  /** `float32`, `int8` …: integers may be codes of a quantised tensor. */
  readonly type: string;
  readonly values: Float32Array;
}

const READERS: Readonly<
  Record<string, { readonly bytes: number; read(view: DataView, at: number): number }>
> = {
  float32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  float64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  float16: { bytes: 2, read: (view, at) => halfToFloat(view.getUint16(at, true)) },
  bool: { bytes: 1, read: (view, at) => view.getUint8(at) },
  int8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  uint8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  int16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  uint16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  uint32: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  int64: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  int32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
};

/**
 * Every array of the file by name.
 * @throws IsochroneError IO_FILE
 */
export function readIoFile(file: string, modelFile: string): ReadonlyMap<string, IoArray> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw unusable(file, 'it cannot be read as JSON', cause);
  }
  if (typeof parsed !== 'object' || parsed === null) throw unusable(file, 'it is not an object');
  const arrays = new Map<string, IoArray>();
  const all = parsed as Record<string, unknown>;
  for (const [name, value] of Object.entries(holderOf(all, modelFile))) {
    if (typeof value === 'object' && value !== null && 'data' in value) {
      arrays.set(name, arrayOf(value, name, file));
    }
  }
  if (arrays.size === 0) throw unusable(file, 'it holds no array');
  return arrays;
}

/** The object with the arrays of this model: the file itself, or what it holds under the model's name. */
function holderOf(all: Record<string, unknown>, modelFile: string): Record<string, unknown> {
  const name = basename(modelFile);
  const stem = name.replace(/\.[^.]*$/, '');
  const holders = new Map(
    Object.entries(all).flatMap(([key, value]) =>
      typeof value === 'object' && value !== null && !('data' in value)
        ? [[basename(key), value as Record<string, unknown>] as const]
        : [],
    ),
  );
  return holders.get(name) ?? holders.get(stem) ?? all;
}

function arrayOf(value: object, name: string, file: string): IoArray {
  const { shape, dtype, data } = value as Record<string, unknown>;
  const reader =
    typeof dtype === 'string' && Object.hasOwn(READERS, dtype) ? READERS[dtype] : undefined;
  if (reader === undefined) {
    throw unusable(file, `array "${name}" is of type ${JSON.stringify(dtype)}`);
  }
  if (
    !Array.isArray(shape) ||
    !shape.every((size) => Number.isSafeInteger(size) && (size as number) > 0) ||
    typeof data !== 'string'
  ) {
    throw unusable(file, `array "${name}" has no usable shape or data`);
  }
  const sizes = shape as readonly number[];
  const count = sizes.reduce((product, size) => product * size, 1);
  const bytes = Buffer.from(data, 'base64');
  if (bytes.length !== count * reader.bytes) {
    throw unusable(
      file,
      `array "${name}" has ${bytes.length} bytes, its shape asks for ${count * reader.bytes}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = Float32Array.from({ length: count }, (_, i) =>
    reader.read(view, i * reader.bytes),
  );
  return { shape: sizes, type: dtype as string, values };
}

/** The cases of an array, each with `size` values. */
export function casesOf(array: IoArray, size: number, name: string, file: string): Float32Array[] {
  if (size < 1 || array.values.length % size !== 0) {
    throw unusable(
      file,
      `array "${name}" has ${array.values.length} values, the network takes ${size} at a time`,
    );
  }
  return Array.from({ length: array.values.length / size }, (_, i) =>
    array.values.slice(i * size, (i + 1) * size),
  );
}

export function unusable(file: string, why: string, cause?: unknown): IsochroneError {
  return new IsochroneError('IO_FILE', `the file of inputs cannot be used: ${why}`, {
    hint: 'Give JSON arrays as {"shape": […], "dtype": "float32", "data": BASE64}, one named like the input of the network.',
    where: { file },
    cause,
  });
}
