import { expect, it } from 'vitest';
import { frontEnd } from '../compile.js';
import type { Graph, GraphNode } from '../graph/graph.js';
import { outputName, tensorOf } from '../graph/graph.js';
import { floatOf, runFloat } from '../interpret/float.js';
import type { FloatTensor } from '../operators/operator.js';
import { networkNamed } from '../testing/networks.js';
import { trialInputs } from '../testing/trial.js';

/** Layer-wise relevance, rule LRP-0 (Bach 2015; Montavon 2019): R_i = a_i Σ_j w_ij R_j / z_j, z_j with its bias. */
function relevance(
  graph: Graph,
  nodes: readonly GraphNode[],
  values: ReadonlyMap<string, FloatTensor>,
  classIndex: number,
): Float64Array {
  const of = (name: string): ArrayLike<number> => floatOf(values, name);
  let current = new Float64Array(0);
  for (const node of [...nodes].reverse()) {
    const [input = '', weights = ''] = node.inputs;
    const z = of(outputName(node));
    if (node.operator === 'Relu' || node.operator === 'Flatten') continue;
    const a = of(input);
    const next = new Float64Array(a.length);
    const give = (i: number, j: number, weight: number): void => {
      if (z[j] !== 0)
        next[i] = (next[i] ?? 0) + ((a[i] ?? 0) * weight * (current[j] ?? 0)) / (z[j] ?? 1);
    };
    const [, channels = 0, length = 1] = tensorOf(graph, input).shape;
    if (node.operator === 'Gemm') {
      current = Float64Array.from(z, (logit, c) => (c === classIndex ? logit : 0));
      const w = tensorOf(graph, weights);
      const transposed = w.shape[0] === z.length;
      for (let i = 0; i < a.length; i += 1) {
        const at = transposed ? classIndex * a.length + i : i * z.length + classIndex;
        give(i, classIndex, w.data?.[at] ?? NaN);
      }
    } else if (node.operator === 'GlobalAveragePool') {
      for (let i = 0; i < a.length; i += 1) give(i, Math.floor(i / length), 1 / length);
    } else if (node.operator === 'Conv') {
      const w = tensorOf(graph, weights);
      const [outputs = 0, , kernel = 0] = w.shape;
      const [, , positions = 0] = tensorOf(graph, outputName(node)).shape;
      const [stride] = node.attributes['strides'] as readonly number[];
      const [pad] = node.attributes['pads'] as readonly number[];
      for (let o = 0; o < outputs * positions * channels * kernel; o += 1) {
        const k = o % kernel;
        const c = Math.floor(o / kernel) % channels;
        const p = Math.floor(o / kernel / channels) % positions;
        const out = Math.floor(o / kernel / channels / positions);
        const t = p * (stride ?? 1) - (pad ?? 0) + k;
        if (t >= 0 && t < length) {
          give(
            c * length + t,
            out * positions + p,
            w.data?.[(out * channels + c) * kernel + k] ?? NaN,
          );
        }
      }
    } else throw new Error(`no rule for ${node.operator}`);
    current = next;
  }
  return current;
}

it('gradient × input is the layer-wise relevance of rule LRP-0 in a network of ReLUs', () => {
  const network = networkNamed('plain with batch normalisation');
  const explained = frontEnd(network.bytes, network.name);
  const { graph, input, seed, inputGradient, forwardNodes } = explained;
  const [x = new Float32Array()] = trialInputs(network.inputShape, 8, 1);
  const classIndex = 3;
  const oneHot = Float32Array.from({ length: 5 }, (_, c) => (c === classIndex ? 1 : 0));
  const values = runFloat(
    graph,
    new Map([
      [input, x],
      [seed, oneHot],
    ]),
  );
  const gradient = floatOf(values, inputGradient);
  const expected = relevance(graph, graph.nodes.slice(0, forwardNodes), values, classIndex);
  const largest = Math.max(...expected.map(Math.abs));
  expect(largest).toBeGreaterThan(1e-3);
  expected.forEach((value, i) => {
    expect(Math.abs((gradient[i] ?? NaN) * (x[i] ?? NaN) - value)).toBeLessThan(1e-4 * largest);
  });
});
