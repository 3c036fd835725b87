/** What the attribution methods ask of a network: the same three calls that the device has. */
import type { SignalArray } from '../../codegen/integer/program.js';
import { integerTensor, widthOf, type IntegerProgram } from '../../codegen/integer/program.js';
import { IntegerInterpreter } from '../../codegen/interpret/integer.js';

export interface AttributionNetwork {
  readonly leads: number;
  /** The code of 0 V. */
  readonly zeroPoint: number;
  readonly width: 'int8' | 'int16';
  forward(input: SignalArray): Int16Array;
  /** Gradient of one logit of the last forward, in the input's shape. */
  explain(classIndex: number): { readonly gradient: Int16Array; readonly saturations: number };
  /** Where Grad-CAM is built in: [positions]. */
  gradCam?(classIndex: number): { readonly cam: Int16Array; readonly saturations: number };
}

/** By the reference interpreter. */
export function interpretedNetwork(program: IntegerProgram): AttributionNetwork {
  const input = integerTensor(program, program.input);
  const interpreter = new IntegerInterpreter(program);
  return {
    leads: input.channels,
    zeroPoint: input.zeroPoint,
    width: widthOf(input),
    forward: (codes) => interpreter.forward(codes),
    explain: (classIndex) => interpreter.explain(classIndex),
    ...(program.explanation?.gradCam === undefined
      ? {}
      : { gradCam: (classIndex: number) => interpreter.gradCam(classIndex) }),
  };
}

/** Codes of the network's width, each saturated. */
export function inputCodes(
  { width }: Pick<AttributionNetwork, 'width'>,
  length: number,
  code: (index: number) => number,
): SignalArray {
  const most = width === 'int8' ? 127 : 32_767;
  const codes = width === 'int8' ? new Int8Array(length) : new Int16Array(length);
  for (let i = 0; i < length; i += 1) codes[i] = Math.min(most, Math.max(-most - 1, code(i)));
  return codes;
}
