import { describe, expect, it } from 'vitest';
import { compileNetwork, frontEnd, modelSha256, type CompiledNetwork } from '../compile.js';
import { IntegerInterpreter } from '../interpret/integer.js';
import { floatOf, runFloat } from '../interpret/float.js';
import { integerTensor } from '../integer/program.js';
import { testNetworks, type TestNetwork } from '../testing/networks.js';
import { OnnxBuilder } from '../testing/onnx-builder.js';
import { seededRandom } from '../testing/random.js';
import { trialInputs } from '../testing/trial.js';
import { correctBiases } from './bias-correction.js';
import { calibrate, type Calibration } from './calibration.js';
import { chooseRanges, type ChosenRange } from './choose-ranges.js';
import { Histogram, RANGE_RULES, type RangeRule } from './histogram.js';
import { forwardOf } from './simulate.js';
import { inputCodes } from '../interpret/input-codes.js';

function compileWith(network: TestNetwork, calibration: Calibration): CompiledNetwork {
  return compileNetwork(
    { bytes: network.bytes, file: network.name },
    { text: JSON.stringify(calibration), file: `${network.name}.calibration.json` },
  );
}

/** Mean absolute error of the integer program's logits. */
function logitError(network: CompiledNetwork, inputs: readonly Float32Array[]): number {
  const forward = forwardOf(network.explained);
  const interpreter = new IntegerInterpreter(network.program);
  const { scale } = integerTensor(network.program, network.program.logits);
  const errors = inputs.flatMap((x) => {
    const values = runFloat(forward, new Map([[network.explained.input, x]]));
    const ours = interpreter.forward(inputCodes(network.program, x));
    return Array.from(floatOf(values, network.explained.logits), (value, c) =>
      Math.abs(value - (ours[c] ?? NaN) * scale),
    );
  });
  return errors.reduce((a, b) => a + b, 0) / errors.length;
}

function histogramsOf(
  network: TestNetwork,
  inputs: readonly Float32Array[],
): Map<string, Histogram> {
  const explained = frontEnd(network.bytes, network.name);
  const forward = forwardOf(explained);
  const names = [explained.input, ...forward.nodes.flatMap((node) => node.outputs)];
  const histograms = new Map(names.map((name) => [name, new Histogram()]));
  for (const x of inputs) {
    const values = runFloat(forward, new Map([[explained.input, x]]));
    for (const [name, histogram] of histograms) histogram.add(floatOf(values, name));
  }
  return histograms;
}

/** The same calibration with every range by one rule. */
function byRule(
  network: TestNetwork,
  inputs: readonly Float32Array[],
  base: Calibration,
  rule: RangeRule,
): Calibration {
  const ranges = [...histogramsOf(network, inputs)].map(
    ([name, histogram]): [string, ChosenRange] => [name, { ...histogram.range(rule), rule }],
  );
  return { ...base, activations: Object.fromEntries(ranges), biasCorrections: {} };
}

/** Twenty ordinary records and one with a burst of artefacts, forty times as large: one value in two thousand. */
function withArtefact(network: TestNetwork): readonly Float32Array[] {
  const inputs = trialInputs(network.inputShape, 41, 21);
  return inputs.map((x, r) => (r === 7 ? x.map((v, i) => (i < 8 ? 40 * v : v)) : x));
}

const [plain] = testNetworks();
if (plain === undefined) throw new Error('no test network');

describe('choice of ranges', () => {
  const inputs = withArtefact(plain);
  const calibration = calibrate(
    frontEnd(plain.bytes, plain.name),
    inputs,
    {
      modelSha256: modelSha256(plain.bytes),
      source: 'seeded noise with one artefact',
    },
    { budgetMacs: 1e9 },
  );

  it('is not misled by one record of artefacts', () => {
    const ordinary = trialInputs(plain.inputShape, 43, 12);
    const chosen = logitError(compileWith(plain, calibration), ordinary);
    const error = (rule: RangeRule): number =>
      logitError(compileWith(plain, byRule(plain, inputs, calibration, rule)), ordinary);
    expect(chosen).toBeLessThan(0.25 * error('min-max'));
    // Near the best single rule on records that it has not seen; some rules do several times worse.
    expect(chosen).toBeLessThan(1.6 * Math.min(...RANGE_RULES.map(error)));
  });

  it('writes down the rule of each tensor, and only ranges and means', () => {
    for (const range of Object.values(calibration.activations)) {
      expect(RANGE_RULES).toContain(range.rule);
    }
    expect(calibration.activations['ecg']?.rule).not.toBe('min-max');
    expect(calibration.activations['logits']?.rule).toBe('min-max');
  });

  it('falls back to each tensor by itself when no record can be afforded', () => {
    const explained = frontEnd(plain.bytes, plain.name);
    const histograms = histogramsOf(plain, inputs);
    const alone = chooseRanges(explained, histograms, inputs, 1);
    for (const [name, { rule }] of alone) {
      expect(rule).toBe(name === 'logits' ? 'min-max' : 'mean square error');
    }
    expect([...alone.keys()].sort()).toEqual([...histograms.keys()].sort());
  });
});

describe('bias correction', () => {
  /** Every weight but one is too small for a step of its channel and rounds to zero: the mean is lost. */
  function lopsided(): TestNetwork {
    const b = new OnnxBuilder(seededRandom(9), [1, 4, 30]);
    const weights = Float32Array.from({ length: 6 * 4 * 3 }, (_, i) => (i % 12 === 0 ? 4 : 0.0155));
    const w = b.constant([6, 4, 3], weights);
    const conv = b.node('Conv', [b.input, w], { kernel_shape: [3], pads: [1, 1] });
    const active = b.node('Relu', [conv]);
    const pooled = b.node('Flatten', [b.node('GlobalAveragePool', [active])]);
    return { name: 'lopsided', inputShape: [1, 4, 30], bytes: b.bytes(b.gemm(pooled, 6, 3)) };
  }
  const network = lopsided();
  // Noise about 1: rounding the small weights away shifts every sum by about 11 · 0.0155.
  const positive = (seed: number): Float32Array[] =>
    trialInputs(network.inputShape, seed, 12).map((x) => x.map((value) => 1 + 0.5 * value));
  const calibration = calibrate(
    frontEnd(network.bytes, network.name),
    positive(51),
    {
      modelSha256: modelSha256(network.bytes),
      source: 'seeded noise',
    },
    { budgetMacs: 1e9 },
  );

  it('gives back the mean that rounded weights lose', () => {
    const [correction = []] = Object.values(calibration.biasCorrections ?? {});
    expect(correction).toHaveLength(6);
    for (const value of correction) expect(Math.abs(value - 11 * 0.0155)).toBeLessThan(0.03);
    const without = { ...calibration, biasCorrections: {} };
    const test = positive(53);
    const before = logitError(compileWith(network, without), test);
    const after = logitError(compileWith(network, calibration), test);
    expect(after).toBeLessThan(0.4 * before);
  });

  it('is left out where it would not help, or cannot be afforded', () => {
    const explained = frontEnd(network.bytes, network.name);
    const ranges = chooseRanges(explained, histogramsOf(network, positive(51)), positive(51), 1e9);
    expect(correctBiases(explained, ranges, positive(51), 1)).toEqual({});
    expect(correctBiases(explained, ranges, positive(51), 1e9)).not.toEqual({});
  });

  it('refuses a damaged correction', () => {
    const damaged = { ...calibration, biasCorrections: { x: ['1'] } };
    expect(() => compileWith(network, damaged as unknown as Calibration)).toThrowError(
      expect.objectContaining({ code: 'CALIBRATION_DAMAGED' }),
    );
  });
});
