import { expect, it } from 'vitest';
import { frontEnd } from '../compile.js';
import type { Graph, GraphNode } from '../graph/graph.js';
import { outputName, tensorOf } from '../graph/graph.js';
import { floatOf, runFloat } from '../interpret/float.js';
import type { FloatTensor } from '../operators/operator.js';
import { integerTensor } from '../integer/program.js';
import { inputCodes } from '../interpret/input-codes.js';
import { IntegerInterpreter } from '../interpret/integer.js';
import { networkNamed } from '../testing/networks.js';
import { channelsFirst, compileTrial, cosine, trialInputs } from '../testing/trial.js';
import { isExplained, type ExplainedGraph } from './gradient.js';
import { parseMethods } from './methods.js';
import { withRelevance } from './relevance.js';

/**
 * Layer-wise relevance by its definition (Bach 2015; Montavon 2019): R_i = a_i Σ_j w_ij R_j / (z_j + ε), z_j with its bias.
 * @param epsilonOf of the layer with this ReLU; LRP-0 without
 */
function relevance(
  graph: Graph,
  nodes: readonly GraphNode[],
  values: ReadonlyMap<string, FloatTensor>,
  classIndex: number,
  epsilonOf: (reluOutput: string) => number = () => 0,
): Float64Array {
  const of = (name: string): ArrayLike<number> => floatOf(values, name);
  let current = new Float64Array(0);
  for (const node of [...nodes].reverse()) {
    const [input = '', weights = ''] = node.inputs;
    const z = of(outputName(node));
    if (node.operator === 'Relu' || node.operator === 'Flatten') continue;
    const a = of(input);
    const reader = nodes.find(({ inputs }) => inputs.includes(outputName(node)));
    const epsilon = reader?.operator === 'Relu' ? epsilonOf(outputName(reader)) : 0;
    const next = new Float64Array(a.length);
    const give = (i: number, j: number, weight: number): void => {
      if (z[j] !== 0)
        next[i] =
          (next[i] ?? 0) + ((a[i] ?? 0) * weight * (current[j] ?? 0)) / ((z[j] ?? 1) + epsilon);
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

const network = networkNamed('plain with batch normalisation');
const classIndex = 3;
const oneHot = Float32Array.from({ length: 5 }, (_, c) => (c === classIndex ? 1 : 0));

/** What the graph's backward pass gives, times the input. */
function timesInput(
  { graph, input, seed, inputGradient }: ExplainedGraph,
  x: Float32Array,
): { readonly values: ReadonlyMap<string, FloatTensor>; readonly found: Float64Array } {
  const values = runFloat(
    graph,
    new Map([
      [input, x],
      [seed, oneHot],
    ]),
  );
  const gradient = floatOf(values, inputGradient);
  return { values, found: Float64Array.from(x, (value, i) => value * (gradient[i] ?? NaN)) };
}

function expectEqual(found: Float64Array, expected: Float64Array): void {
  const largest = Math.max(...expected.map(Math.abs));
  expect(largest).toBeGreaterThan(1e-3);
  expected.forEach((value, i) => {
    expect(Math.abs((found[i] ?? NaN) - value)).toBeLessThan(1e-4 * largest);
  });
}

it('gradient × input is the layer-wise relevance of rule LRP-0 in a network of ReLUs', () => {
  const explained = frontEnd(network.bytes, network.name);
  const [x = new Float32Array()] = trialInputs(network.inputShape, 8, 1);
  const { values, found } = timesInput(explained, x);
  const forward = explained.graph.nodes.slice(0, explained.forwardNodes);
  expectEqual(found, relevance(explained.graph, forward, values, classIndex));
});

it('the relevance pass is rule LRP-ε, and something else than gradient × input', () => {
  const gradient = frontEnd(network.bytes, network.name);
  const [x = new Float32Array()] = trialInputs(network.inputShape, 8, 1);
  const plain = timesInput(gradient, x);
  const largest = (tensor: string): number => Math.max(...floatOf(plain.values, tensor));
  const explained = withRelevance(gradient, largest);
  if (!isExplained(explained)) throw new Error('no backward pass');
  const { found } = timesInput(explained, x);
  const forward = gradient.graph.nodes.slice(0, gradient.forwardNodes);
  const epsilonOf = (tensor: string): number => largest(tensor) / 128;
  expectEqual(found, relevance(gradient.graph, forward, plain.values, classIndex, epsilonOf));
  expect(cosine(found, plain.found)).toBeLessThan(0.9999);
});

it('is compiled to the same in integers', () => {
  const { program, explained } = compileTrial(network, { methods: parseMethods('relevance') });
  if (!isExplained(explained)) throw new Error('no backward pass');
  const interpreter = new IntegerInterpreter(program);
  for (const x of trialInputs(network.inputShape, 9, 3)) {
    interpreter.forward(inputCodes(program, x));
    const { gradient } = interpreter.explain(classIndex);
    const { channels, scale } = integerTensor(program, program.explanation?.inputGradient ?? '');
    const device = channelsFirst(gradient, channels).map((step, i) => step * scale * (x[i] ?? 0));
    expect(cosine(device, timesInput(explained, x).found)).toBeGreaterThan(0.99);
  }
});

it('keeps none of the outputs of ReLUs as int16, which its tables cannot read', () => {
  const { program } = compileTrial(network, {
    methods: parseMethods('relevance'),
    precision: 'int16',
  });
  const tables = program.operations.filter(({ kind }) => kind === 'lookupGradient');
  expect(tables.length).toBeGreaterThan(0);
});

it('stands alone beside occlusion', () => {
  expect(parseMethods('relevance,occlusion')).toHaveLength(2);
  expect(() => parseMethods('relevance,gradient')).toThrow(/backward pass of its own/);
});
