import type { GraphNode, Shape } from '../graph/graph.js';
import { inputName, intAttribute, intsAttribute, sizeOf } from '../graph/graph.js';
import type { OperatorRule } from './operator.js';
import { dataOf, requireConstant, requireShape, resolveAxes, shapeError } from './require.js';

/** Operators that give the same values in the same order under another shape. */
export const VIEW_OPERATORS: readonly string[] = [
  ...['Dropout', 'Flatten', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'View'],
];

/** Operators that only rename the shape share everything but the shape rule. */
function viewOperator(
  operator: string,
  shapeRule: (node: GraphNode, inputs: Parameters<OperatorRule['infer']>[1]) => Shape,
): OperatorRule {
  return {
    operator,
    infer(node, inputs) {
      const from = requireShape(node, inputs, 0);
      const shape = shapeRule(node, inputs);
      if (sizeOf(shape) !== sizeOf(from)) {
        throw shapeError(node, `cannot view [${from.join(', ')}] as [${shape.join(', ')}]`);
      }
      return [{ shape, elementType: inputs[0]?.elementType ?? 'float32' }];
    },
    evaluate: (node, inputs, outputs) => [
      { shape: outputs[0]?.shape ?? [], data: dataOf(node, inputs, 0).data },
    ],
    gradient: (node, builder) => [
      [
        0,
        builder.add('View', [builder.outputGradient], {
          shape: builder.shapeOf(inputName(node, 0)),
        }),
      ],
    ],
  };
}

/** A change of shape without a change of order; what the gradient rules here make. Not an ONNX operator. */
export const view = viewOperator('View', (node) => intsAttribute(node, 'shape', []));

export const identity = viewOperator('Identity', (node, inputs) => requireShape(node, inputs, 0));

/** At inference a Dropout passes its input through. */
export const dropout = viewOperator('Dropout', (node, inputs) => requireShape(node, inputs, 0));

export const flatten = viewOperator('Flatten', (node, inputs) => {
  const x = requireShape(node, inputs, 0);
  const axis = intAttribute(node, 'axis', 1);
  const [split = 0] = axis === x.length ? [axis] : resolveAxes(node, [axis], x.length);
  return [sizeOf(x.slice(0, split)), sizeOf(x.slice(split))];
});

export const reshape = viewOperator('Reshape', (node, inputs) => {
  const x = requireShape(node, inputs, 0);
  const target = requireConstant(node, inputs, 1);
  const allowZero = intAttribute(node, 'allowzero', 0) !== 0;
  const shape = target.map((size, axis) => (size === 0 && !allowZero ? (x[axis] ?? 0) : size));
  const free = shape.filter((size) => size === -1).length;
  const known = sizeOf(shape.filter((size) => size !== -1));
  if (free > 1 || shape.some((size) => size < -1) || (free === 1 && known === 0)) {
    throw shapeError(node, `target shape [${target.join(', ')}]`);
  }
  return shape.map((size) => (size === -1 ? sizeOf(x) / known : size));
});

/** Axes of Squeeze and Unsqueeze: an attribute up to opset 12, an input from 13 on. */
function axesOf(
  node: GraphNode,
  inputs: Parameters<OperatorRule['infer']>[1],
): readonly number[] | undefined {
  if (inputs[1] !== undefined) return requireConstant(node, inputs, 1);
  return node.attributes['axes'] === undefined ? undefined : intsAttribute(node, 'axes', []);
}

export const squeeze = viewOperator('Squeeze', (node, inputs) => {
  const x = requireShape(node, inputs, 0);
  const given = axesOf(node, inputs);
  const axes =
    given === undefined
      ? x.flatMap((size, axis) => (size === 1 ? [axis] : []))
      : resolveAxes(node, given, x.length);
  if (axes.some((axis) => x[axis] !== 1)) {
    throw shapeError(node, `axes [${axes.join(', ')}] of [${x.join(', ')}] are not all 1`);
  }
  return x.filter((_, axis) => !axes.includes(axis));
});

export const unsqueeze = viewOperator('Unsqueeze', (node, inputs) => {
  const x = requireShape(node, inputs, 0);
  const given = axesOf(node, inputs) ?? [];
  const axes = [...resolveAxes(node, given, x.length + given.length)].sort((a, b) => a - b);
  const shape = [...x];
  for (const axis of axes) shape.splice(axis, 0, 1);
  return shape;
});
