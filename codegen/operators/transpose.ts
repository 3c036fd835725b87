import type { GraphNode } from '../graph/graph.js';
import { intsAttribute } from '../graph/graph.js';
import type { OperatorRule } from './operator.js';
import { dataOf, requireShape, shapeError } from './require.js';
import { gatherStrided, stridesOf } from './strides.js';

/** Which input axis each output axis is; ONNX reverses them when the attribute is left out. */
export function permutationOf(node: GraphNode, rank: number): readonly number[] {
  const reversed = Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const permutation = intsAttribute(node, 'perm', reversed);
  if ([...permutation].sort((a, b) => a - b).some((axis, i) => axis !== i)) {
    throw shapeError(node, `perm [${permutation.join(', ')}] is no permutation`);
  }
  if (permutation.length !== rank) {
    throw shapeError(node, `perm [${permutation.join(', ')}] of a tensor of rank ${rank}`);
  }
  return permutation;
}

export const transpose: OperatorRule = {
  operator: 'Transpose',
  infer(node, inputs) {
    const x = requireShape(node, inputs, 0);
    const shape = permutationOf(node, x.length).map((axis) => x[axis] ?? 1);
    return [{ shape, elementType: inputs[0]?.elementType ?? 'float32' }];
  },
  evaluate(node, inputs, outputs) {
    const x = dataOf(node, inputs, 0);
    const strides = stridesOf(x.shape);
    const permuted = permutationOf(node, x.shape.length).map((axis) => strides[axis] ?? 0);
    return [gatherStrided(x, outputs[0]?.shape ?? [], permuted, 0)];
  },
  gradient(node, builder) {
    const rank = builder.shapeOf(node.inputs[0] ?? '').length;
    const permutation = permutationOf(node, rank);
    const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
    return [[0, builder.add('Transpose', [builder.outputGradient], { perm: inverse })]];
  },
};
