import { describe, expect, it } from 'vitest';
import { inputCodes } from '../../../codegen/interpret/input-codes.js';
import { formNetwork, operatorForms, opsetsOf } from '../../../codegen/testing/operator-forms.js';
import { seededRandom } from '../../../codegen/testing/random.js';
import { compileTrial, trialInputs } from '../../../codegen/testing/trial.js';
import { expectedBytes, runHostC } from './host-c.js';

/** Each costs a run of gcc: all of them would take minutes. */
const SAMPLED = 24;

/** Forms chosen by a seed; the float and integer tests beside the import take all. */
function sample(): readonly (readonly [string, ReturnType<typeof formNetwork>])[] {
  const random = seededRandom(2024);
  return operatorForms()
    .map((form, index) => ({ form, index, order: random() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, SAMPLED)
    .map(({ form, index }) => {
      const opsets = opsetsOf(form);
      const opset = opsets[Math.floor(random() * opsets.length)] ?? 13;
      const network = formNetwork(form, opset, 1000 + index);
      return [network.name, network] as const;
    });
}

describe('forms of operators: emitted C on the host', () => {
  it.each(sample())('equals the interpreter in every layer: %s', (name, network) => {
    const compiled = compileTrial(network);
    const inputs = trialInputs(network.inputShape, 9, 2).map((x) =>
      inputCodes(compiled.program, x),
    );
    inputs.push(new Int8Array(inputs[0]?.length ?? 0).fill(-128));
    inputs.push(new Int8Array(inputs[0]?.length ?? 0).fill(127));
    const expected = expectedBytes(compiled, inputs);
    const actual = runHostC(name, compiled, inputs);
    expect(actual.length).toBe(expected.length);
    expect(actual.findIndex((byte, i) => byte !== expected[i])).toBe(-1);
  });
});
