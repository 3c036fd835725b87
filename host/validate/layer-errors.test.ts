import { describe, expect, it } from 'vitest';
import {
  compileNetwork,
  frontEnd,
  modelSha256,
  type CompiledNetwork,
} from '../../codegen/compile.js';
import { inputCodes } from '../../codegen/interpret/input-codes.js';
import { calibrate, type Calibration } from '../../codegen/quantize/calibration.js';
import { testNetworks } from '../../codegen/testing/networks.js';
import { trialInputs } from '../../codegen/testing/trial.js';
import { layerErrors, type LayerError } from './layer-errors.js';

const [network] = testNetworks();
if (network === undefined) throw new Error('there is no test network');

function compileWith(calibration: Calibration): CompiledNetwork {
  return compileNetwork(
    { bytes: network?.bytes ?? new Uint8Array(), file: 'test network' },
    { text: JSON.stringify(calibration), file: 'test network.calibration.json' },
  );
}

describe('layerErrors', () => {
  it('shows where a range is too narrow, and only from there on', () => {
    const inputs = trialInputs(network.inputShape, 61, 6);
    const calibration = calibrate(frontEnd(network.bytes, network.name), inputs, {
      modelSha256: modelSha256(network.bytes),
      source: 'seeded noise',
    });
    const forwardErrors = (compiled: CompiledNetwork): readonly LayerError[] =>
      layerErrors(
        compiled,
        inputs.map((float) => ({ float, integer: inputCodes(compiled.program, float) })),
      ).layers.filter(({ layer }) => layer < compiled.program.forwardOperations);
    const compiled = compileWith(calibration);
    const good = forwardErrors(compiled);
    expect(good.length).toBeGreaterThan(2);
    for (const { signalToNoiseDb = Infinity } of good) expect(signalToNoiseDb).toBeGreaterThan(20);
    const second = good[1];
    const tensor = compiled.program.operations[second?.layer ?? -1]?.output ?? '';
    const high = (calibration.activations[tensor]?.high ?? NaN) / 20;
    const bad = forwardErrors(
      compileWith({
        ...calibration,
        activations: { ...calibration.activations, [tensor]: { low: 0, high } },
      }),
    );
    expect(bad[0]).toEqual(good[0]);
    expect(bad[1]?.signalToNoiseDb).toBeLessThan(5);
    expect(bad[1]?.maximum).toBeGreaterThan(10 * (second?.maximum ?? NaN));
  });
});
