/** The rules of recurrent layers: ONNX's own operator, and the compiler's form of it. */
import type { GraphNode, TensorInfo } from '../graph/graph.js';
import type { FloatTensor, OperatorRule } from './operator.js';
import {
  channelResult,
  channelSequence,
  onnxResults,
  onnxSequence,
  recurrentGeometry,
  recurrentOutputs,
  sequenceData,
  stepsFirst,
  type RecurrentGeometry,
  type RecurrentTrace,
} from './recurrent.js';

/** One kind of recurrent layer: how many gates it has, and what one direction of it does. */
export interface RecurrentKind {
  /** Of ONNX; of this graph, on channels. */
  readonly operator: string;
  readonly sequence: string;
  readonly gates: number;
  /** Whether ONNX has a third output, the last cell. */
  readonly hasCell: boolean;
  /** @param x [step][feature] */
  walk(
    node: GraphNode,
    inputs: readonly (FloatTensor | undefined)[],
    geometry: RecurrentGeometry,
    x: FloatTensor['data'],
    direction: number,
  ): RecurrentTrace;
}

function infoOf(tensor: FloatTensor | undefined) {
  return tensor === undefined ? undefined : { ...tensor, elementType: 'float32' as const };
}

function walkAll(
  kind: RecurrentKind,
  node: GraphNode,
  inputs: readonly (FloatTensor | undefined)[],
  geometry: RecurrentGeometry,
  x: FloatTensor['data'],
): readonly RecurrentTrace[] {
  return geometry.reverse.map((_, direction) => kind.walk(node, inputs, geometry, x, direction));
}

/** ONNX's own rule, batch 1, constant weights. */
export function onnxRecurrentRule(kind: RecurrentKind): OperatorRule {
  const geometryOf = (
    node: GraphNode,
    inputs: readonly (TensorInfo | undefined)[],
  ): RecurrentGeometry => recurrentGeometry(node, inputs, kind.gates, onnxSequence(node, inputs));
  return {
    operator: kind.operator,
    infer: (node, inputs) => recurrentOutputs(geometryOf(node, inputs), kind.hasCell),
    evaluate(node, inputs, outputs) {
      const geometry = geometryOf(node, inputs.map(infoOf));
      const traces = walkAll(kind, node, inputs, geometry, sequenceData(node, inputs));
      return onnxResults(geometry, traces, kind.hasCell).slice(0, outputs.length);
    },
  };
}

/** The same on [1, features, steps] → [1, directions · hidden, steps]. Not an ONNX operator. */
export function sequenceRecurrentRule(kind: RecurrentKind): OperatorRule {
  return {
    operator: kind.sequence,
    infer(node, inputs) {
      const geometry = sequenceGeometry(kind.gates, node, inputs);
      const channels = geometry.reverse.length * geometry.hidden;
      return [{ shape: [1, channels, geometry.steps], elementType: 'float32' }];
    },
    evaluate(node, inputs) {
      const geometry = sequenceGeometry(kind.gates, node, inputs.map(infoOf));
      const x = stepsFirst(sequenceData(node, inputs), geometry.inputs, geometry.steps);
      return [channelResult(geometry, walkAll(kind, node, inputs, geometry, x))];
    },
  };
}

export function sequenceGeometry(
  gates: number,
  node: GraphNode,
  inputs: readonly (TensorInfo | undefined)[],
): RecurrentGeometry {
  return recurrentGeometry(node, inputs, gates, channelSequence(node, inputs));
}
