import type { GraphNode } from '../graph/graph.js';
import { intAttribute } from '../graph/graph.js';
import type { FloatTensor } from './operator.js';
import {
  dot,
  logistic,
  recurrentWeights,
  type RecurrentGeometry,
  type RecurrentTrace,
} from './recurrent.js';
import { onnxRecurrentRule, sequenceRecurrentRule, type RecurrentKind } from './recurrent-rules.js';

/** ONNX order of the gates: update, reset, candidate. */
export const GRU_GATES = 3;

/**
 * ONNX GRU, batch 1, constant weights: z, r = σ(W x + R h + b), n = tanh(W x + b + r·(R h + b')) where
 * linear_before_reset is set (torch) or tanh(W x + b + R (r·h) + b') where not, h' = (1 − z)·n + z·h.
 */
const kind: RecurrentKind = {
  operator: 'GRU',
  sequence: 'GruSequence',
  gates: GRU_GATES,
  hasCell: false,
  walk: walkGru,
};

export const gru = onnxRecurrentRule(kind);
export const gruSequence = sequenceRecurrentRule(kind);

/** @param x [step][feature] */
function walkGru(
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
