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
import { multiplyRound } from './round.js';
import type { RunContext } from './run.js';

/**
 * GRU in the order of gates z, r, n. h' = ((2^15 − z)·n + z·h + half) >> 15, 15 fraction bits. The reset gate scales
 * either the recurrent product of the candidate (linearBeforeReset) or the state that goes into it.
 */
export interface GruOperation extends RecurrentOperation {
  readonly kind: 'gru';
  readonly linearBeforeReset: boolean;
}

function runGru(op: GruOperation, context: RunContext): void {
  op.reverse.forEach((_, direction) => runDirection(op, context, direction));
}

function runDirection(op: GruOperation, context: RunContext, direction: number): void {
  const x = context.values(op.input);
  const y = context.values(op.output);
  const { hidden, steps } = op;
  let state = initialState(op, direction);
  for (let step = 0; step < steps; step += 1) {
    const time = op.reverse[direction] === true ? steps - 1 - step : step;
    const rowOf = (gate: number, unit: number): number => (direction * 3 + gate) * hidden + unit;
    const gate = (index: number, unit: number): number => {
      const row = rowOf(index, unit);
      return gateSigmoid(inputArgument(op, row, x, time) + stateArgument(op, row, state));
    };
    const resets = Int16Array.from(state, (_, unit) => gate(1, unit));
    const reset = state.map((value, unit) => (value * (resets[unit] as number) + 16_384) >> 15);
    const next = new Int16Array(hidden);
    for (let unit = 0; unit < hidden; unit += 1) {
      const z = gate(0, unit);
      const row = rowOf(2, unit);
      const fromState = op.linearBeforeReset
        ? scaled(stateArgument(op, row, state), resets[unit] as number)
        : stateArgument(op, row, reset);
      const n = gateTanh(inputArgument(op, row, x, time) + fromState);
      next[unit] = ((32_768 - z) * n + z * (state[unit] as number) + 16_384) >> 15;
    }
    state = next;
    writeState(op, y, time, direction, state);
  }
}

/** argument · reset, rounded once; multiplyRound wants a shift of 17 or more. */
function scaled(argument: number, reset: number): number {
  return multiplyRound(argument, reset * 4, 17);
}

export const gruKernel: IntegerKernel<GruOperation> = {
  inputs: (op) => [op.input],
  scratch: (op) => [op.scratch],
  run: runGru,
  multiplyAccumulates: (op) => recurrentMacs(op, 3),
};
