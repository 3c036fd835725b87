import type { IntegerArray } from './program.js';

/** What an operation may touch while it runs. */
export interface RunContext {
  /** The values of a tensor by name. */
  values(name: string): IntegerArray;
  /** Counts gradients that did not fit their limit. */
  saturate(count: number): void;
}

/** Bit `index` of a `bits` tensor. */
export function bitOf(bits: IntegerArray, index: number): number {
  return ((bits[index >> 3] ?? 0) >> (index & 7)) & 1;
}
