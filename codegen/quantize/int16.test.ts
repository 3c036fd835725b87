import { describe, expect, it } from 'vitest';
import { frontEnd } from '../compile.js';
import { outputName } from '../graph/graph.js';
import { integerTensor } from '../integer/program.js';
import { runFloat } from '../interpret/float.js';
import { inputCodes } from '../interpret/input-codes.js';
import { IntegerInterpreter } from '../interpret/integer.js';
import { buildNetwork, type TestNetwork } from '../testing/build-network.js';
import { testNetworks } from '../testing/networks.js';
import { compileTrial, trialInputs } from '../testing/trial.js';
import { int16Candidates, int16Limit } from './int16.js';
import type { Precision } from './precision.js';

/** A dense layer over so many equal weights that full int16 codes would leave int32. */
const INPUTS = 800;
const wideSum = buildNetwork('wide sum', [1, 2, INPUTS / 2], 9, (b) => {
  const c = b.node('Relu', [b.conv(b.input, { from: 2, to: 2 }, [1])]);
  const flat = b.node('Reshape', [c, b.integers([1, -1])]);
  return b.node('MatMul', [flat, b.constant([INPUTS, 2], new Float32Array(2 * INPUTS).fill(0.5))]);
});

function candidatesOf(network: TestNetwork): readonly string[] {
  const prepared = frontEnd(network.bytes, network.name, network.explain ?? 'gradient');
  const forward = prepared.graph.nodes.slice(0, prepared.forwardNodes);
  return int16Candidates(prepared.graph, forward, prepared);
}

function named(name: string): TestNetwork {
  const network = testNetworks().find((other) => other.name === name);
  if (network === undefined) throw new Error(`no network "${name}"`);
  return network;
}

/** Root mean square of integer − float logits over the float logits' own. */
function relativeError(network: TestNetwork, precision: Precision): number {
  const { program, explained } = compileTrial(network, { precision });
  const { graph, forwardNodes, input, logits } = explained;
  const forward = { ...graph, inputs: [input], nodes: graph.nodes.slice(0, forwardNodes) };
  const interpreter = new IntegerInterpreter(program);
  const { scale } = integerTensor(program, program.logits);
  let [error, signal] = [0, 0];
  for (const x of trialInputs(network.inputShape, 5, 6)) {
    const wanted = runFloat(forward, new Map([[input, x]])).get(logits)?.data ?? [];
    const found = interpreter.forward(inputCodes(program, x));
    wanted.forEach((value: number, c: number) => {
      error += (value - (found[c] ?? NaN) * scale) ** 2;
      signal += value ** 2;
    });
  }
  return Math.sqrt(error / signal);
}

describe('int16 signals', () => {
  it.each([
    'plain with batch normalisation',
    'residual with two convolutions on one fork',
    'max pooling, overlapping, padded and rounded up',
    'torch inception1d',
    'torch ribeiro',
    'clipped',
  ])('leave less error than int8 ones: %s', (name) => {
    const network = named(name);
    // What remains is the weights' rounding.
    expect(relativeError(network, 'int16')).toBeLessThan(0.8 * relativeError(network, 'int8'));
  });

  it('are possible where every reader takes them, also behind what only moves values', () => {
    const network = buildNetwork('mixed readers', [1, 4, 12], 3, (b) => {
      const table = b.node('Sigmoid', [b.conv(b.input, { from: 4, to: 4 }, [1])]);
      const wide = b.node('Relu', [b.conv(table, { from: 4, to: 4 }, [1])]);
      const pooled = b.node('MaxPool', [wide], { kernel_shape: [2], strides: [2] });
      const c = b.conv(pooled, { from: 4, to: 4 }, [1]);
      const gated = b.node('Mul', [c, b.node('Sigmoid', [c])]);
      return b.gemm(b.node('Flatten', [b.node('GlobalAveragePool', [gated])]), 4, 2);
    });
    const { graph, forwardNodes } = frontEnd(network.bytes, network.name);
    const operators = new Map(
      graph.nodes
        .slice(0, forwardNodes)
        .flatMap((node) => node.outputs.map((name) => [name, node.operator])),
    );
    expect(candidatesOf(network).map((name) => operators.get(name) ?? 'input')).toEqual([
      'input',
      // The ReLU, through the max pooling; neither the table's argument nor the gate's.
      'Relu',
      'GlobalAveragePool',
    ]);
  });

  it('reach less far where a sum could leave int32', () => {
    const { graph, forwardNodes } = frontEnd(wideSum.bytes, wideSum.name);
    const relu = graph.nodes.slice(0, forwardNodes).find(({ operator }) => operator === 'Relu');
    if (relu === undefined) throw new Error('no ReLU');
    const limit = int16Limit(graph, outputName(relu));
    expect(limit).toBe(Math.floor(2 ** 30 / (127 * INPUTS)));
    expect(relativeError(wideSum, 'int16')).toBeLessThan(0.02);
    // At the largest codes the sum is the limit's, and inside int32.
    const { program } = compileTrial(wideSum, { precision: 'int16' });
    const interpreter = new IntegerInterpreter(program);
    const input = integerTensor(program, program.input);
    for (const end of [-32_768, 32_767]) {
      interpreter.forward(new Int16Array(input.width * input.channels).fill(end));
      const codes = Array.from(interpreter.values(outputName(relu)));
      expect(Math.max(...codes)).toBeLessThanOrEqual(limit);
    }
  });
});
