import { describe, expect, it } from 'vitest';
import { compileNetwork, frontEnd, modelSha256, type CompiledNetwork } from '../compile.js';
import { floatOf, runFloat } from '../interpret/float.js';
import { inputCodes } from '../interpret/input-codes.js';
import { IntegerInterpreter } from '../interpret/integer.js';
import { integerTensor } from '../integer/program.js';
import { buildNetwork, type TestNetwork } from '../testing/build-network.js';
import { networkNamed } from '../testing/networks.js';
import type { OnnxBuilder } from '../testing/onnx-builder.js';
import { trialInputs } from '../testing/trial.js';
import { calibrate, type Calibration } from './calibration.js';
import { calibrateEqualised } from './choose-equalisation.js';
import { forwardOf } from './simulate.js';

const CHANNELS = 12;
/** Channels from 1 to 3000 apart, in no order. */
const apart = (c: number): number => 10 ** (((c * 5) % CHANNELS) * 0.317);

/** The same network as without the factors, written with channels in units far apart, as training without decay leaves them. */
function lopsided(kind: 'dense' | 'depthwise', scaled: boolean): TestNetwork {
  const factor = (c: number): number => (scaled ? apart(c) : 1);
  return buildNetwork(`${kind} ${scaled}`, [1, 4, 40], 17, (b) => {
    const scale = (x: string, by: (c: number) => number): string =>
      b.node('Mul', [
        x,
        b.constant(
          [CHANNELS, 1],
          Float32Array.from({ length: CHANNELS }, (_, c) => by(c)),
        ),
      ]);
    const unscaled = (x: string): string => scale(x, (c) => 1 / factor(c));
    const first = b.node('Relu', [
      scale(b.conv(b.input, { from: 4, to: CHANNELS }, [3], { pads: [1, 1] }), factor),
    ]);
    const second =
      kind === 'dense'
        ? columns(b, first, factor)
        : unscaled(
            b.conv(first, { from: CHANNELS, to: CHANNELS }, [5], { group: CHANNELS, pads: [2, 2] }),
          );
    const pooled = b.node('Flatten', [b.node('GlobalAveragePool', [b.node('Relu', [second])])]);
    return b.gemm(pooled, CHANNELS, 5);
  });
}

/** A convolution that takes the factors out again. */
function columns(b: OnnxBuilder, x: string, factor: (c: number) => number): string {
  const weights = Float32Array.from(
    { length: CHANNELS * CHANNELS },
    (_, i) => Math.sin(7 * i + 1) / factor(i % CHANNELS),
  );
  return b.node('Conv', [x, b.constant([CHANNELS, CHANNELS, 1], weights)], { kernel_shape: [1] });
}

/** Mean error of the logits, relative to their mean magnitude, on inputs that calibration has not seen. */
function errorOf(network: TestNetwork, calibration: Calibration): number {
  const { program, explained }: CompiledNetwork = compileNetwork(
    { bytes: network.bytes, file: network.name },
    { text: JSON.stringify(calibration), file: 'c.json' },
    { precision: 'int8', explain: 'none' },
  );
  const interpreter = new IntegerInterpreter(program);
  const { scale } = integerTensor(program, program.logits);
  let [error, size] = [0, 0];
  for (const x of trialInputs(network.inputShape, 99, 12)) {
    const values = runFloat(forwardOf(explained), new Map([[explained.input, x]]));
    const ours = interpreter.forward(inputCodes(program, x));
    floatOf(values, explained.logits).forEach((value: number, c: number) => {
      error += Math.abs(value - (ours[c] ?? NaN) * scale);
      size += Math.abs(value);
    });
  }
  return error / size;
}

function calibrations(network: TestNetwork): {
  readonly plain: Calibration;
  readonly chosen: Calibration;
} {
  const prepared = frontEnd(network.bytes, network.name);
  const inputs = trialInputs(network.inputShape, 77, 8);
  const about = { modelSha256: modelSha256(network.bytes), source: 'seeded noise' };
  return {
    plain: calibrate(prepared, inputs, about, { budgetMacs: 1e9 }),
    chosen: calibrateEqualised(prepared, inputs, about, { budgetMacs: 1e9 }),
  };
}

describe('choice of equalisation', () => {
  it.each(['dense', 'depthwise'] as const)(
    'takes away most of what channels in units far apart cost: %s',
    (kind) => {
      const network = lopsided(kind, true);
      const { plain, chosen } = calibrations(network);
      expect(Object.keys(chosen.equalisation ?? {})).not.toEqual([]);
      const [before, after] = [errorOf(network, plain), errorOf(network, chosen)];
      const even = lopsided(kind, false);
      const best = errorOf(even, calibrations(even).plain);
      expect(after).toBeLessThan(before / 4);
      // Little is left between it and the network that was never lopsided.
      expect(after).toBeLessThan(2 * best);
    },
  );

  it('leaves a network alone that it does not help, down to the bytes of the calibration', () => {
    const network = networkNamed('plain with batch normalisation');
    const { plain, chosen } = calibrations(network);
    expect(JSON.stringify(chosen)).toBe(JSON.stringify(plain));
  });

  it('builds explanations whose gradients are too far apart for integers otherwise', () => {
    const network = lopsided('depthwise', true);
    const build = (calibration: Calibration): unknown =>
      compileNetwork(
        { bytes: network.bytes, file: network.name },
        { text: JSON.stringify(calibration), file: 'c.json' },
        { precision: 'int8' },
      );
    const { plain, chosen } = calibrations(network);
    expect(() => build(plain)).toThrowError(/gradient grows beyond int16/);
    expect(() => build(chosen)).not.toThrow();
  });

  it('is not tried where no record can be afforded', () => {
    const network = lopsided('depthwise', true);
    const prepared = frontEnd(network.bytes, network.name);
    const about = { modelSha256: modelSha256(network.bytes), source: 'seeded noise' };
    const inputs = trialInputs(network.inputShape, 77, 2);
    expect(calibrateEqualised(prepared, inputs, about).equalisation).toBeUndefined();
  });
});
