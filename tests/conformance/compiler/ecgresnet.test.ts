import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { compileNetwork, frontEnd, modelSha256 } from '../../../codegen/compile.js';
import { importOnnx } from '../../../codegen/import/onnx.js';
import { floatOf, runFloat } from '../../../codegen/interpret/float.js';
import { inputCodes } from '../../../codegen/interpret/input-codes.js';
import { calibrate } from '../../../codegen/quantize/calibration.js';
import { hasShared, NEEDS_SHARED, sharedPath } from '../../../host/records/shared-data.js';
import { casesOf, readIoFile } from '../../../host/validate/io-file.js';
import { expectedBytes, runHostC } from './host-c.js';

const MODEL = ['models', 'ecg', 'ecgresnet_ptbxl.onnx'] as const;
const IO = ['models', 'ecg', 'ecgresnet_ptbxl.io.json'] as const;
const INPUT = [1, 12, 300];

function cases(): { readonly inputs: Float32Array[]; readonly logits: Float32Array[] } {
  const file = sharedPath(...IO);
  const arrays = readIoFile(file, sharedPath(...MODEL));
  const of = (name: string, size: number): Float32Array[] => {
    const array = arrays.get(name);
    if (array === undefined) throw new Error(`${file} has no "${name}"`);
    return casesOf(array, size, name, file);
  };
  return { inputs: of('ecg', 12 * 300), logits: of('logits', 5) };
}

describe.skipIf(!hasShared(...MODEL))(`ecgresnet (${NEEDS_SHARED})`, () => {
  it('float equals onnxruntime and the stored logits', async () => {
    const bytes = readFileSync(sharedPath(...MODEL));
    const graph = importOnnx(bytes, 'ecgresnet_ptbxl.onnx');
    const session = await InferenceSession.create(bytes);
    const { inputs, logits } = cases();
    expect(inputs.length).toBe(32);
    for (const [index, x] of inputs.slice(0, 8).entries()) {
      const ours = floatOf(runFloat(graph, new Map([['ecg', x]])), graph.outputs[0] ?? '');
      const { logits: theirs } = await session.run({ ecg: new Tensor('float32', x, INPUT) });
      Array.from(theirs?.data as Float32Array).forEach((value, i) => {
        expect(Math.abs((ours[i] ?? NaN) - value)).toBeLessThan(1e-4);
        expect(Math.abs((logits[index]?.[i] ?? NaN) - value)).toBeLessThan(1e-4);
      });
    }
  }, 120_000);

  it('the C on the host equals the interpreter in every layer, explanation too', () => {
    const model = { bytes: readFileSync(sharedPath(...MODEL)), file: 'ecgresnet_ptbxl.onnx' };
    const { inputs } = cases();
    const calibration = calibrate(frontEnd(model.bytes, model.file), inputs.slice(0, 3), {
      modelSha256: modelSha256(model.bytes),
      source: 'its io file',
    });
    const text = JSON.stringify(calibration);
    const network = compileNetwork(model, { text, file: 'ecgresnet.calibration.json' });
    const codes = inputs.slice(0, 2).map((x) => inputCodes(network.program, x));
    const expected = expectedBytes(network, codes);
    const actual = runHostC('ecgresnet', network, codes);
    expect(actual.length).toBe(expected.length);
    expect(actual.findIndex((byte, i) => byte !== expected[i])).toBe(-1);
  }, 240_000);
});
