import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { frontEnd } from '../compile.js';
import { withGradient } from '../explain/gradient.js';
import { sizeOf, tensorOf } from '../graph/graph.js';
import { importOnnx } from '../import/onnx.js';
import { packageRoot } from '../package-root.js';
import { optimise } from '../passes/passes.js';
import { OnnxBuilder } from '../testing/onnx-builder.js';
import { seededRandom } from '../testing/random.js';
import { testNetworks, type TestNetwork } from '../testing/networks.js';
import { trialInputs } from '../testing/trial.js';
import { floatOf, runFloat } from './float.js';

const DEFAULT_MODEL = join(packageRoot(), 'models/default/default.onnx');

const networks: readonly TestNetwork[] = [
  ...testNetworks(),
  ...(existsSync(DEFAULT_MODEL)
    ? [{ name: 'default', inputShape: [1, 12, 1000], bytes: readFileSync(DEFAULT_MODEL) }]
    : []),
];

/** onnxruntime's answer to one input. */
async function oracle(
  bytes: Uint8Array,
  shape: readonly number[],
  x: Float32Array,
): Promise<number[]> {
  const session = await InferenceSession.create(bytes);
  const name = session.inputNames[0] ?? '';
  const result = await session.run({ [name]: new Tensor('float32', x, shape) });
  return Array.from(result[session.outputNames[0] ?? '']?.data as Float32Array);
}

describe('float graph', () => {
  it('covers the default network', () => {
    expect(networks.map((network) => network.name)).toContain('default');
  });

  it.each(networks)('agrees with onnxruntime within 1e-5: $name', async ({ bytes, inputShape }) => {
    const graph = importOnnx(bytes, 'test.onnx');
    for (const x of trialInputs(inputShape, 5, 3)) {
      const ours = floatOf(runFloat(graph, new Map([['ecg', x]])), graph.outputs[0] ?? '');
      const theirs = await oracle(bytes, inputShape, x);
      expect(ours.length).toBe(theirs.length);
      theirs.forEach((value, i) => expect(Math.abs((ours[i] ?? NaN) - value)).toBeLessThan(1e-5));
    }
  });

  it.each(networks)('passes keep the logits within 1e-5: $name', ({ bytes, inputShape }) => {
    const before = importOnnx(bytes, 'test.onnx');
    const after = optimise(before);
    const logits = after.outputs[0] ?? '';
    expect(after.nodes.some((node) => node.operator === 'BatchNormalization')).toBe(false);
    const [x = new Float32Array()] = trialInputs(inputShape, 6, 1);
    const kept = floatOf(runFloat(after, new Map([['ecg', x]])), logits);
    const reference = floatOf(runFloat(before, new Map([['ecg', x]])), before.outputs[0] ?? '');
    // A closing Sigmoid is stripped: compare what it would give.
    const stripped = logits !== before.outputs[0];
    reference.forEach((value, i) => {
      const logit = kept[i] ?? NaN;
      const answer = stripped ? 1 / (1 + Math.exp(-logit)) : logit;
      expect(Math.abs(answer - value)).toBeLessThan(1e-5);
    });
  });

  const explained = networks.filter((network) => network.explain !== 'none');
  it.each(explained)('gradient agrees with finite differences: $name', ({ bytes, inputShape }) => {
    const explained = frontEnd(bytes, 'test.onnx');
    const [x = new Float32Array()] = trialInputs(inputShape, 7, 1);
    const classes = sizeOf(tensorOf(explained.graph, explained.logits).shape);
    const seed = Float32Array.from({ length: classes }, (_, i) => (i === 1 ? 1 : 0));
    const run = (input: Float32Array): ReturnType<typeof runFloat> =>
      runFloat(
        explained.graph,
        new Map([
          [explained.input, input],
          [explained.seed, seed],
        ]),
      );
    const gradient = floatOf(run(x), explained.inputGradient);
    // Along the gradient itself the slope is largest, and kinks of single ReLUs average out.
    const norm = Math.sqrt(Array.from(gradient).reduce((a, b) => a + b * b, 0));
    const step = 1e-3;
    const moved = (sign: number): number =>
      floatOf(
        run(x.map((v, i) => v + (sign * step * (gradient[i] ?? 0)) / norm)),
        explained.logits,
      )[1] ?? NaN;
    const slope = (moved(1) - moved(-1)) / (2 * step);
    expect(norm).toBeGreaterThan(0.01);
    expect(Math.abs(slope / norm - 1)).toBeLessThan(0.02);
  });

  it('refuses to explain one matrix that several products read, and still answers', () => {
    const b = new OnnxBuilder(seededRandom(3), [1, 8, 6]);
    const heads = b.node('Reshape', [b.input, b.integers([1, 2, 4, 6])]);
    const shared = b.node('Reshape', [
      b.conv(b.input, { from: 8, to: 5 }, [1]),
      b.integers([1, 1, 6, 5]),
    ]);
    const product = b.node('Flatten', [b.node('MatMul', [heads, shared])]);
    const bytes = b.bytes(b.gemm(product, 40, 3));
    expect(() => frontEnd(bytes, 'shared.onnx', 'none')).not.toThrow();
    expect(() => frontEnd(bytes, 'shared.onnx')).toThrowError(
      expect.objectContaining({
        code: 'EXPLAIN_NO_GRADIENT',
        message: expect.stringContaining('several products') as string,
      }),
    );
  });

  it('names the operator that has no gradient rule', () => {
    const [network] = testNetworks();
    if (network === undefined) throw new Error('no test network');
    // BatchNormalization has none: before the passes fold it away, explaining must refuse it by name.
    expect(() => withGradient(importOnnx(network.bytes, 'test.onnx'))).toThrowError(
      expect.objectContaining({
        code: 'EXPLAIN_NO_GRADIENT',
        message: expect.stringContaining('BatchNormalization'),
      }),
    );
  });
});
