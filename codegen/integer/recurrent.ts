/**
 * What LSTM and GRU share in integers. Inputs are int8, weights int8 per row, hidden states int16 with 15 fraction bits
 * inside the walk; a gate's argument has 15 fraction bits and is the sum of two products, each rounded once to them, and
 * its bias.
 */
import { clamp, multiplyRound } from './round.js';
import type { IntegerArray } from './program.js';

export interface RecurrentOperation {
  readonly name: string;
  readonly input: string;
  readonly output: string;
  /** Working memory: cells and both generations of the hidden state. */
  readonly scratch: string;
  readonly steps: number;
  readonly inputs: number;
  readonly hidden: number;
  /** For each direction: whether it walks backwards. */
  readonly reverse: readonly boolean[];
  /** [direction][gate][hidden][input]. */
  readonly inputWeights: Int8Array;
  /** [direction][gate][hidden][hidden]. */
  readonly stateWeights: Int8Array;
  /** −z·Σw of each row: the input's zero point. */
  readonly inputOffset: Int32Array;
  /** Real bias of each row, 15 fraction bits; the recurrent side's own where the operation keeps them apart. */
  readonly inputBias: Int32Array;
  readonly stateBias: Int32Array;
  readonly inputMultiplier: Int32Array;
  readonly inputShift: number;
  readonly stateMultiplier: Int32Array;
  readonly stateShift: number;
  /** 15 fraction bits, for each direction; only where they are not zero. */
  readonly initialHidden?: Int16Array;
  /** Hidden state to int8 output. */
  readonly outputMultiplier: number;
  readonly outputShift: number;
  readonly outputZeroPoint: number;
}

/** Row `row`'s product with the input of one step, as a gate argument, its bias included. */
export function inputArgument(
  op: RecurrentOperation,
  row: number,
  x: IntegerArray,
  time: number,
): number {
  let sum = op.inputOffset[row] as number;
  const weights = row * op.inputs;
  const from = time * op.inputs;
  for (let i = 0; i < op.inputs; i += 1) {
    sum += (op.inputWeights[weights + i] as number) * (x[from + i] as number);
  }
  return (
    multiplyRound(sum, op.inputMultiplier[row] as number, op.inputShift) +
    (op.inputBias[row] as number)
  );
}

/** Row `row`'s product with a hidden state, as a gate argument, its bias included. */
export function stateArgument(op: RecurrentOperation, row: number, state: Int16Array): number {
  let sum = 0;
  const weights = row * op.hidden;
  for (let i = 0; i < op.hidden; i += 1) {
    sum += (op.stateWeights[weights + i] as number) * (state[i] as number);
  }
  return (
    multiplyRound(sum, op.stateMultiplier[row] as number, op.stateShift) +
    (op.stateBias[row] as number)
  );
}

/** Writes one direction's hidden state of one step into the output [step][direction][hidden]. */
export function writeState(
  op: RecurrentOperation,
  y: IntegerArray,
  time: number,
  direction: number,
  state: Int16Array,
): void {
  const to = (time * op.reverse.length + direction) * op.hidden;
  for (let unit = 0; unit < op.hidden; unit += 1) {
    const value = multiplyRound(state[unit] as number, op.outputMultiplier, op.outputShift);
    y[to + unit] = clamp(value + op.outputZeroPoint, -128, 127);
  }
}

export function initialState(op: RecurrentOperation, direction: number): Int16Array {
  const from = direction * op.hidden;
  return op.initialHidden?.slice(from, from + op.hidden) ?? new Int16Array(op.hidden);
}

export function recurrentMacs(op: RecurrentOperation, gates: number): number {
  return op.steps * op.reverse.length * gates * op.hidden * (op.inputs + op.hidden);
}
