import type { GraphNode, Shape, TensorInfo } from '../graph/graph.js';
import { nodeError } from '../graph/graph.js';
import type { IsochroneError } from '../errors.js';
import type { FloatTensor } from './operator.js';

/** A shape that the operator cannot take. */
export function shapeError(node: GraphNode, message: string): IsochroneError {
  return nodeError(
    '',
    node,
    'MODEL_BAD_SHAPE',
    message,
    'The model file is damaged or not valid ONNX; export it again.',
  );
}

/** Something valid in ONNX that this compiler does not do. */
export function unsupported(node: GraphNode, message: string): IsochroneError {
  return nodeError(
    '',
    node,
    'MODEL_UNSUPPORTED_OPERATOR',
    message,
    'Rewrite this part of the network with supported operators (docs/operators.md lists them).',
  );
}

export function requireShape(
  node: GraphNode,
  inputs: readonly (TensorInfo | undefined)[],
  index: number,
): Shape {
  const tensor = inputs[index];
  if (tensor === undefined) throw shapeError(node, `input ${index} is missing`);
  return tensor.shape;
}

/** A constant input that decides shapes (axes, target shape): its values. */
export function requireConstant(
  node: GraphNode,
  inputs: readonly (TensorInfo | undefined)[],
  index: number,
): readonly number[] {
  const tensor = inputs[index];
  if (tensor?.data === undefined) {
    throw unsupported(node, `input ${index} must be a constant`);
  }
  return Array.from(tensor.data);
}

export function dataOf(
  node: GraphNode,
  inputs: readonly (FloatTensor | undefined)[],
  index: number,
): FloatTensor {
  const tensor = inputs[index];
  if (tensor === undefined) throw shapeError(node, `input ${index} is missing`);
  return tensor;
}

/** Axis numbers with negative ones counted from the end, checked. */
export function resolveAxes(
  node: GraphNode,
  axes: readonly number[],
  rank: number,
): readonly number[] {
  return axes.map((axis) => {
    const resolved = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(axis) || resolved < 0 || resolved >= rank) {
      throw shapeError(node, `axis ${axis} of a tensor of rank ${rank}`);
    }
    return resolved;
  });
}
