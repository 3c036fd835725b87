import type { IntegerKernel } from './kernel.js';
import { clamp, multiplyRound } from './round.js';
import type { RunContext } from './run.js';

/**
 * y = clamp((Σ (a − za)·(b − zb)) · multiplier >> shift + zy) for each matrix, row and column; b is int8, a int8 or
 * int16 (probabilities), y int8 or int16 (scores). Every operand is read in steps, where its signal lies.
 */
export interface MatMulOperation {
  readonly kind: 'matMul';
  readonly name: string;
  readonly inputA: string;
  readonly inputB: string;
  readonly output: string;
  readonly batch: number;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
  /** From matrix to matrix, from row to row, along the depth. */
  readonly aOffset: number;
  readonly aStrides: readonly [number, number, number];
  readonly aZeroPoint: number;
  /** From matrix to matrix, along the depth, from column to column. */
  readonly bOffset: number;
  readonly bStrides: readonly [number, number, number];
  readonly bZeroPoint: number;
  /** From matrix to matrix, from row to row. */
  readonly yStrides: readonly [number, number];
  readonly multiplier: number;
  readonly shift: number;
  readonly outputZeroPoint: number;
  readonly clampLow: number;
  readonly clampHigh: number;
}

function runMatMul(op: MatMulOperation, context: RunContext): void {
  const a = context.values(op.inputA);
  const b = context.values(op.inputB);
  const y = context.values(op.output);
  for (let matrix = 0; matrix < op.batch; matrix += 1) {
    for (let row = 0; row < op.rows; row += 1) {
      const fromA = op.aOffset + matrix * op.aStrides[0] + row * op.aStrides[1];
      const to = matrix * op.yStrides[0] + row * op.yStrides[1];
      for (let column = 0; column < op.columns; column += 1) {
        const fromB = op.bOffset + matrix * op.bStrides[0] + column * op.bStrides[2];
        let sum = 0;
        for (let i = 0; i < op.depth; i += 1) {
          const left = (a[fromA + i * op.aStrides[2]] as number) - op.aZeroPoint;
          const right = (b[fromB + i * op.bStrides[1]] as number) - op.bZeroPoint;
          sum += left * right;
        }
        const value = multiplyRound(sum, op.multiplier, op.shift) + op.outputZeroPoint;
        y[to + column] = clamp(value, op.clampLow, op.clampHigh);
      }
    }
  }
}

export const matMulKernel: IntegerKernel<MatMulOperation> = {
  inputs: (op) => [op.inputA, op.inputB],
  run: runMatMul,
  multiplyAccumulates: (op) => op.batch * op.rows * op.depth * op.columns,
};
