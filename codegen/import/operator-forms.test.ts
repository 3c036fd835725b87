import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { inputCodes } from '../interpret/input-codes.js';
import { IntegerInterpreter } from '../interpret/integer.js';
import { floatOf, runFloat } from '../interpret/float.js';
import { integerTensor } from '../integer/program.js';
import { optimise } from '../passes/passes.js';
import { formNetwork, operatorForms, opsetsOf } from '../testing/operator-forms.js';
import { channelsFirst, compileTrial, cosine, trialInputs } from '../testing/trial.js';
import { importOnnx } from './onnx.js';

/** Kinks and maxima flip between near-equals; a gradient in the wrong place is near 0. */
const LEAST_COSINE = 0.7;

const forms = operatorForms();
const cases = forms.flatMap((form, index) =>
  opsetsOf(form).map((opset) => ({
    form,
    opset,
    name: `${form.name}, operator set ${opset}`,
    network: formNetwork(form, opset, 1000 + index),
  })),
);

async function oracle(
  bytes: Uint8Array,
  shape: readonly number[],
  x: Float32Array,
): Promise<readonly number[]> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const name = session.inputNames[0] ?? '';
  const result = await session.run({ [name]: new Tensor('float32', x, shape) });
  return Array.from(result[session.outputNames[0] ?? '']?.data as Float32Array);
}

/** Largest difference as a share of the largest value, or of 1 where all are smaller. */
function apart(ours: ArrayLike<number>, theirs: readonly number[]): number {
  expect(ours.length).toBe(theirs.length);
  const range = Math.max(1, ...theirs.map(Math.abs));
  return Math.max(...theirs.map((value, i) => Math.abs((ours[i] ?? NaN) - value))) / range;
}

const softmax = (values: readonly number[]): readonly number[] => {
  const powers = values.map((value) => Math.exp(value - Math.max(...values)));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
};

/** What was stripped from the end, applied again. */
function finished(name: string, logits: readonly number[]): readonly number[] {
  if (name.startsWith('ends in Softmax over channels')) {
    const places = logits.length / 2;
    const two = (i: number): readonly number[] =>
      softmax([logits[i] ?? 0, logits[i + places] ?? 0]);
    return logits.map((_, i) => two(i % places)[Math.floor(i / places)] ?? NaN);
  }
  if (name.startsWith('ends in Softmax')) return softmax(logits);
  if (name.startsWith('ends in LogSoftmax')) return softmax(logits).map(Math.log);
  if (name.startsWith('ends in Sigmoid')) return logits.map((x) => 1 / (1 + Math.exp(-x)));
  return logits;
}

describe('forms of operators', () => {
  it.each(cases)('import and passes agree with onnxruntime: $name', async ({ network, name }) => {
    const graph = importOnnx(network.bytes, 'form.onnx');
    const passed = optimise(graph);
    for (const x of trialInputs(network.inputShape, 11, 1)) {
      const theirs = await oracle(network.bytes, network.inputShape, x);
      const answer = (of: typeof graph): readonly number[] =>
        Array.from(floatOf(runFloat(of, new Map([['ecg', x]])), of.outputs[0] ?? ''));
      expect(apart(answer(graph), theirs)).toBeLessThan(1e-5);
      expect(apart(finished(name, answer(passed)), theirs)).toBeLessThan(1e-4);
    }
  });

  const last = forms.map((_, index) => cases.findLast(({ form }) => form === forms[index]));
  it.each(last.filter((one) => one !== undefined))(
    'integers answer like floats: $name',
    ({ form, network }) => {
      const compiled = compileTrial(network);
      const { program, explained } = compiled;
      const interpreter = new IntegerInterpreter(program);
      const { scale } = integerTensor(program, program.logits);
      // Among those that it was calibrated on: what lies beyond their range is clipped.
      for (const x of trialInputs(network.inputShape, 77, 2)) {
        const ours = Array.from(
          interpreter.forward(inputCodes(compiled.program, x)),
          (v) => v * scale,
        );
        const graph = { ...explained.graph, inputs: [explained.input] };
        const nodes = explained.graph.nodes.slice(0, explained.forwardNodes);
        const float = runFloat({ ...graph, nodes }, new Map([[explained.input, x]]));
        const theirs = Array.from(floatOf(float, explained.logits));
        expect(apart(ours, theirs)).toBeLessThan(form.tolerance ?? 0.1);
        const { seed, inputGradient } = explained;
        if (seed === undefined || inputGradient === undefined) continue;
        const oneHot = Float32Array.from(theirs, (_, i) => (i === 0 ? 1 : 0));
        const inputs = new Map([
          [explained.input, x],
          [seed, oneHot],
        ]);
        const slope = floatOf(runFloat(explained.graph, inputs), inputGradient);
        const { gradient } = interpreter.explain(0);
        // A closing Relu or Clip may be flat here.
        if (slope.every((value) => value === 0)) {
          expect(gradient.every((value) => value === 0)).toBe(true);
          continue;
        }
        const { channels } = integerTensor(program, program.input);
        expect(cosine(channelsFirst(gradient, channels), slope)).toBeGreaterThan(LEAST_COSINE);
      }
    },
  );
});
