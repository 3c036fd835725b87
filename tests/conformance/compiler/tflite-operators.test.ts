import { describe, expect, it } from 'vitest';
import { compileNetwork } from '../../../codegen/compile.js';
import { IntegerInterpreter } from '../../../codegen/interpret/integer.js';
import { seededRandom } from '../../../codegen/testing/random.js';
import { tfliteOperatorCases } from '../../../codegen/testing/tflite-operator-cases.js';
import { witness } from '../../support/tflite-witness.js';
import { expectedBytes, runHostC } from './host-c.js';

const INPUTS = 12;

/** Of a network with uint8 ends: codes 128 above the int8 ones that stand for the same values. */
async function unsignedWitness(
  bytes: Uint8Array,
  inputs: readonly Int8Array[],
): Promise<readonly Int8Array[]> {
  const shifted = inputs.map((codes) => Uint8Array.from(codes, (code) => code + 128));
  const theirs = await witness(bytes, shifted);
  return theirs.map((codes) => Int8Array.from(codes, (code) => code - 128));
}

describe.each(tfliteOperatorCases())('int8 TFLite: $name', (tested) => {
  const { name, bytes, inputShape, ends, exact, byDefinition } = tested;
  const network = compileNetwork({ bytes, file: `${name}.tflite` }, undefined, { explain: 'none' });
  const elements = inputShape.reduce((a, b) => a * b, 1);
  const random = seededRandom(7);
  const inputs = Array.from({ length: INPUTS }, () =>
    Int8Array.from({ length: elements }, () => Math.floor(random() * 256) - 128),
  );
  // Every code, and both ends.
  inputs.push(Int8Array.from({ length: elements }, (_, i) => i * 37 - 128));
  inputs.push(new Int8Array(elements).fill(-128), new Int8Array(elements).fill(127));

  it('gives what the reference gives', async () => {
    const interpreter = new IntegerInterpreter(network.program);
    const answer = network.program.operations.at(-1);
    if (answer?.kind !== 'widen') throw new Error('the program does not end in an int8 answer');
    const theirs =
      byDefinition !== undefined
        ? inputs.map(byDefinition)
        : await (ends === 'uint8' ? unsignedWitness : witness<Int8Array>)(bytes, inputs);
    let [count, differing, largest] = [0, 0, 0];
    inputs.forEach((x, run) => {
      interpreter.forward(x);
      const ours = interpreter.values(answer.input);
      expect(ours.length).toBe(theirs[run]?.length);
      theirs[run]?.forEach((value, i) => {
        const steps = Math.abs(value - (ours[i] ?? NaN));
        largest = Math.max(largest, steps);
        differing += steps === 0 ? 0 : 1;
        count += 1;
      });
    });
    console.log(
      `${name}: ${differing} of ${count} outputs differ from ${byDefinition === undefined ? 'tfjs-tflite' : 'the definition'}`,
    );
    expect(largest).toBeLessThanOrEqual(exact ? 0 : 1);
    expect(new Set(theirs.flatMap((values) => Array.from(values))).size).toBeGreaterThan(5);
  });

  it('says whether its answer is a probability', () => {
    const isProbability = ['SOFTMAX', 'LOGISTIC'].some((operator) => tested.operator === operator);
    expect(network.emitted.header).toContain(
      `#define ISO_NET_ANSWER_IS_PROBABILITY ${isProbability ? 1 : 0}\n`,
    );
  });

  it('is the same in C on the host, byte for byte', () => {
    const expected = expectedBytes(network, inputs);
    expect(Buffer.compare(runHostC(`tflite ${name}`, network, inputs), expected)).toBe(0);
  });
});
