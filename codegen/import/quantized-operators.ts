/** ONNX's operators on codes (QOperator format), and what each of them computes in real numbers. */
import type { GraphNode } from '../graph/graph.js';

/** A signal or constant among the inputs of an operator on codes: where it lies, its scale and its zero point. */
export interface Codes {
  readonly value: number;
  readonly scale: number;
  readonly zeroPoint: number;
}

/** An operator on codes as an operator on reals. */
export interface FloatForm {
  readonly operator: string;
  readonly inputs: readonly Codes[];
  /** Where scale and zero point of the output lie. */
  readonly output: { readonly scale: number; readonly zeroPoint: number };
  /** Index of an int32 bias, in steps of the product of the first two inputs' scales. */
  readonly bias?: number;
}

/** Three inputs: codes, scale, zero point. */
const at = (value: number): Codes => ({ value, scale: value + 1, zeroPoint: value + 2 });
const steps = (scale: number): FloatForm['output'] => ({ scale, zeroPoint: scale + 1 });

const unary = (operator: string) => (): FloatForm => ({
  operator,
  inputs: [at(0)],
  output: steps(3),
});
const binary = (operator: string) => (): FloatForm => ({
  operator,
  inputs: [at(0), at(3)],
  output: steps(6),
});

const forms: Readonly<Record<string, (node: GraphNode) => FloatForm>> = {
  QGemm: () => ({ operator: 'Gemm', inputs: [at(0), at(3)], bias: 6, output: steps(7) }),
  QLinearAdd: binary('Add'),
  QLinearAveragePool: unary('AveragePool'),
  QLinearConcat: (node) => ({
    operator: 'Concat',
    inputs: Array.from({ length: Math.floor((node.inputs.length - 2) / 3) }, (_, i) =>
      at(2 + 3 * i),
    ),
    output: steps(0),
  }),
  QLinearConv: () => ({ operator: 'Conv', inputs: [at(0), at(3)], bias: 8, output: steps(6) }),
  QLinearGlobalAveragePool: unary('GlobalAveragePool'),
  QLinearLeakyRelu: unary('LeakyRelu'),
  QLinearMatMul: binary('MatMul'),
  QLinearMul: binary('Mul'),
  QLinearSigmoid: unary('Sigmoid'),
  QLinearSoftmax: unary('Softmax'),
};

/** All that quantised files hold beside float operators; docs/operators.md is checked against it. */
export const QUANTIZED_OPERATORS: ReadonlySet<string> = new Set([
  ...Object.keys(forms),
  'DequantizeLinear',
  'QuantizeLinear',
]);

export function floatForm(node: GraphNode): FloatForm | undefined {
  return Object.hasOwn(forms, node.operator) ? forms[node.operator]?.(node) : undefined;
}
