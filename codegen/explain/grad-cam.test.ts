import { describe, expect, it } from 'vitest';
import { compileNetwork, frontEnd, modelSha256 } from '../compile.js';
import { sizeOf, tensorOf } from '../graph/graph.js';
import { integerTensor } from '../integer/program.js';
import { floatOf, runFloat } from '../interpret/float.js';
import { inputCodes } from '../interpret/input-codes.js';
import { IntegerInterpreter } from '../interpret/integer.js';
import { buildNetwork } from '../testing/build-network.js';
import { calibrate } from '../quantize/calibration.js';
import { withCamRange } from '../quantize/cam-range.js';
import { networkNamed } from '../testing/networks.js';
import { compileTrial, cosine, trialInputs } from '../testing/trial.js';
import { GRAD_CAM } from './grad-cam.js';
import { parseMethods } from './methods.js';

const PLAIN = networkNamed('plain with batch normalisation');

describe('Grad-CAM', () => {
  it('is the definition, where the head is a global mean and a dense layer', () => {
    const { graph, input, seed, forwardNodes } = frontEnd(
      PLAIN.bytes,
      PLAIN.name,
      'gradient',
      12,
      true,
    );
    const [x = new Float32Array()] = trialInputs(PLAIN.inputShape, 5, 1);
    const classes = 5;
    const oneHot = Float32Array.from({ length: classes }, (_, c) => (c === 2 ? 1 : 0));
    const values = runFloat(
      graph,
      new Map([
        [input, x],
        [seed ?? '', oneHot],
      ]),
    );
    // By Selvaraju 2017: weights are the means over time of the gradient by the last activation.
    const relu = graph.nodes.slice(0, forwardNodes).findLast(({ operator }) => operator === 'Relu');
    const name = relu?.outputs[0] ?? '';
    const [, channels = 0, length = 0] = tensorOf(graph, name).shape;
    const activation = floatOf(values, name);
    const dense = graph.nodes.find(({ operator }) => operator === 'Gemm');
    const weights = tensorOf(graph, dense?.inputs[1] ?? '');
    const [rows = 0] = weights.shape;
    const weight = (c: number): number =>
      (weights.data?.[rows === classes ? 2 * channels + c : c * classes + 2] ?? NaN) / length;
    const expected = Array.from({ length }, (_, t) =>
      Array.from(
        { length: channels },
        (_c, c) => weight(c) * (activation[c * length + t] ?? NaN),
      ).reduce((a, b) => a + b, 0),
    );
    const found = Array.from(floatOf(values, GRAD_CAM));
    expect(found.length).toBe(length);
    expected.forEach((value, t) => expect(found[t]).toBeCloseTo(value, 6));
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(1e-3);
  });

  it('leaves the gradient as it is without it, and agrees with the float one in integers', () => {
    const asked = compileTrial(PLAIN, { methods: parseMethods('gradient,grad-cam') });
    const plain = compileTrial(PLAIN);
    const name = asked.program.explanation?.gradCam ?? '';
    const [both, one] = [
      new IntegerInterpreter(asked.program),
      new IntegerInterpreter(plain.program),
    ];
    for (const x of trialInputs(PLAIN.inputShape, 6, 3)) {
      const codes = inputCodes(asked.program, x);
      expect(both.forward(codes)).toEqual(one.forward(codes));
      expect(both.explain(1)).toEqual(one.explain(1));
      const { cam } = both.gradCam(1);
      const { graph, input, seed = '' } = asked.explained;
      const oneHot = new Float32Array(sizeOf(tensorOf(graph, seed).shape));
      oneHot[1] = 1;
      const values = runFloat(
        graph,
        new Map([
          [input, x],
          [seed, oneHot],
        ]),
      );
      const { scale } = integerTensor(asked.program, name);
      const real = Float64Array.from(cam, (code) => code * scale);
      expect(cosine(real, floatOf(values, GRAD_CAM))).toBeGreaterThan(0.99);
    }
  });

  it('takes its range from a calibration that was made without it', () => {
    const inputs = trialInputs(PLAIN.inputShape, 77, 8);
    const about = { modelSha256: modelSha256(PLAIN.bytes), source: 'seeded noise' };
    const without = calibrate(frontEnd(PLAIN.bytes, PLAIN.name), inputs, about);
    const asked = frontEnd(PLAIN.bytes, PLAIN.name, 'gradient', 12, true);
    const measured = calibrate(asked, inputs, about).gradients[GRAD_CAM]?.[0] ?? NaN;
    const [bound = NaN, ...more] = withCamRange(asked, without).gradients[GRAD_CAM] ?? [];
    expect(more).toEqual([]);
    expect(bound).toBeGreaterThanOrEqual(measured);
    // At most six of sixteen bits are given away.
    expect(bound).toBeLessThan(64 * measured);
    const { program } = compileNetwork(
      { bytes: PLAIN.bytes, file: PLAIN.name },
      { text: JSON.stringify(without), file: 'without.calibration.json' },
      { methods: parseMethods('grad-cam') },
    );
    const interpreter = new IntegerInterpreter(program);
    const [x = new Float32Array()] = inputs;
    interpreter.forward(inputCodes(program, x));
    expect(interpreter.gradCam(0).cam.some((code) => Math.abs(code) > 100)).toBe(true);
  });

  it('is refused by name where no convolution has positions', () => {
    const dense = buildNetwork('dense', [1, 6], 1, (b) => b.gemm(b.input, 6, 3));
    expect(() => frontEnd(dense.bytes, dense.name, 'gradient', 12, true)).toThrow(
      expect.objectContaining({ code: 'EXPLAIN_NO_CAM' }),
    );
  });
});
