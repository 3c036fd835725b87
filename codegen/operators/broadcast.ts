import type { GraphNode, Shape } from '../graph/graph.js';
import { inputName, sizeOf } from '../graph/graph.js';
import type { GradientBuilder, OperatorRule } from './operator.js';
import { dataOf, requireShape, shapeError } from './require.js';

/** ONNX's (numpy's) rule: aligned at the right, each axis equal or 1. */
export function broadcastShape(node: GraphNode, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const sizeA = a[axis - rank + a.length] ?? 1;
    const sizeB = b[axis - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw shapeError(node, `shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast`);
    }
    return sizeA === 1 ? sizeB : sizeA;
  });
}

/** For each element of `to` in order: the element of `from`, broadcast to it. */
export function broadcastIndices(from: Shape, to: Shape): Int32Array {
  const indices = new Int32Array(sizeOf(to));
  const strides = to.map((_, axis) => {
    const own = axis - to.length + from.length;
    return (from[own] ?? 1) === 1 ? 0 : sizeOf(from.slice(own + 1));
  });
  for (let i = 0; i < indices.length; i += 1) {
    let rest = i;
    let index = 0;
    for (let axis = to.length - 1; axis >= 0; axis -= 1) {
      const size = to[axis] ?? 1;
      index += (rest % size) * (strides[axis] ?? 0);
      rest = Math.floor(rest / size);
    }
    indices[i] = index;
  }
  return indices;
}

/** A two-input arithmetic operator; int64 (shape arithmetic of exporters) stays exact. */
export function arithmeticRule(
  operator: string,
  apply: (a: number, b: number) => number,
  gradient?: NonNullable<OperatorRule['gradient']>,
): OperatorRule {
  return {
    operator,
    infer(node, inputs) {
      const a = requireShape(node, inputs, 0);
      const b = requireShape(node, inputs, 1);
      const elementType = inputs[0]?.elementType ?? 'float32';
      return [{ shape: broadcastShape(node, a, b), elementType }];
    },
    evaluate(node, inputs, outputs) {
      const a = dataOf(node, inputs, 0);
      const b = dataOf(node, inputs, 1);
      const shape = broadcastShape(node, a.shape, b.shape);
      const fromA = broadcastIndices(a.shape, shape);
      const fromB = broadcastIndices(b.shape, shape);
      const values = Float64Array.from(fromA, (index, i) =>
        apply(a.data[index] ?? 0, b.data[fromB[i] ?? 0] ?? 0),
      );
      if (outputs[0]?.elementType === 'int64') {
        return [{ shape, data: values.map((value) => Math.trunc(value)) }];
      }
      return [{ shape, data: Float32Array.from(values) }];
    },
    ...(gradient === undefined ? {} : { gradient }),
  };
}

/**
 * What reaches input `index` of a gradient in the output's shape: the same where it was not broadcast, else its sum
 * over the axes that it was broadcast along. With `factor`, each value is multiplied by that tensor first.
 */
export function reducedGradient(
  node: GraphNode,
  builder: GradientBuilder,
  index: number,
  factor?: string,
): string {
  const shape = builder.shapeOf(inputName(node, index));
  const output = builder.shapeOf(builder.outputGradient);
  const broadcast = shape.length !== output.length || shape.some((size, i) => size !== output[i]);
  if (factor === undefined && !broadcast) return builder.outputGradient;
  return builder.add(
    'ProductGradient',
    [builder.outputGradient, ...(factor === undefined ? [] : [factor])],
    { input_shape: shape },
  );
}

/** The inputs of a two-input operator that are signals. */
export function signalInputs(node: GraphNode, builder: GradientBuilder): readonly number[] {
  return [0, 1].filter((index) => !builder.isConstant(inputName(node, index)));
}
