import { gateSigmoid, gateTanh } from './gate.js';
import type { IntegerKernel } from './kernel.js';
import {
  initialState,
  inputArgument,
  recurrentMacs,
  stateArgument,
  writeState,
  type RecurrentOperation,
} from './recurrent.js';
import { clamp } from './round.js';
import type { RunContext } from './run.js';

/** Fraction bits of a cell, int32: ±256, which no cell leaves within 256 steps; beyond, tanh has long saturated. */
export const CELL_FRACTION_BITS = 23;
const INT32_MOST = 2_147_483_647;

/**
 * LSTM in the order of gates i, o, f, c. c' = clamp32((f·c + (i·g << 8) + half) >> 15) with 23 fraction bits,
 * h' = (o·tanh(c') + half) >> 15 with 15.
 */
export interface LstmOperation extends RecurrentOperation {
  readonly kind: 'lstm';
  /** 23 fraction bits, for each direction; only where they are not zero. */
  readonly initialCell?: Int32Array;
}

function runLstm(op: LstmOperation, context: RunContext): void {
  op.reverse.forEach((_, direction) => runDirection(op, context, direction));
}

function runDirection(op: LstmOperation, context: RunContext, direction: number): void {
  const x = context.values(op.input);
  const y = context.values(op.output);
  const { hidden, steps } = op;
  const cells =
    op.initialCell?.slice(direction * hidden, (direction + 1) * hidden) ?? new Int32Array(hidden);
  let state = initialState(op, direction);
  for (let step = 0; step < steps; step += 1) {
    const time = op.reverse[direction] === true ? steps - 1 - step : step;
    const next = new Int16Array(hidden);
    for (let unit = 0; unit < hidden; unit += 1) {
      const argument = (gate: number): number => {
        const row = (direction * 4 + gate) * hidden + unit;
        return inputArgument(op, row, x, time) + stateArgument(op, row, state);
      };
      const i = gateSigmoid(argument(0));
      const o = gateSigmoid(argument(1));
      const f = gateSigmoid(argument(2));
      const g = gateTanh(argument(3));
      // Both products are below 2^47: exact in a double.
      const sum = f * (cells[unit] as number) + i * g * 256 + 16_384;
      const cell = clamp(Math.floor(sum / 32_768), -INT32_MOST, INT32_MOST);
      cells[unit] = cell;
      next[unit] = (o * gateTanh(Math.floor((cell + 128) / 256)) + 16_384) >> 15;
    }
    state = next;
    writeState(op, y, time, direction, state);
  }
}

export const lstmKernel: IntegerKernel<LstmOperation> = {
  inputs: (op) => [op.input],
  scratch: (op) => [op.scratch],
  run: runLstm,
  multiplyAccumulates: (op) => recurrentMacs(op, 4),
};
