import type { GraphNode } from '../graph/graph.js';
import { floatAttribute, stringAttribute } from '../graph/graph.js';
import type { OperatorRule } from './operator.js';
import { pointwiseRule } from './pointwise.js';
import { unsupported } from './require.js';
import type { ScalarExpression } from './scalar-function.js';

/** Hendrycks & Gimpel, "Gaussian Error Linear Units", 2016: the exact form and the tanh approximation. */
const GELU = {
  none: 'x 0.7071067811865476 * erf 1 + x * 0.5 *',
  tanh: 'x x x * x * 0.044715 * + 0.7978845608028654 * tanh 1 + x * 0.5 *',
} as const;

function gelu(node: GraphNode): ScalarExpression {
  const approximate = stringAttribute(node, 'approximate', 'none');
  if (approximate !== 'none' && approximate !== 'tanh') {
    throw unsupported(node, `approximate "${approximate}"`);
  }
  return GELU[approximate];
}

/** ONNX operators that map each value by itself, with ONNX's defaults. */
const expressions: Readonly<Record<string, (node: GraphNode) => ScalarExpression>> = {
  Abs: () => 'x abs',
  Elu: (node) => `x 0 max x 0 min exp 1 - ${floatAttribute(node, 'alpha', 1)} * +`,
  Erf: () => 'x erf',
  Exp: () => 'x exp',
  Gelu: gelu,
  HardSigmoid: (node) =>
    `x ${floatAttribute(node, 'alpha', 0.2)} * ${floatAttribute(node, 'beta', 0.5)} + 0 max 1 min`,
  HardSwish: () => 'x x 3 + 0 max 6 min * 6 /',
  LeakyRelu: (node) => `x 0 max x 0 min ${floatAttribute(node, 'alpha', 0.01)} * +`,
  Log: () => 'x log',
  Mish: () => 'x softplus tanh x *',
  Neg: () => 'x neg',
  Reciprocal: () => '1 x /',
  Sigmoid: () => 'x sigmoid',
  Softplus: () => 'x softplus',
  Sqrt: () => 'x sqrt',
  Tanh: () => 'x tanh',
};

export const unaryOperators: readonly OperatorRule[] = Object.entries(expressions).map(
  ([operator, expression]) => pointwiseRule(operator, expression),
);

/** How an operator of this table maps one value; undefined for every other operator. */
export function unaryExpression(node: GraphNode): ScalarExpression | undefined {
  return expressions[node.operator]?.(node);
}
