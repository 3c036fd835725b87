import {
  elementsOf,
  integerTensor,
  widthOf,
  type IntegerProgram,
  type SignalArray,
} from '../integer/program.js';
import { IntegerInterpreter } from './integer.js';

/** FNV-1a on 16-bit words (offset basis and prime of draft-eastlake-fnv, 32 bits): five lines of C, no table. */
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** What a working device answers to the self-test's input. */
export interface KnownAnswer {
  /** Of the logits, each taken as uint16. */
  readonly logits: number;
  /** Of the gradient of class 0, then of the low half of the saturation count; absent without explanation. */
  readonly gradient?: number;
}

/**
 * The self-test's input: the top byte (int16: the top two) of a linear congruential sequence (Numerical Recipes), the same in
 * the emitted C. Noise over the whole range of the codes reaches every weight.
 */
export function selfTestInput(length: number, type: 'int8' | 'int16' = 'int8'): SignalArray {
  const bits = type === 'int16' ? 16 : 8;
  let state = 1;
  const codes = Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> (32 - bits)) - 2 ** (bits - 1);
  });
  return type === 'int16' ? Int16Array.from(codes) : Int8Array.from(codes);
}

export function fnvWords(words: Iterable<number>, start = FNV_BASIS): number {
  let hash = start;
  for (const word of words) hash = Math.imul(hash ^ (word & 0xffff), FNV_PRIME) >>> 0;
  return hash;
}

/** By the reference interpreter. */
export function knownAnswer(program: IntegerProgram): KnownAnswer {
  const interpreter = new IntegerInterpreter(program);
  const input = integerTensor(program, program.input);
  const logits = fnvWords(interpreter.forward(selfTestInput(elementsOf(input), widthOf(input))));
  if (program.explanation === undefined) return { logits };
  const { gradient, saturations } = interpreter.explain(0);
  return { logits, gradient: fnvWords([saturations], fnvWords(gradient)) };
}
