import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileNetwork } from '../compile.js';
import { IntegerInterpreter } from '../interpret/integer.js';
import { floatOf, runFloat } from '../interpret/float.js';
import { integerTensor } from '../integer/program.js';
import { packageRoot } from '../package-root.js';
import { channelsFirst, cosine, trialInputs } from '../testing/trial.js';
import { parseCalibration } from './calibration.js';
import { foldCalibration } from './fold-calibration.js';
import { inputCodes } from '../interpret/input-codes.js';

const folder = join(packageRoot(), 'models/default');
const bytes = readFileSync(join(folder, 'default.onnx'));
const text = readFileSync(join(folder, 'default.calibration.json'), 'utf8');

describe('the default network of eight leads', () => {
  const network = compileNetwork({ bytes, file: 'm' }, { text, file: 'c' }, { leads: 8 });
  const { program, explained } = network;

  it('reads eight leads, with a third less work in its first layer', () => {
    expect(integerTensor(program, program.input).channels).toBe(8);
    const twelve = compileNetwork({ bytes, file: 'm' }, { text, file: 'c' }).program;
    const [mine, theirs] = [program, twelve].map(({ operations: [first] }) =>
      first?.kind === 'conv' ? first.weights.length : NaN,
    );
    expect(mine).toBe(((theirs ?? NaN) * 8) / 12);
    expect(network.emitted.header).toContain('#define ISO_NET_INPUT_LEADS 8');
  });

  it('answers and explains like its float graph, with the calibration of twelve', () => {
    const interpreter = new IntegerInterpreter(program);
    const scale = integerTensor(program, program.logits).scale;
    for (const x of trialInputs([1, 8, 1000], 71, 2)) {
      const seed = Float32Array.of(1, 0, 0, 0, 0);
      const values = runFloat(
        explained.graph,
        new Map([
          [explained.input, x],
          ['gradient/seed', seed],
        ]),
      );
      const logits = interpreter.forward(inputCodes(network.program, x));
      floatOf(values, explained.logits).forEach((value, c) => {
        expect(Math.abs(value - (logits[c] ?? NaN) * scale)).toBeLessThan(0.5);
      });
      const { gradient, saturations } = interpreter.explain(0);
      expect(saturations).toBe(0);
      const theirs = floatOf(values, program.explanation?.inputGradient ?? '');
      expect(cosine(channelsFirst(gradient, 8), theirs)).toBeGreaterThan(0.9);
    }
  });

  it('bounds the folded gradient by its terms, and says when it cannot', () => {
    const sha = String((JSON.parse(text) as { modelSha256: string }).modelSha256);
    const twelve = parseCalibration(text, 'c', sha);
    const name = program.explanation?.inputGradient ?? '';
    const g = (lead: number): number => twelve.gradients[name]?.[lead] ?? NaN;
    const [one, two, v1] = foldCalibration(explained, twelve).gradients[name] ?? [];
    expect(one).toBeCloseTo(g(0) + g(2) + g(3) / 2 + g(4) + g(5) / 2, 6);
    expect(two).toBeCloseTo(g(1) + g(2) + g(3) / 2 + g(4) / 2 + g(5), 6);
    expect(v1).toBe(g(6));
    expect(() => foldCalibration(explained, { ...twelve, gradients: {} })).toThrowError(
      expect.objectContaining({ code: 'CALIBRATION_INCOMPLETE' }),
    );
  });
});
