import type { PreparedGraph } from '../explain/gradient.js';
import { withoutGradient } from '../explain/gradient.js';
import type { GraphNode } from '../graph/graph.js';
import { tensorOf } from '../graph/graph.js';
import { floatOf, runNodes } from '../interpret/float.js';
import type { ConvOperation } from '../integer/conv.js';
import { integerTensor, type IntegerProgram } from '../integer/program.js';
import { denseParameters } from '../operators/gemm.js';
import type { FloatTensor } from '../operators/operator.js';
import { operatorRule } from '../operators/registry.js';
import { calibrationOf, spread, type ChosenRange } from './choose-ranges.js';
import { quantize } from './quantize.js';
import {
  forwardOf,
  logitError,
  quantisedTensors,
  rounded,
  startTrials,
  type Trial,
} from './simulate.js';

/** What to add to the bias of each layer with weights, by its node's name, per output channel. */
export type BiasCorrections = Readonly<Record<string, readonly number[]>>;

/** Means over fewer records are noise. */
const MOST_RECORDS = 64;
/** Three passes of the network: float, rounded, and once more with its corrections. */
const PASSES = 3;

/**
 * Rounding shifts the mean of a layer's sums: the weights' error times the mean of the input, and what clipping takes away. Both
 * can be given back in the bias (M. Nagel et al., Data-free quantization through weight equalization and bias correction, 2019,
 * here with measured means). Layers are corrected in order, each on the rounded values of those before it.
 * @returns nothing where the corrected network's logits are not nearer to the float network's, or `budgetMacs` is too small
 */
export function correctBiases(
  prepared: PreparedGraph,
  ranges: ReadonlyMap<string, ChosenRange>,
  inputs: readonly Float32Array[],
  budgetMacs: number,
): BiasCorrections {
  const forward = forwardOf(prepared);
  const program = quantize(withoutGradient(forward), calibrationOf(ranges));
  const layers = new Map(
    program.operations
      .filter((operation) => operation.kind === 'conv')
      .map((operation) => [operation.name, operation]),
  );
  const macs = [...layers.values()].reduce(
    (sum, { geometry: g, weights }) => sum + weights.length * g.outputHeight * g.outputWidth,
    0,
  );
  const records = Math.min(MOST_RECORDS, inputs.length, Math.floor(budgetMacs / (PASSES * macs)));
  if (records === 0) return {};
  const trials = startTrials(forward, prepared, spread(inputs, records));
  const rewritten = new Map(
    forward.nodes.flatMap((node) => {
      const layer = layers.get(node.name);
      return layer === undefined ? [] : [[node, roundedLayer(forward, node, layer, program)]];
    }),
  );
  const wanted = new Map(
    [...rewritten.keys()].map((node) => [node, channelMeans(trials, node.outputs[0] ?? '')]),
  );
  const tensors = quantisedTensors(program, forward.nodes);
  const simulate = (corrections: Map<string, readonly number[]>, learn: boolean): number => {
    const runs = trials.map((trial) => ({ ...trial, values: new Map(trial.values) }));
    const round = (name: string): void => {
      if (!tensors.has(name)) return;
      const tensor = integerTensor(program, name);
      for (const { values } of runs) {
        const value = values.get(name);
        if (value !== undefined) {
          values.set(name, { shape: value.shape, data: rounded(value.data, tensor) });
        }
      }
    };
    round(prepared.input);
    for (const node of forward.nodes) {
      const layer = rewritten.get(node);
      for (const { values } of runs) {
        if (layer === undefined) runNodes(forward, [node], values);
        else layer(values);
      }
      if (layer !== undefined) {
        const output = node.outputs[0] ?? '';
        if (learn) {
          const now = channelMeans(runs, output);
          const target = wanted.get(node) ?? [];
          corrections.set(
            node.name,
            now.map((mean, c) => (target[c] ?? mean) - mean),
          );
        }
        const correction = corrections.get(node.name);
        if (correction !== undefined) shift(runs, output, correction);
      }
      node.outputs.forEach(round);
    }
    return logitError(
      trials,
      runs.map(({ values }) => floatOf(values, prepared.logits)),
    );
  };
  const before = simulate(new Map(), false);
  const corrections = new Map<string, readonly number[]>();
  const after = simulate(corrections, true);
  return after < before ? Object.fromEntries(corrections) : {};
}

