import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileNetwork } from '../../codegen/compile.js';
import { tensorOf } from '../../codegen/graph/graph.js';
import { testNetworks } from '../../codegen/testing/networks.js';
import { int8TfliteNetwork } from '../../codegen/testing/tflite-networks.js';
import { compileTrial } from '../../codegen/testing/trial.js';
import { inputsOfFile } from './validation-inputs.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'isochrone-inputs-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const array = (dtype: string, shape: readonly number[], values: { buffer: ArrayBufferLike }) => ({
  shape,
  dtype,
  data: Buffer.from(values.buffer).toString('base64'),
});

function write(content: unknown): string {
  const file = join(folder, 'case.io.json');
  writeFileSync(file, JSON.stringify(content));
  return file;
}

describe('inputs of a TFLite network', () => {
  const model = { bytes: int8TfliteNetwork(), file: 'some/small.tflite' };
  const network = compileNetwork(model, undefined, { explain: 'none' });
  const size = 9 * 7 * 3;
  const codes = Int8Array.from({ length: 2 * size }, (_, i) => ((i * 37) % 256) - 128);
  const answers = Int8Array.from({ length: 8 }, (_, i) => i - 4);

  it('are channels last, and integers are the codes themselves', () => {
    const file = write({
      'small.tflite': {
        in: array('int8', [2, 9, 7, 3], codes),
        out: array('int8', [2, 4], answers),
      },
    });
    const { inputs, expected, expectedCodes } = inputsOfFile(network, file, model, 8);
    expect(inputs.map(({ integer }) => integer)).toEqual([codes.slice(0, size), codes.slice(size)]);
    expect(expected).toEqual([Float32Array.of(-4, -3, -2, -1), Float32Array.of(0, 1, 2, 3)]);
    expect(expectedCodes).toBe(true);
    // Channel 1 of the first position, in the graph's order behind all of channel 0.
    const { scales, zeroPoint } = tensorOf(network.graph, 'input').quantization ?? {
      scales: [NaN],
      zeroPoint: NaN,
    };
    expect(inputs[0]?.float[9 * 7]).toBeCloseTo(
      ((codes[1] ?? 0) - zeroPoint) * (scales[0] ?? 0),
      5,
    );
  });

  it('may be real values, uint8 codes, and named like a converter names them', () => {
    const real = array('float32', [1, 9, 7, 3], new Float32Array(size).fill(0.4));
    const file = write({ 'serving_default_input:0': real });
    expect(inputsOfFile(network, file, model, 8).inputs[0]?.integer[0]).toBe(23);
    const shifted = write({ x: array('uint8', [1, 9, 7, 3], new Uint8Array(size).fill(200)) });
    expect(inputsOfFile(network, shifted, model, 8).inputs[0]?.integer[0]).toBe(72);
  });

  it.each([
    ['no array of that name or size', { other: array('int8', [2, 5], new Int8Array(10)) }],
    [
      'a value that is not finite',
      { in: array('float32', [1, size], new Float32Array(size).fill(NaN)) },
    ],
  ])('%s is refused', (_, content) => {
    expect(() => inputsOfFile(network, write(content), model, 8)).toThrowError(
      expect.objectContaining({ code: 'IO_FILE' }),
    );
  });
});

it('inputs of an ONNX network stay in its order, and are found by their size', () => {
  const [first] = testNetworks();
  if (first === undefined) throw new Error('no test network');
  const values = Float32Array.from({ length: 12 * 61 }, (_, i) => Math.sin(i));
  const file = write({
    signal: array('float32', [1, 12, 61], values),
    ids: array('int32', [1], new Int32Array(1)),
  });
  const { inputs, expected } = inputsOfFile(
    compileTrial(first),
    file,
    { bytes: first.bytes, file: 'first.onnx' },
    8,
  );
  expect(inputs[0]?.float).toEqual(values);
  expect(expected).toBeUndefined();
});
