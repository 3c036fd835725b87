import type { GraphNode, Shape } from '../graph/graph.js';
import {
  floatAttribute,
  inputName,
  intAttribute,
  intsAttribute,
  nodeError,
  sizeOf,
} from '../graph/graph.js';
import { onnxIndex } from './channels-last.js';
import type { GradientBuilder, OperatorRule } from './operator.js';
import { dataOf, requireShape, shapeError } from './require.js';

/** ONNX MatMul of two tensors of rank 2 or more: matrices in the last two axes, the axes before them broadcast. */
export const matmul: OperatorRule = {
  operator: 'MatMul',
  infer(node, inputs) {
    const a = requireShape(node, inputs, 0);
    const b = requireShape(node, inputs, 1);
    return [{ shape: productShape(node, a, b), elementType: 'float32' }];
  },
  evaluate(node, inputs) {
    const a = dataOf(node, inputs, 0);
    const b = dataOf(node, inputs, 1);
    const shape = productShape(node, a.shape, b.shape);
    const [m, n] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
    const k = a.shape.at(-1) ?? 1;
    const batch = shape.slice(0, -2);
    const data = new Float32Array(sizeOf(shape));
    for (let matrix = 0; matrix < sizeOf(batch); matrix += 1) {
      const fromA = matrixOf(batch, a.shape.slice(0, -2), matrix) * m * k;
      const fromB = matrixOf(batch, b.shape.slice(0, -2), matrix) * k * n;
      for (let i = 0; i < m; i += 1) {
        for (let j = 0; j < n; j += 1) {
          let sum = 0;
          for (let l = 0; l < k; l += 1) {
            sum += (a.data[fromA + i * k + l] ?? 0) * (b.data[fromB + l * n + j] ?? 0);
          }
          data[(matrix * m + i) * n + j] = sum;
        }
      }
    }
    return [{ shape, data }];
  },
};

function productShape(node: GraphNode, a: Shape, b: Shape): Shape {
  if (a.length < 2 || b.length < 2 || a.at(-1) !== b.at(-2)) {
    throw shapeError(node, `[${a.join(', ')}] times [${b.join(', ')}]`);
  }
  const rank = Math.max(a.length, b.length) - 2;
  const batch = Array.from({ length: rank }, (_, axis) => {
    const one = a[axis + a.length - 2 - rank] ?? 1;
    const two = b[axis + b.length - 2 - rank] ?? 1;
    if (one !== two && one !== 1 && two !== 1) {
      throw shapeError(node, `[${a.join(', ')}] times [${b.join(', ')}]`);
    }
    return Math.max(one, two);
  });
  return [...batch, a.at(-2) ?? 1, b.at(-1) ?? 1];
}

/** Which matrix of an operand with axes `own` belongs to matrix `index` of the broadcast axes. */
function matrixOf(batch: Shape, own: Shape, index: number): number {
  let rest = index;
  let result = 0;
  let step = 1;
  for (let axis = batch.length - 1; axis >= 0; axis -= 1) {
    const size = batch[axis] ?? 1;
    const ownSize = own[axis + own.length - batch.length] ?? 1;
    if (ownSize > 1) result += (rest % size) * step;
    step *= ownSize;
    rest = Math.floor(rest / size);
  }
  return result;
}

/** Steps of a product of strided matrices: elements of tensors as they lie on the device, channels last. */
export interface StridedProduct {
  readonly shape: Shape;
  readonly batch: number;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
  /** From matrix to matrix, from row to row, along the depth. */
  readonly aOffset: number;
  readonly aStrides: readonly number[];
  /** From matrix to matrix, along the depth, from column to column. */
  readonly bOffset: number;
  readonly bStrides: readonly number[];
  /** From matrix to matrix, from row to row; columns lie side by side. */
  readonly yStrides: readonly number[];
  readonly alpha: number;
}

/**
 * y = alpha · A · B, matrix by matrix, each operand read where its signal lies: the heads of attention are steps, not
 * copies. Not an ONNX operator.
 */
