import type { IntegerKernel } from './kernel.js';
import { clamp, roundWide } from './round.js';
import type { RunContext } from './run.js';

/**
 * dx = clamp(Σ dy · (b − zb) · multiplier >> shift), int16, for each matrix, row and column: the gradient of a product of two
 * signals by one of them. b is the other one, int8 or (probabilities) int16, and stays in memory for it. The sum is exact in 64 bits.
 */
export interface MatMulGradientOperation {
  readonly kind: 'matMulGradient';
  readonly name: string;
  /** dY, int16. */
  readonly inputA: string;
  readonly inputB: string;
  readonly output: string;
  readonly batch: number;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
  /** From matrix to matrix, from row to row, along the depth. */
  readonly aStrides: readonly [number, number, number];
  /** From matrix to matrix, along the depth, from column to column. */
  readonly bOffset: number;
  readonly bStrides: readonly [number, number, number];
  readonly bZeroPoint: number;
  /** From matrix to matrix, from row to row. */
  readonly yStrides: readonly [number, number];
  /** Below 2^MAT_MUL_GRADIENT_BITS. */
  readonly multiplier: number;
  readonly shift: number;
  readonly limit: number;
}

/** Products of two int16 are below 2^30: 2^14 of them times a multiplier of 18 bits stay in 62 bits. */
export const MAT_MUL_GRADIENT_BITS = 18;
export const MAT_MUL_GRADIENT_MOST_DEPTH = 2 ** 14;

function runMatMulGradient(op: MatMulGradientOperation, context: RunContext): void {
  const dy = context.values(op.inputA);
  const b = context.values(op.inputB);
  const dx = context.values(op.output);
  for (let matrix = 0; matrix < op.batch; matrix += 1) {
    for (let row = 0; row < op.rows; row += 1) {
      const fromA = matrix * op.aStrides[0] + row * op.aStrides[1];
      const to = matrix * op.yStrides[0] + row * op.yStrides[1];
      for (let column = 0; column < op.columns; column += 1) {
        const fromB = op.bOffset + matrix * op.bStrides[0] + column * op.bStrides[2];
        let sum = 0;
        for (let i = 0; i < op.depth; i += 1) {
          const right = (b[fromB + i * op.bStrides[1]] as number) - op.bZeroPoint;
          sum += (dy[fromA + i * op.aStrides[2]] as number) * right;
        }
        const value = roundWide(sum, op.multiplier, op.shift);
        const kept = clamp(value, -op.limit, op.limit);
        if (kept !== value) context.saturate(1);
        dx[to + column] = kept;
      }
    }
  }
}

export const matMulGradientKernel: IntegerKernel<MatMulGradientOperation> = {
  inputs: (op) => [op.inputA, op.inputB],
  run: runMatMulGradient,
  multiplyAccumulates: (op) => op.batch * op.rows * op.depth * op.columns,
  backward: true,
};
