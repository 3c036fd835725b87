import type { GraphNode } from '../graph/graph.js';
import { floatAttribute, inputName, intAttribute } from '../graph/graph.js';
import type { FloatTensor, OperatorRule } from './operator.js';
import { dataOf, requireShape, shapeError, unsupported } from './require.js';

/** A dense layer's weights as [out][in], whatever the node's transB and alpha, and its bias with beta applied. */
export interface DenseParameters {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** ONNX Gemm with a constant right side: y[rows, out] = alpha · x[rows, in] · W + beta · b. */
export const gemm: OperatorRule = {
  operator: 'Gemm',
  infer(node, inputs) {
    const x = requireShape(node, inputs, 0);
    const w = requireShape(node, inputs, 1);
    if (intAttribute(node, 'transA', 0) !== 0) throw unsupported(node, 'transA = 1');
    const [rows = 0, columns = 0] = w;
    const transposed = intAttribute(node, 'transB', 0) !== 0;
    const [inSize, outSize] = transposed ? [columns, rows] : [rows, columns];
    if (x.length !== 2 || w.length !== 2 || x[1] !== inSize) {
      throw shapeError(node, `input [${x.join(', ')}] and weights [${w.join(', ')}]`);
    }
    const bias = inputs[2];
    if (bias !== undefined && bias.shape.at(-1) !== outSize) {
      throw shapeError(node, `bias [${bias.shape.join(', ')}] for ${outSize} outputs`);
    }
    return [{ shape: [x[0] ?? 1, outSize], elementType: 'float32' }];
  },
  evaluate(node, inputs) {
    const x = dataOf(node, inputs, 0);
    const dense = denseParameters(node, dataOf(node, inputs, 1), inputs[2]);
    const rows = x.shape[0] ?? 1;
    const y = new Float32Array(rows * dense.outputs);
    for (let at = 0; at < y.length; at += 1) {
      const o = at % dense.outputs;
      const from = Math.floor(at / dense.outputs) * dense.inputs;
      let sum = dense.bias[o] ?? 0;
      for (let i = 0; i < dense.inputs; i += 1) {
        sum += (dense.weights[o * dense.inputs + i] ?? 0) * (x.data[from + i] ?? 0);
      }
      y[at] = sum;
    }
    return [{ shape: [rows, dense.outputs], data: y }];
  },
  gradient: (node, builder) => [
    [
      0,
      builder.add(
        'GemmInputGradient',
        [builder.outputGradient, inputName(node, 1)],
        node.attributes,
      ),
    ],
  ],
};

/** Inputs (dY, W), attributes of the Gemm: dX = dY · Wᵀ. Not an ONNX operator. */
export const gemmInputGradient: OperatorRule = {
  operator: 'GemmInputGradient',
  infer(node, inputs) {
    const w = requireShape(node, inputs, 1);
    const size = intAttribute(node, 'transB', 0) !== 0 ? w[1] : w[0];
    return [{ shape: [1, size ?? 0], elementType: 'float32' }];
  },
  evaluate(node, inputs) {
    const dy = dataOf(node, inputs, 0);
    const dense = denseParameters(node, dataOf(node, inputs, 1), undefined);
    const dx = new Float64Array(dense.inputs);
    for (let o = 0; o < dense.outputs; o += 1) {
      const gradient = dy.data[o] ?? 0;
      for (let i = 0; i < dense.inputs; i += 1) {
        dx[i] = (dx[i] ?? 0) + gradient * (dense.weights[o * dense.inputs + i] ?? 0);
      }
    }
    return [{ shape: [1, dense.inputs], data: Float32Array.from(dx) }];
  },
};

export function denseParameters(
  node: GraphNode,
  weights: FloatTensor,
  bias: Pick<FloatTensor, 'data'> | undefined,
): DenseParameters {
  const transposed = intAttribute(node, 'transB', 0) !== 0;
  const alpha = floatAttribute(node, 'alpha', 1);
  const beta = floatAttribute(node, 'beta', 1);
  const [rows = 0, columns = 0] = weights.shape;
  const [inputs, outputs] = transposed ? [columns, rows] : [rows, columns];
  const ordered = new Float32Array(inputs * outputs);
  for (let o = 0; o < outputs; o += 1) {
    for (let i = 0; i < inputs; i += 1) {
      ordered[o * inputs + i] =
        alpha * (weights.data[transposed ? o * inputs + i : i * outputs + o] ?? 0);
    }
  }
  return {
    inputs,
    outputs,
    weights: ordered,
    bias: Float32Array.from({ length: outputs }, (_, o) => beta * (bias?.data[o] ?? 0)),
  };
}