export const stridedMatMul: OperatorRule = {
  operator: 'StridedMatMul',
  infer: (node) => [{ shape: stridedProduct(node).shape, elementType: 'float32' }],
  evaluate(node, inputs) {
    const a = dataOf(node, inputs, 0);
    const b = dataOf(node, inputs, 1);
    const p = stridedProduct(node);
    const [aBatch = 0, aRow = 0, aDepth = 0] = p.aStrides;
    const [bBatch = 0, bDepth = 0, bColumn = 0] = p.bStrides;
    const [yBatch = 0, yRow = 0] = p.yStrides;
    const data = new Float32Array(sizeOf(p.shape));
    for (let matrix = 0; matrix < p.batch; matrix += 1) {
      for (let i = 0; i < p.rows; i += 1) {
        for (let j = 0; j < p.columns; j += 1) {
          let sum = 0;
          for (let l = 0; l < p.depth; l += 1) {
            const left = p.aOffset + matrix * aBatch + i * aRow + l * aDepth;
            const right = p.bOffset + matrix * bBatch + l * bDepth + j * bColumn;
            sum +=
              (a.data[onnxIndex(a.shape, left)] ?? NaN) *
              (b.data[onnxIndex(b.shape, right)] ?? NaN);
          }
          data[onnxIndex(p.shape, matrix * yBatch + i * yRow + j)] = p.alpha * sum;
        }
      }
    }
    return [{ shape: p.shape, data }];
  },
  gradient: (node, builder) =>
    [0, 1]
      .filter((operand) => !builder.isConstant(inputName(node, operand)))
      .map((operand) => [operand, operandGradient(node, builder, operand)] as const),
};

/**
 * Inputs (dY, the other operand), attributes of a strided product: dA = alpha · dY · Bᵀ, or dBᵀ = alpha · dYᵀ · A. Not an ONNX
 * operator.
 */
export const matMulGradient: OperatorRule = {
  operator: 'MatMulGradient',
  infer: stridedMatMul.infer,
  evaluate: stridedMatMul.evaluate,
};

/** Its rows are those of A, or the columns of B; its columns run along the depth. */
function operandGradient(node: GraphNode, builder: GradientBuilder, operand: number): string {
  const p = stridedProduct(node);
  const [aBatch = 0, aRow = 0, aDepth = 0] = p.aStrides;
  const [bBatch = 0, bDepth = 0, bColumn = 0] = p.bStrides;
  const [yBatch = 0, yRow = 0] = p.yStrides;
  const ofA = operand === 0;
  const rows = ofA ? p.rows : p.columns;
  const shape = builder.shapeOf(inputName(node, operand));
  const sizes = [p.batch, rows, p.depth];
  const strides = ofA ? [aBatch, aRow, aDepth] : [bBatch, bColumn, bDepth];
  const offset = ofA ? p.aOffset : p.bOffset;
  if (sizes.some((size, axis) => size > 1 && strides[axis] === 0)) {
    throw nodeError(
      '',
      node,
      'EXPLAIN_NO_GRADIENT',
      'it reads one matrix for several products, which its gradient would have to add up',
      'Build without an explanation (--explain none).',
    );
  }
  const packed = [rows * p.depth, p.depth, 1];
  const whole =
    offset === 0 &&
    sizeOf(sizes) === sizeOf(shape) &&
    sizes.every((size, axis) => size === 1 || strides[axis] === packed[axis]);
  const product = builder.add(
    'MatMulGradient',
    [builder.outputGradient, inputName(node, ofA ? 1 : 0)],
    {
      shape: whole ? shape : [1, p.depth, p.batch * rows],
      batch: p.batch,
      rows,
      depth: ofA ? p.columns : p.rows,
      columns: p.depth,
      a_offset: 0,
      a_strides: ofA ? [yBatch, yRow, 1] : [yBatch, 1, yRow],
      b_offset: ofA ? p.bOffset : p.aOffset,
      b_strides: ofA ? [bBatch, bColumn, bDepth] : [aBatch, aRow, aDepth],
      y_strides: packed.slice(0, 2),
      alpha: p.alpha,
    },
  );
  return whole
    ? product
    : builder.add('StridedScatter', [product], { shape, sizes, strides, offset });
}

export function stridedProduct(node: GraphNode): StridedProduct {
  return {
    shape: intsAttribute(node, 'shape', []),
    batch: intAttribute(node, 'batch', 1),
    rows: intAttribute(node, 'rows', 1),
    depth: intAttribute(node, 'depth', 1),
    columns: intAttribute(node, 'columns', 1),
    aOffset: intAttribute(node, 'a_offset', 0),
    aStrides: intsAttribute(node, 'a_strides', []),
    bOffset: intAttribute(node, 'b_offset', 0),
    bStrides: intsAttribute(node, 'b_strides', []),
    yStrides: intsAttribute(node, 'y_strides', []),
    alpha: floatAttribute(node, 'alpha', 1),
  };
}
