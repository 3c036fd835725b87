import type { GraphNode } from '../graph/graph.js';
import { intAttribute } from '../graph/graph.js';
import type { FloatTensor, OperatorRule } from './operator.js';
import {
  channelResult,
  channelSequence,
  dot,
  logistic,
  onnxResults,
  onnxSequence,
  recurrentGeometry,
  recurrentOutputs,
  recurrentWeights,
  sequenceData,
  stepsFirst,
  type RecurrentGeometry,
  type RecurrentTrace,
} from './recurrent.js';

/** ONNX order of the gates: update, reset, candidate. */
export const GRU_GATES = 3;

/**
 * ONNX GRU, batch 1, constant weights: z, r = σ(W x + R h + b), n = tanh(W x + b + r·(R h + b')) where
 * linear_before_reset is set (torch) or tanh(W x + b + R (r·h) + b') where not, h' = (1 − z)·n + z·h.
 */
export const gru: OperatorRule = {
  operator: 'GRU',
  infer: (node, inputs) =>
    recurrentOutputs(recurrentGeometry(node, inputs, GRU_GATES, onnxSequence(node, inputs)), false),
  evaluate(node, inputs, outputs) {
    const geometry = recurrentGeometry(
      node,
      inputs.map(infoOf),
      GRU_GATES,
      onnxSequence(node, inputs.map(infoOf)),
    );
    const traces = walkAll(node, inputs, geometry, sequenceData(node, inputs));
    return onnxResults(geometry, traces, false).slice(0, outputs.length);
  },
};

/** The same on [1, features, steps] → [1, directions · hidden, steps]. Not an ONNX operator. */
export const gruSequence: OperatorRule = {
  operator: 'GruSequence',
  infer(node, inputs) {
    const geometry = gruSequenceGeometry(node, inputs);
    const channels = geometry.reverse.length * geometry.hidden;
    return [{ shape: [1, channels, geometry.steps], elementType: 'float32' }];
  },
  evaluate(node, inputs) {
    const geometry = gruSequenceGeometry(node, inputs.map(infoOf));
    const x = stepsFirst(sequenceData(node, inputs), geometry.inputs, geometry.steps);
    return [channelResult(geometry, walkAll(node, inputs, geometry, x))];
  },
};

export function gruSequenceGeometry(
  node: GraphNode,
  inputs: Parameters<OperatorRule['infer']>[1],
): RecurrentGeometry {
  return recurrentGeometry(node, inputs, GRU_GATES, channelSequence(node, inputs));
}

function infoOf(tensor: FloatTensor | undefined) {
  return tensor === undefined ? undefined : { ...tensor, elementType: 'float32' as const };
}

/** @param x [step][feature] */
function walkAll(
  node: GraphNode,
  inputs: readonly (FloatTensor | undefined)[],
  geometry: RecurrentGeometry,
  x: FloatTensor['data'],
): readonly RecurrentTrace[] {
  return geometry.reverse.map((_, direction) => walk(node, inputs, geometry, x, direction));
}

function walk(
  node: GraphNode,
  inputs: readonly (FloatTensor | undefined)[],
  geometry: RecurrentGeometry,
  x: FloatTensor['data'],
  direction: number,
): RecurrentTrace {
  const { steps, inputs: features, hidden } = geometry;
  const weights = recurrentWeights(node, inputs, geometry, GRU_GATES, direction);
  const linearBeforeReset = intAttribute(node, 'linear_before_reset', 0) !== 0;
  let h = weights.initialHidden;
  const states = new Float32Array(steps * hidden);
  const backwards = geometry.reverse[direction] === true;
  for (let step = 0; step < steps; step += 1) {
    const time = backwards ? steps - 1 - step : step;
    const fromInput = (row: number): number =>
      dot(weights.input, row * features, x, time * features, features) +
      (weights.inputBias[row] ?? 0);
    const fromState = (row: number, state: Float64Array): number =>
      dot(weights.recurrent, row * hidden, state, 0, hidden) + (weights.recurrentBias[row] ?? 0);
    const gate = (index: number): Float64Array =>
      Float64Array.from({ length: hidden }, (_, unit) => {
        const row = index * hidden + unit;
        return logistic(fromInput(row) + fromState(row, h));
      });
    const z = gate(0);
    const r = gate(1);
    const reset = h.map((value, unit) => value * (r[unit] ?? 0));
    h = Float64Array.from({ length: hidden }, (_, unit) => {
      const row = 2 * hidden + unit;
      const state = linearBeforeReset ? (r[unit] ?? 0) * fromState(row, h) : fromState(row, reset);
      const candidate = Math.tanh(fromInput(row) + state);
      return (1 - (z[unit] ?? 0)) * candidate + (z[unit] ?? 0) * (h[unit] ?? 0);
    });
    states.set(h, time * hidden);
  }
  return { states, lastHidden: h, lastCell: new Float64Array(hidden) };
}
