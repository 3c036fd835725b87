import { describe, expect, it } from 'vitest';
import { testNetworks } from '../../../codegen/testing/networks.js';
import { compileTrial, quantizeInput, trialInputs } from '../../../codegen/testing/trial.js';
import { expectedBytes, runHostC } from './host-c.js';

const INPUTS = 4;

describe('emitted C on the host', () => {
  it.each(testNetworks())('equals the interpreter in every layer: $name', (network) => {
    const compiled = compileTrial(network);
    const inputs = trialInputs(network.inputShape, 9, INPUTS).map((x) =>
      quantizeInput(compiled, x),
    );
    // Extremes too: every code at its limits.
    inputs.push(new Int8Array(inputs[0]?.length ?? 0).fill(-128));
    inputs.push(new Int8Array(inputs[0]?.length ?? 0).fill(127));
    const expected = expectedBytes(compiled, inputs);
    const actual = runHostC(network.name, compiled, inputs);
    expect(actual.length).toBe(expected.length);
    expect(actual.findIndex((byte, i) => byte !== expected[i])).toBe(-1);
  });
});
