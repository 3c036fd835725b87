import { describe, expect, it } from 'vitest';
import { frontEnd } from '../compile.js';
import type { Graph } from '../graph/graph.js';
import { outputName } from '../graph/graph.js';
import { floatOf, runFloat } from '../interpret/float.js';
import { withEqualised } from '../quantize/choose-equalisation.js';
import { buildNetwork, type TestNetwork } from '../testing/build-network.js';
import { testNetworks } from '../testing/networks.js';
import type { OnnxBuilder } from '../testing/onnx-builder.js';
import { seededRandom } from '../testing/random.js';
import { trialInputs } from '../testing/trial.js';
import { equalise, type ChannelFactors } from './equalise.js';
import { scaleClasses, WEIGHTED } from './scale-classes.js';

const CHANNELS = 6;

/** Whether the channels between two convolutions can be scaled, with `between` in between. */
const BETWEEN: readonly (readonly [
  name: string,
  free: boolean,
  between: (b: OnnxBuilder, x: string) => string,
])[] = [
  ['nothing', true, (_b, x) => x],
  ['Relu', true, (b, x) => b.node('Relu', [x])],
  ['LeakyRelu', true, (b, x) => b.node('LeakyRelu', [x], { alpha: { float: 0.1 } })],
  [
    'PRelu by channel',
    true,
    (b, x) =>
      b.node('PRelu', [x, b.constant([CHANNELS, 1], Float32Array.of(0.1, 0.2, -0.5, 0, 1.5, 0.3))]),
  ],
  ['MaxPool', true, (b, x) => b.node('MaxPool', [x], { kernel_shape: [2] })],
  ['AveragePool', true, (b, x) => b.node('AveragePool', [x], { kernel_shape: [2], pads: [1, 0] })],
  [
    'residual sum',
    true,
    (b, x) => b.node('Add', [x, b.conv(x, { from: 6, to: 6 }, [3], { pads: [1, 1] })]),
  ],
  ['branch and Concat', true, (b, x) => b.node('Concat', [b.node('Relu', [x]), x], { axis: 2 })],
  ['depthwise', true, (b, x) => b.conv(x, { from: 6, to: 6 }, [3], { group: 6, pads: [1, 1] })],
  [
    'gate',
    true,
    (b, x) => {
      const gate = b.conv(b.node('GlobalAveragePool', [x]), { from: 6, to: 6 }, [1]);
      return b.node('Mul', [b.node('Sigmoid', [gate]), x]);
    },
  ],
  ['Sigmoid', false, (b, x) => b.node('Sigmoid', [x])],
  ['HardSwish', false, (b, x) => b.node('HardSwish', [x])],
  [
    'Relu6',
    false,
    (b, x) =>
      b.node('Clip', [x, b.constant([], Float32Array.of(0)), b.constant([], Float32Array.of(6))]),
  ],
  ['square', false, (b, x) => b.node('Mul', [x, x])],
  ['sum of constants', false, (b, x) => b.node('Add', [b.node('Relu', [x]), plane(b)])],
  ['Softmax', false, (b, x) => b.node('Softmax', [x], { axis: 1 })],
];

function plane(b: OnnxBuilder): string {
  return b.constant([1, CHANNELS, 10], new Float32Array(CHANNELS * 10).fill(0.25));
}

function networkWith(between: (b: OnnxBuilder, x: string) => string): TestNetwork {
  return buildNetwork('between', [1, 4, 10], 3, (b) => {
    const first = b.conv(b.input, { from: 4, to: CHANNELS }, [3], { pads: [1, 1] });
    const second = b.node('Relu', [b.conv(between(b, first), { from: CHANNELS, to: 5 }, [3])]);
    return b.gemm(b.node('Flatten', [b.node('GlobalAveragePool', [second])]), 5, 3);
  });
}

