import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { importOnnx } from '../import/onnx.js';
import { floatOf, runFloat } from '../interpret/float.js';
import { OnnxBuilder } from '../testing/onnx-builder.js';
import { randomValues, seededRandom } from '../testing/random.js';

const STEPS = 7;
const FEATURES = 5;
const HIDDEN = 4;

interface Case {
  readonly operator: 'LSTM' | 'GRU';
  readonly direction: 'forward' | 'reverse' | 'bidirectional';
  readonly bias: boolean;
  readonly initial: boolean;
  readonly linearBeforeReset: 0 | 1;
}

const cases: readonly Case[] = (['LSTM', 'GRU'] as const).flatMap((operator) =>
  (['forward', 'reverse', 'bidirectional'] as const).flatMap((direction) =>
    [false, true].flatMap((more) =>
      (operator === 'GRU' ? ([0, 1] as const) : ([0] as const)).map((linearBeforeReset) => ({
        operator,
        direction,
        bias: more,
        initial: more,
        linearBeforeReset,
      })),
    ),
  ),
);

/** A recurrent layer on a sequence that only reshapes lead to and from: every state is an output. */
function network(of: Case): Uint8Array {
  const random = seededRandom(3);
  const b = new OnnxBuilder(random, [1, STEPS, FEATURES]);
  const directions = of.direction === 'bidirectional' ? 2 : 1;
  const rows = (of.operator === 'LSTM' ? 4 : 3) * HIDDEN;
  const constant = (shape: readonly number[]): string =>
    b.constant(
      shape,
      randomValues(
        random,
        shape.reduce((x, y) => x * y, 1),
        0.8,
      ),
    );
  const x = b.node('Reshape', [b.input, b.integers([STEPS, 1, FEATURES])]);
  const state = (): string => (of.initial ? constant([directions, 1, HIDDEN]) : '');
  const inputs = [
    x,
    constant([directions, rows, FEATURES]),
    constant([directions, rows, HIDDEN]),
    of.bias ? constant([directions, 2 * rows]) : '',
    '',
    state(),
    ...(of.operator === 'LSTM' ? [state()] : []),
  ];
  const y = b.node(of.operator, inputs, {
    hidden_size: HIDDEN,
    direction: of.direction,
    ...(of.operator === 'GRU' ? { linear_before_reset: of.linearBeforeReset } : {}),
  });
  return b.bytes(b.node('Reshape', [y, b.integers([1, -1])]));
}

describe('recurrent layers', () => {
  it.each(cases)(
    '$operator $direction agrees with onnxruntime within 1e-5 (biases and states $bias, $linearBeforeReset)',
    async (of) => {
      const bytes = network(of);
      const graph = importOnnx(bytes, 'test.onnx');
      const x = randomValues(seededRandom(8), STEPS * FEATURES, 2);
      const ours = floatOf(runFloat(graph, new Map([['ecg', x]])), graph.outputs[0] ?? '');
      const session = await InferenceSession.create(bytes);
      const result = await session.run({ ecg: new Tensor('float32', x, [1, STEPS, FEATURES]) });
      const theirs = result[session.outputNames[0] ?? '']?.data as Float32Array;
      expect(ours.length).toBe(theirs.length);
      theirs.forEach((value, i) => expect(Math.abs((ours[i] ?? NaN) - value)).toBeLessThan(1e-5));
      // Tanh and sigmoid are somewhere else than in their linear parts.
      expect(Math.max(...theirs.map(Math.abs))).toBeGreaterThan(0.3);
    },
  );

  it.each([
    ['clip', { clip: 3 }],
    ['activations', { activations: 'Relu' }],
    ['layout', { layout: 1 }],
    ['input_forget', { input_forget: 1 }],
  ])('refuses %s by name', (_, attributes) => {
    const random = seededRandom(3);
    const b = new OnnxBuilder(random, [1, STEPS, FEATURES]);
    const x = b.node('Reshape', [b.input, b.integers([STEPS, 1, FEATURES])]);
    const w = b.constant([1, 16, FEATURES], randomValues(random, 16 * FEATURES, 1));
    const r = b.constant([1, 16, HIDDEN], randomValues(random, 16 * HIDDEN, 1));
    const bytes = b.bytes(b.node('LSTM', [x, w, r], { hidden_size: HIDDEN, ...attributes }));
    expect(() => importOnnx(bytes, 'test.onnx')).toThrowError(
      expect.objectContaining({ code: 'MODEL_UNSUPPORTED_OPERATOR' }),
    );
  });

  it('refuses weights that do not fit', () => {
    const random = seededRandom(3);
    const b = new OnnxBuilder(random, [1, STEPS, FEATURES]);
    const x = b.node('Reshape', [b.input, b.integers([STEPS, 1, FEATURES])]);
    const w = b.constant([1, 15, FEATURES], randomValues(random, 15 * FEATURES, 1));
    const r = b.constant([1, 16, HIDDEN], randomValues(random, 16 * HIDDEN, 1));
    const bytes = b.bytes(b.node('LSTM', [x, w, r], { hidden_size: HIDDEN }));
    expect(() => importOnnx(bytes, 'test.onnx')).toThrowError(
      expect.objectContaining({ code: 'MODEL_BAD_SHAPE' }),
    );
  });
});
