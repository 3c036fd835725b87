import type { GraphNode } from '../graph/graph.js';
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

/** ONNX order of the gates: input, output, forget, cell. */
export const LSTM_GATES = 4;

/**
 * ONNX LSTM, batch 1, constant weights: i, o, f = σ(W x + R h + b), g = tanh(W x + R h + b), c' = f·c + i·g,
 * h' = o·tanh(c').
 */
export const lstm: OperatorRule = {
  operator: 'LSTM',
  infer: (node, inputs) =>
    recurrentOutputs(recurrentGeometry(node, inputs, LSTM_GATES, onnxSequence(node, inputs)), true),
  evaluate(node, inputs, outputs) {
    const geometry = recurrentGeometry(
      node,
      inputs.map(infoOf),
      LSTM_GATES,
      onnxSequence(node, inputs.map(infoOf)),
    );
    const traces = walkAll(node, inputs, geometry, sequenceData(node, inputs));
    return onnxResults(geometry, traces, true).slice(0, outputs.length);
  },
};

/** The same on [1, features, steps] → [1, directions · hidden, steps]. Not an ONNX operator. */
export const lstmSequence: OperatorRule = {
  operator: 'LstmSequence',
  infer(node, inputs) {
    const geometry = lstmSequenceGeometry(node, inputs);
    const channels = geometry.reverse.length * geometry.hidden;
    return [{ shape: [1, channels, geometry.steps], elementType: 'float32' }];
  },
  evaluate(node, inputs) {
    const geometry = lstmSequenceGeometry(node, inputs.map(infoOf));
    const x = stepsFirst(sequenceData(node, inputs), geometry.inputs, geometry.steps);
    return [channelResult(geometry, walkAll(node, inputs, geometry, x))];
  },
};

export function lstmSequenceGeometry(
  node: GraphNode,
  inputs: Parameters<OperatorRule['infer']>[1],
): RecurrentGeometry {
  return recurrentGeometry(node, inputs, LSTM_GATES, channelSequence(node, inputs));
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
