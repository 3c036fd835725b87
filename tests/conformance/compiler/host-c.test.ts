import { describe, expect, it } from 'vitest';
import type { CompiledNetwork } from '../../../codegen/compile.js';
import type { Precision } from '../../../codegen/quantize/precision.js';
import { integerTensor, type SignalArray } from '../../../codegen/integer/program.js';
import { inputCodes, signalCodes } from '../../../codegen/interpret/input-codes.js';
import { testNetworks, type TestNetwork } from '../../../codegen/testing/networks.js';
import { compileTrial, trialInputs } from '../../../codegen/testing/trial.js';
import { expectedBytes, runHostC } from './host-c.js';

const INPUTS = 4;

function inputsOf({ inputShape }: TestNetwork, { program }: CompiledNetwork): SignalArray[] {
  const inputs = trialInputs(inputShape, 9, INPUTS).map((x) => inputCodes(program, x));
  // Extremes too: every code at its limits.
  const tensor = integerTensor(program, program.input);
  const { length = 0 } = inputs[0] ?? {};
  for (const end of [-Infinity, Infinity]) inputs.push(signalCodes(tensor, length, () => end));
  return inputs;
}

function expectSameBytes(network: TestNetwork, precision: Precision): void {
  const compiled = compileTrial(network, { precision });
  const inputs = inputsOf(network, compiled);
  const expected = expectedBytes(compiled, inputs);
  const actual = runHostC(`${network.name} ${precision}`, compiled, inputs);
  expect(actual.length).toBe(expected.length);
  expect(actual.findIndex((byte, i) => byte !== expected[i])).toBe(-1);
}

describe('emitted C on the host', () => {
  it.each(testNetworks())('equals the interpreter in every layer: $name', (network) => {
    expectSameBytes(network, 'int8');
  });

  it.each(testNetworks())('equals it with int16 signals: $name', (network) => {
    expectSameBytes(network, 'int16');
  });
});
