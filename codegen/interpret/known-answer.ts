import { elementsOf, integerTensor, type IntegerProgram } from '../integer/program.js';
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
 * The self-test's input: the top byte of a linear congruential sequence (Numerical Recipes), the same in the emitted C.
 * Noise over the whole range of int8 reaches every weight.
 */
export function selfTestInput(length: number): Int8Array {
  let state = 1;
  return Int8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 24) - 128;
  });
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
  const logits = fnvWords(interpreter.forward(selfTestInput(elementsOf(input))));
  if (program.explanation === undefined) return { logits };
  const { gradient, saturations } = interpreter.explain(0);
  return { logits, gradient: fnvWords([saturations], fnvWords(gradient)) };
}
