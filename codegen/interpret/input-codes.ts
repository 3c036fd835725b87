import {
  integerTensor,
  widthOf,
  type IntegerProgram,
  type IntegerTensor,
  type SignalArray,
} from '../integer/program.js';
import { clamp } from '../integer/round.js';

/** Codes of a signal, saturated to its width. */
export function signalCodes(
  tensor: IntegerTensor,
  length: number,
  code: (index: number) => number,
): SignalArray {
  return widthOf(tensor) === 'int16'
    ? Int16Array.from({ length }, (_, i) => clamp(code(i), -32_768, 32_767))
    : Int8Array.from({ length }, (_, i) => clamp(code(i), -128, 127));
}

/** A float input in the graph's layout (channels first) → the program's input codes, channels last. */
export function inputCodes(program: IntegerProgram, input: ArrayLike<number>): SignalArray {
  const tensor = integerTensor(program, program.input);
  const { scale, zeroPoint, channels } = tensor;
  const positions = input.length / channels;
  return signalCodes(tensor, input.length, (i) => {
    const value = input[(i % channels) * positions + Math.floor(i / channels)] ?? 0;
    return Math.round(value / scale) + zeroPoint;
  });
}
