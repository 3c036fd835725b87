import { describe, expect, it } from 'vitest';
import { compileNetwork, frontEnd, modelSha256 } from '../compile.js';
import { sizeOf, tensorOf } from '../graph/graph.js';
import { IntegerInterpreter } from '../interpret/integer.js';
import { floatOf, runFloat } from '../interpret/float.js';
import { integerTensor } from '../integer/program.js';
import { testNetworks, type TestNetwork } from '../testing/networks.js';
import { channelsFirst, compileTrial, cosine, trialInputs } from '../testing/trial.js';
import { calibrate, parseCalibration } from './calibration.js';
import { inputCodes } from '../interpret/input-codes.js';

/** Compiled once for all tests: it takes a second. */
const compiledNetworks = new Map<string, ReturnType<typeof compileTrial>>();

function compiledOnce(network: TestNetwork): ReturnType<typeof compileTrial> {
  const compiled = compiledNetworks.get(network.name) ?? compileTrial(network);
  compiledNetworks.set(network.name, compiled);
  return compiled;
}

describe('quantised network', () => {
  it.each(testNetworks())('answers and explains like the float one: $name', (network) => {
    const compiled = compiledOnce(network);
    const { program, explained } = compiled;
    const { seed: seedName, inputGradient } = explained;
    const interpreter = new IntegerInterpreter(program);
    const logitScale = integerTensor(program, program.logits).scale;
    const channels = integerTensor(program, program.input).channels;
    const classes = sizeOf(tensorOf(explained.graph, explained.logits).shape);
    for (const x of trialInputs(network.inputShape, 31, 4)) {
      const logits = interpreter.forward(inputCodes(compiled.program, x));
      for (let target = 0; target < classes; target += 1) {
        const seed = Float32Array.from({ length: classes }, (_, i) => (i === target ? 1 : 0));
        const float = runFloat(
          explained.graph,
          new Map([
            [explained.input, x],
            ...(seedName === undefined ? [] : [[seedName, seed] as const]),
          ]),
        );
        const expected = floatOf(float, explained.logits);
        const range = Math.max(...expected.map(Math.abs), 1);
        expect(
          Math.abs((logits[target] ?? NaN) * logitScale - (expected[target] ?? 0)),
        ).toBeLessThan(0.08 * range);
        if (inputGradient === undefined) continue;
        const { gradient, saturations } = interpreter.explain(target);
        expect(saturations).toBeLessThanOrEqual(network.mostSaturations ?? 0);
        const ours = channelsFirst(gradient, channels);
        const scale = integerTensor(program, program.explanation?.inputGradient ?? '').scale;
        const theirs = floatOf(float, inputGradient);
        // Noise inputs leave many ReLUs near zero; real records do better (measured by the fidelity bench).
        expect(cosine(ours, theirs)).toBeGreaterThan(network.leastCosine ?? 0.9);
        const size = (values: ArrayLike<number>): number =>
          Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));
        expect(Math.abs((size(ours) * scale) / size(theirs) - 1)).toBeLessThan(
          Math.max(0.15, 1 - (network.leastCosine ?? 1)),
        );
      }
    }
  });

  it('keeps sums in int32: a gradient limit shrinks when the weights could overflow it', () => {
    for (const network of testNetworks()) {
      const { program } = compiledOnce(network);
      for (const operation of program.operations) {
        if (operation.kind !== 'convGradient') continue;
        expect(operation.limit).toBeGreaterThan(0);
        expect(operation.limit).toBeLessThanOrEqual(32_767);
      }
    }
  });

  it('refuses a calibration of another model, and one that is damaged', () => {
    const [network] = testNetworks();
    if (network === undefined) throw new Error('no test network');
    const compile = (text: string): unknown =>
      compileNetwork(
        { bytes: network.bytes, file: 'm.onnx' },
        { text, file: 'm.calibration.json' },
      );
    const calibration = calibrate(
      frontEnd(network.bytes, 'm.onnx'),
      trialInputs(network.inputShape, 1, 1),
      { modelSha256: 'f'.repeat(64), source: 'test' },
    );
    expect(() => compile(JSON.stringify(calibration))).toThrowError(
      expect.objectContaining({ code: 'CALIBRATION_OF_ANOTHER_MODEL' }),
    );
    expect(() => compile('{')).toThrowError(
      expect.objectContaining({ code: 'CALIBRATION_DAMAGED' }),
    );
    const holed = { ...calibration, modelSha256: modelSha256(network.bytes), gradients: {} };
    expect(() => compile(JSON.stringify(holed))).toThrowError(
      expect.objectContaining({ code: 'CALIBRATION_INCOMPLETE' }),
    );
    expect(parseCalibration(JSON.stringify(holed), 'f', holed.modelSha256).records).toBe(1);
  });
});
