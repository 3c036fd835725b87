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

/** Klambauer et al., "Self-Normalizing Neural Networks", 2017, as float32 (ONNX's defaults). */
const SELU = { alpha: 1.67326319217681884765625, gamma: 1.05070102214813232421875 };

/** ONNX operators that map each value by itself, with ONNX's defaults. */
const expressions: Readonly<Record<string, (node: GraphNode) => ScalarExpression>> = {
  Abs: () => 'x abs',
  Ceil: () => 'x ceil',
  Celu(node) {
    const alpha = floatAttribute(node, 'alpha', 1);
    return `x 0 max x 0 min ${alpha} / exp 1 - ${alpha} * +`;
  },
  Cos: () => 'x cos',
  Elu: (node) => `x 0 max x 0 min exp 1 - ${floatAttribute(node, 'alpha', 1)} * +`,
  Erf: () => 'x erf',
  Exp: () => 'x exp',
  Floor: () => 'x floor',
  Gelu: gelu,
  HardSigmoid: (node) =>
    `x ${floatAttribute(node, 'alpha', 0.2)} * ${floatAttribute(node, 'beta', 0.5)} + 0 max 1 min`,
  HardSwish: () => 'x x 3 + 0 max 6 min * 6 /',
  LeakyRelu: (node) => `x 0 max x 0 min ${floatAttribute(node, 'alpha', 0.01)} * +`,
  Log: () => 'x log',
  Mish: () => 'x softplus tanh x *',
  Neg: () => 'x neg',
  Reciprocal: () => '1 x /',
  Selu(node) {
    const alpha = floatAttribute(node, 'alpha', SELU.alpha);
    return `x 0 max x 0 min exp 1 - ${alpha} * + ${floatAttribute(node, 'gamma', SELU.gamma)} *`;
  },
  Sigmoid: () => 'x sigmoid',
  Sign: () => 'x sign',
  Sin: () => 'x sin',
  Softplus: () => 'x softplus',
  Softsign: () => 'x x abs 1 + /',
  Sqrt: () => 'x sqrt',
  Tanh: () => 'x tanh',
  ThresholdedRelu: (node) => `x x ${floatAttribute(node, 'alpha', 1)} - step *`,
};

export const unaryOperators: readonly OperatorRule[] = Object.entries(expressions).map(
  ([operator, expression]) => pointwiseRule(operator, expression),
);

/** How an operator of this table maps one value; undefined for every other operator. */
export function unaryExpression(node: GraphNode): ScalarExpression | undefined {
  return expressions[node.operator]?.(node);
}