/** The node in float, with weights as their integers stand for. */
function roundedLayer(
  graph: PreparedGraph['graph'],
  node: GraphNode,
  layer: ConvOperation,
  program: IntegerProgram,
): (values: Map<string, FloatTensor>) => void {
  const { geometry: g, weights, multiplier, shift: bits } = layer;
  const taps = g.kernelHeight * g.kernelWidth;
  const groupIn = g.inputChannels / g.groups;
  // multiplier / 2^shift = input step · weight step / output step.
  const steps =
    integerTensor(program, layer.output).scale /
    (integerTensor(program, layer.input).scale * 2 ** bits);
  const data = Float32Array.from(weights, (_, i) => {
    const tap = i % taps;
    const c = Math.floor(i / taps) % groupIn;
    const m = Math.floor(i / (taps * groupIn));
    return (weights[(m * taps + tap) * groupIn + c] ?? 0) * (multiplier[m] ?? 0) * steps;
  });
  const given = tensorOf(graph, node.inputs[1] ?? '');
  const biasName = node.inputs[2] ?? '';
  const givenBias = biasName === '' ? undefined : tensorOf(graph, biasName).data;
  if (node.operator === 'Conv') {
    const bias =
      givenBias === undefined ? undefined : { shape: [g.outputChannels], data: givenBias };
    return evaluateWith(graph, node, { shape: given.shape, data }, bias);
  }
  const dense = denseParameters(
    node,
    { shape: given.shape, data: given.data ?? data },
    givenBias === undefined ? undefined : { data: givenBias },
  );
  return evaluateWith(
    graph,
    { ...node, operator: 'Gemm', attributes: { transB: 1 } },
    { shape: [dense.outputs, dense.inputs], data },
    { shape: [dense.outputs], data: dense.bias },
  );
}

function evaluateWith(
  graph: PreparedGraph['graph'],
  node: GraphNode,
  weights: FloatTensor,
  bias: FloatTensor | undefined,
): (values: Map<string, FloatTensor>) => void {
  const outputs = node.outputs.map((name) => tensorOf(graph, name));
  return (values) => {
    const inputs = [values.get(node.inputs[0] ?? ''), weights, bias];
    const [result] = operatorRule(node, graph.name).evaluate(node, inputs, outputs);
    if (result !== undefined) values.set(node.outputs[0] ?? '', result);
  };
}

function channelsOf(value: FloatTensor): { readonly channels: number; readonly plane: number } {
  const channels = value.shape[1] ?? 1;
  return { channels, plane: value.data.length / channels };
}

function channelMeans(trials: readonly Trial[], name: string): readonly number[] {
  const sums: number[] = [];
  let count = 0;
  for (const { values } of trials) {
    const value = values.get(name);
    if (value === undefined) continue;
    const { plane } = channelsOf(value);
    value.data.forEach((item, i) => {
      const c = Math.floor(i / plane);
      sums[c] = (sums[c] ?? 0) + item;
    });
    count += plane;
  }
  return sums.map((sum) => sum / count);
}

function shift(trials: readonly Trial[], name: string, by: readonly number[]): void {
  for (const { values } of trials) {
    const value = values.get(name);
    if (value === undefined) continue;
    const { plane } = channelsOf(value);
    const data = Float32Array.from(
      value.data,
      (item, i) => item + (by[Math.floor(i / plane)] ?? 0),
    );
    values.set(name, { shape: value.shape, data });
  }
}
