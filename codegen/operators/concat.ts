import type { GraphNode, Shape } from '../graph/graph.js';
import { intAttribute, sizeOf } from '../graph/graph.js';
import type { OperatorRule } from './operator.js';
import { dataOf, requireShape, resolveAxes, shapeError } from './require.js';
import { arrayLike } from './strides.js';

export function concatAxis(node: GraphNode, rank: number): number {
  return resolveAxes(node, [intAttribute(node, 'axis', 1)], rank)[0] ?? 0;
}

export const concat: OperatorRule = {
  operator: 'Concat',
  infer(node, inputs) {
    const first = requireShape(node, inputs, 0);
    const axis = concatAxis(node, first.length);
    const shapes = inputs.map((_, index) => requireShape(node, inputs, index));
    const fits = (shape: Shape): boolean =>
      shape.length === first.length && shape.every((size, i) => i === axis || size === first[i]);
    if (!shapes.every(fits)) {
      throw shapeError(
        node,
        `${shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ')} along axis ${axis}`,
      );
    }
    const length = shapes.reduce((sum, shape) => sum + (shape[axis] ?? 0), 0);
    return [
      {
        shape: first.map((size, i) => (i === axis ? length : size)),
        elementType: inputs[0]?.elementType ?? 'float32',
      },
    ];
  },
  evaluate(node, inputs, outputs) {
    const shape = outputs[0]?.shape ?? [];
    const axis = concatAxis(node, shape.length);
    const parts = inputs.map((_, index) => dataOf(node, inputs, index));
    const data = arrayLike(parts[0]?.data ?? new Float32Array(), sizeOf(shape));
    const row = sizeOf(shape.slice(axis));
    let offset = 0;
    for (const part of parts) {
      const inner = sizeOf(part.shape.slice(axis));
      part.data.forEach((value, i) => {
        data[Math.floor(i / inner) * row + offset + (i % inner)] = value;
      });
      offset += inner;
    }
    return [{ shape, data }];
  },
  gradient(node, builder) {
    const rank = builder.shapeOf(node.inputs[0] ?? '').length;
    const axis = concatAxis(node, rank);
    let start = 0;
    return node.inputs.map((input, index) => {
      const sizes = builder.shapeOf(input);
      const starts = sizes.map((_, i) => (i === axis ? start : 0));
      start += sizes[axis] ?? 0;
      const steps = sizes.map(() => 1);
      return [index, builder.add('Slice', [builder.outputGradient], { starts, sizes, steps })];
    });
  },
};
