import { describe, expect, it } from 'vitest';
import { compileNetwork } from '../../../codegen/compile.js';
import { readTflite } from '../../../codegen/import/tflite-file.js';
import { IntegerInterpreter } from '../../../codegen/interpret/integer.js';
import { seededRandom } from '../../../codegen/testing/random.js';
import { int8TfliteNetwork } from '../../../codegen/testing/tflite-networks.js';
import { withAnswer, witness } from '../../support/tflite-witness.js';
import { expectedBytes, runHostC } from './host-c.js';

const INPUTS = 20;

describe('an int8 TFLite network', () => {
  const bytes = int8TfliteNetwork();
  const network = compileNetwork({ bytes, file: 'small.tflite' }, undefined, { explain: 'none' });
  const random = seededRandom(5);
  const inputs = Array.from({ length: INPUTS }, () =>
    Int8Array.from({ length: 9 * 7 * 3 }, () => Math.floor(random() * 256) - 128),
  );
  inputs.push(new Int8Array(9 * 7 * 3).fill(-128), new Int8Array(9 * 7 * 3).fill(127));

  it('gives what tfjs-tflite gives in every layer, within one step', async () => {
    const file = readTflite(bytes, 'small.tflite');
    const interpreter = new IntegerInterpreter(network.program);
    const layers = file.operators.map((operator) => file.tensors[operator.outputs[0] ?? -1]);
    let [count, differing] = [0, 0];
    for (const tensor of layers) {
      if (tensor === undefined) throw new Error('an operator without output');
      const theirs = await witness(withAnswer(bytes, tensor.index), inputs);
      inputs.forEach((x, run) => {
        interpreter.forward(x);
        const ours = interpreter.values(tensor.name);
        theirs[run]?.forEach((value, i) => {
          const steps = Math.abs(value - (ours[i] ?? NaN));
          expect(steps, `${tensor.name}, input ${run}, value ${i}`).toBeLessThanOrEqual(1);
          differing += steps;
          count += 1;
        });
        expect(new Set(theirs.flatMap((values) => Array.from(values))).size).toBeGreaterThan(5);
      });
    }
    // It scales in floating point, and once in a while the other side of a half comes out.
    expect(differing).toBeLessThan(count / 1000);
    expect(count).toBeGreaterThan(8000);
  });

  it('is the same in C on the host, byte for byte', () => {
    const expected = expectedBytes(network, inputs);
    expect(Buffer.compare(runHostC('small tflite', network, inputs), expected)).toBe(0);
  });

  it('is explained by the same C on the host, byte for byte', () => {
    const explained = compileNetwork({ bytes, file: 'small.tflite' }, undefined);
    const expected = expectedBytes(explained, inputs);
    expect(Buffer.compare(runHostC('small tflite explained', explained, inputs), expected)).toBe(0);
  });
});