/** A factor for each class, from 2^-8 to 2^8. */
function randomFactors(graph: Graph, seed: number): ChannelFactors {
  const random = seededRandom(seed);
  const { classesOf, count } = scaleClasses(graph);
  const factors = Array.from({ length: count }, () => 2 ** Math.round(16 * random() - 8));
  return Object.fromEntries(
    graph.nodes.flatMap((node) => {
      const classes = WEIGHTED.includes(node.operator) ? classesOf(outputName(node)) : undefined;
      return classes === undefined
        ? []
        : [[outputName(node), classes.map((at) => factors[at] ?? 1)]];
    }),
  );
}

function forwardGraph({ bytes, name }: TestNetwork): Graph {
  return frontEnd(bytes, name, 'none').graph;
}

describe('equalise', () => {
  it.each(BETWEEN)('scales channels through %s: %s', (_name, free, between) => {
    const graph = forwardGraph(networkWith(between));
    const first = graph.nodes.find(({ operator }) => operator === 'Conv');
    const classes = scaleClasses(graph).classesOf(first === undefined ? '' : outputName(first));
    expect(classes !== undefined).toBe(free);
  });

  it.each([
    ...BETWEEN.map(([name, , between]) => ({
      ...networkWith(between),
      name,
      explain: 'none' as const,
    })),
    ...testNetworks(),
  ])('leaves answer and gradient the same to the last bit: $name', (network) => {
    const prepared = frontEnd(network.bytes, network.name, network.explain ?? 'gradient');
    const forward = {
      ...prepared.graph,
      nodes: prepared.graph.nodes.slice(0, prepared.forwardNodes),
    };
    const factors = randomFactors({ ...forward, outputs: [prepared.logits] }, 11);
    const scaled = withEqualised(prepared, factors);
    const seed = { shape: 1, data: Float32Array.of(0, 1) };
    for (const x of trialInputs(network.inputShape, 5, 2)) {
      const run = ({
        graph,
        input,
        logits,
        seed: seedName,
        inputGradient,
      }: typeof prepared): unknown[] => {
        const inputs = new Map([[input, x]]);
        if (seedName !== undefined) {
          const classes = graph.tensors.get(seedName)?.shape[1] ?? 0;
          inputs.set(
            seedName,
            Float32Array.from({ length: classes }, (_, c) => seed.data[c] ?? 0),
          );
        }
        const values = runFloat(graph, inputs);
        return [logits, inputGradient ?? logits].map((name) => Array.from(floatOf(values, name)));
      };
      expect(run(scaled)).toEqual(run(prepared));
    }
  });

  it('scales most of what the reference networks compute', () => {
    const free = testNetworks().filter(
      ({ bytes, name }) => scaleClasses(forwardGraph({ bytes, name, inputShape: [] })).count > 0,
    );
    expect(free.length).toBeGreaterThan(10);
  });

  it('refuses factors that would change the answer', () => {
    const graph = forwardGraph(
      networkWith((b, x) => b.node('Add', [x, b.conv(x, { from: 6, to: 6 }, [1])])),
    );
    const [a = '', b = ''] = graph.nodes
      .filter(({ operator }) => operator === 'Conv')
      .map((node) => outputName(node));
    const of = (factor: number): number[] => new Array<number>(CHANNELS).fill(factor);
    const logits = graph.outputs[0] ?? '';
    const bad: readonly ChannelFactors[] = [
      { [a]: of(3) },
      { [a]: of(-2) },
      { [a]: of(0) },
      { [a]: [2] },
      { [a]: of(2), [b]: of(4) },
      { [logits]: [2, 2, 2] },
      { nowhere: of(2) },
    ];
    for (const factors of bad) {
      expect(() => equalise(graph, factors)).toThrowError(
        expect.objectContaining({ code: 'CALIBRATION_DAMAGED' }),
      );
    }
    expect(() => equalise(graph, { [a]: of(2), [b]: of(2) })).not.toThrow();
  });
});
