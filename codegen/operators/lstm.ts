import type { GraphNode } from '../graph/graph.js';
import type { FloatTensor } from './operator.js';
import {
  dot,
  logistic,
  recurrentWeights,
  type RecurrentGeometry,
  type RecurrentTrace,
} from './recurrent.js';
import { onnxRecurrentRule, sequenceRecurrentRule, type RecurrentKind } from './recurrent-rules.js';

/** ONNX order of the gates: input, output, forget, cell. */
export const LSTM_GATES = 4;

/**
 * ONNX LSTM, batch 1, constant weights: i, o, f = σ(W x + R h + b), g = tanh(W x + R h + b), c' = f·c + i·g,
 * h' = o·tanh(c').
 */
const kind: RecurrentKind = {
  operator: 'LSTM',
  sequence: 'LstmSequence',
  gates: LSTM_GATES,
  hasCell: true,
  walk: walkLstm,
};

export const lstm = onnxRecurrentRule(kind);
export const lstmSequence = sequenceRecurrentRule(kind);

/** @param x [step][feature] */
function walkLstm(
  node: GraphNode,
  inputs: readonly (FloatTensor | undefined)[],
  geometry: RecurrentGeometry,
  x: FloatTensor['data'],
  direction: number,
): RecurrentTrace {
  const { steps, inputs: features, hidden } = geometry;
  const weights = recurrentWeights(node, inputs, geometry, LSTM_GATES, direction);
  let h = weights.initialHidden;
  let c = weights.initialCell;
  const states = new Float32Array(steps * hidden);
  const backwards = geometry.reverse[direction] === true;
  for (let step = 0; step < steps; step += 1) {
    const time = backwards ? steps - 1 - step : step;
    const gate = (index: number, unit: number): number => {
      const row = index * hidden + unit;
      return (
        dot(weights.input, row * features, x, time * features, features) +
        dot(weights.recurrent, row * hidden, h, 0, hidden) +
        (weights.inputBias[row] ?? 0) +
        (weights.recurrentBias[row] ?? 0)
      );
    };
    const nextH = new Float64Array(hidden);
    const nextC = new Float64Array(hidden);
    for (let unit = 0; unit < hidden; unit += 1) {
      const cell =
        logistic(gate(2, unit)) * (c[unit] ?? 0) +
        logistic(gate(0, unit)) * Math.tanh(gate(3, unit));
      nextC[unit] = cell;
      nextH[unit] = logistic(gate(1, unit)) * Math.tanh(cell);
    }
    h = nextH;
    c = nextC;
    states.set(h, time * hidden);
  }
  return { states, lastHidden: h, lastCell: c };
}
