import type { IntegerProgram, SignalArray } from '../integer/program.js';
import { integerTensor } from '../integer/program.js';
import { multiplyRound } from '../integer/round.js';
import { signalCodes } from '../interpret/input-codes.js';

/** Digits of the multiplier: finer than the 16 bits of the widest input. */
const MULTIPLIER_BITS = 19;
/** multiplyRound is exact from 17 on; iso_window_quantize takes up to 31. */
const SHIFTS = { least: 17, most: 31 } as const;

/** Input step in millivolt → multiplier and shift from microvolt. */
export function microvoltFactor(scaleMillivolt: number): {
  readonly multiplier: number;
  readonly shift: number;
} {
  const factor = 0.001 / scaleMillivolt;
  let shift: number = SHIFTS.least;
  while (factor < 2 ** (MULTIPLIER_BITS - shift) && shift < SHIFTS.most) shift += 1;
  return { multiplier: Math.round(factor * 2 ** shift), shift };
}

/**
 * What the device feeds the network with: the same integers as iso_window_quantize.
 * @param window chain output in microvolt, in the order of the network's input ([time][lead])
 */
export function quantizeMicrovolt(program: IntegerProgram, window: ArrayLike<number>): SignalArray {
  const tensor = integerTensor(program, program.input);
  const { multiplier, shift } = microvoltFactor(tensor.scale);
  return signalCodes(
    tensor,
    window.length,
    (i) => multiplyRound(window[i] ?? 0, multiplier, shift) + tensor.zeroPoint,
  );
}
