import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { casesOf, readIoFile } from './io-file.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'isochrone-io-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(content: unknown): string {
  const file = join(folder, 'case.io.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const base64 = (values: { readonly buffer: ArrayBufferLike }): string =>
  Buffer.from(values.buffer).toString('base64');

describe('a file of inputs and outputs', () => {
  const x = { shape: [2, 3], dtype: 'float32', data: base64(Float32Array.of(1, -2, 0.5, 3, 4, 5)) };

  it('gives its cases, whatever the type of the numbers', () => {
    const file = write({
      x,
      codes: { shape: [2], dtype: 'int8', data: base64(Int8Array.of(-128, 127)) },
      ids: { shape: [1], dtype: 'int64', data: base64(BigInt64Array.of(-7n)) },
      note: 'not an array',
    });
    const arrays = readIoFile(file, 'any.onnx');
    expect([...arrays.keys()]).toEqual(['x', 'codes', 'ids']);
    expect(arrays.get('codes')?.values).toEqual(Float32Array.of(-128, 127));
    expect(arrays.get('ids')?.values).toEqual(Float32Array.of(-7));
    const array = arrays.get('x');
    expect(array === undefined ? [] : casesOf(array, 3, 'x', file)).toEqual([
      Float32Array.of(1, -2, 0.5),
      Float32Array.of(3, 4, 5),
    ]);
  });

  it('for several models gives the one that is asked for', () => {
    const file = write({ 'a.tflite': { in: x }, 'b.tflite': { out: x } });
    expect([...readIoFile(file, 'models/b.tflite').keys()]).toEqual(['out']);
    const stems = write({ a: { in: x }, 'sub/b': { out: x } });
    expect([...readIoFile(stems, 'models/b.onnx').keys()]).toEqual(['out']);
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '3'],
    ['no array', { note: 'x' }],
    ['an unknown type', { x: { ...x, dtype: 'bfloat16' } }],
    ['a type from the prototype', { x: { ...x, dtype: 'constructor' } }],
    ['a shape that is none', { x: { ...x, shape: [2, -3] } }],
    ['bytes missing', { x: { ...x, shape: [2, 4] } }],
    ['data that is no text', { x: { ...x, data: 7 } }],
  ])('%s is refused', (_, content) => {
    const file = write(content);
    expect(() => readIoFile(file, 'any.onnx')).toThrowError(
      expect.objectContaining({ code: 'IO_FILE', where: { file } }),
    );
  });

  it('cases of another size are refused', () => {
    expect(() =>
      casesOf({ shape: [5], type: 'float32', values: new Float32Array(5) }, 3, 'x', 'f'),
    ).toThrowError(expect.objectContaining({ code: 'IO_FILE' }));
  });
});
