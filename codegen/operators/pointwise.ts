import type { GraphNode } from '../graph/graph.js';
import { inputName, stringAttribute } from '../graph/graph.js';
import type { GradientBuilder, OperatorRule } from './operator.js';
import { dataOf, requireShape } from './require.js';
import { scalarFunction, type ScalarExpression } from './scalar-function.js';

/** Rule of an operator that maps each value by itself; `expression` says how. */
export function pointwiseRule(
  operator: string,
  expression: (node: GraphNode) => ScalarExpression,
): OperatorRule {
  return {
    operator,
    infer(node, inputs) {
      const shape = requireShape(node, inputs, 0);
      // Refuses unusable attributes at import.
      expression(node);
      return [{ shape, elementType: inputs[0]?.elementType ?? 'float32' }];
    },
    evaluate(node, inputs, outputs) {
      const x = dataOf(node, inputs, 0);
      const apply = scalarFunction(expression(node));
      const values = Float64Array.from(x.data, (value) => apply(value).value);
      const whole = outputs[0]?.elementType === 'int64';
      return [{ shape: x.shape, data: whole ? values : Float32Array.from(values) }];
    },
    gradient: (node, builder) => pointwiseGradientOf(node, builder, expression(node)),
  };
}

/** The gradient rule of a pointwise operator: dY · f'(X). */
export function pointwiseGradientOf(
  node: GraphNode,
  builder: GradientBuilder,
  expression: ScalarExpression,
): readonly (readonly [number, string])[] {
  const inputs = [builder.outputGradient, inputName(node, 0)];
  return [[0, builder.add('PointwiseGradient', inputs, { expression })]];
}

const expressionOf = (node: GraphNode): ScalarExpression =>
  stringAttribute(node, 'expression', 'x');

/** A chain of pointwise operators merged by the pass fusePointwise. Not an ONNX operator. */
export const pointwise = pointwiseRule('Pointwise', expressionOf);

/**
 * Inputs (dY, X), attribute `expression` of f: dX = dY · f'(X). X is kept on the device, a byte for each value. Not an
 * ONNX operator.
 */
export const pointwiseGradient: OperatorRule = {
  operator: 'PointwiseGradient',
  infer: (node, inputs) => [{ shape: requireShape(node, inputs, 1), elementType: 'float32' }],
  evaluate(node, inputs) {
    const dy = dataOf(node, inputs, 0);
    const x = dataOf(node, inputs, 1);
    const apply = scalarFunction(expressionOf(node));
    return [
      {
        shape: x.shape,
        data: Float32Array.from(x.data, (value, i) => (dy.data[i] ?? 0) * apply(value).slope),
      },
    ];
  },
};
