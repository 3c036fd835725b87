import type { IntegerProgram } from '../integer/program.js';
import { bytesOf, integerTensor } from '../integer/program.js';
import { kernelOf } from '../integer/registry.js';

/** When a tensor must be in memory: from the operation that writes it to the last that reads it, both included. */
export interface Lifetime {
  readonly tensor: string;
  readonly bytes: number;
  /** −1: before the first operation. */
  readonly first: number;
  /** The number of operations: until the caller has read it. */
  readonly last: number;
}

/** Name of an operation's scratch among the lifetimes: one that no tensor has. */
export function scratchName(program: IntegerProgram, operation: number): string {
  let name = `scratch of layer ${operation}`;
  while (program.tensors.has(name)) name += "'";
  return name;
}

/**
 * Lifetimes of every tensor in execution order. With an explanation, which multiplies by it, the input stays to the end;
 * what the answer needs of the activations for its explanation is only what backward operations read (sign bits).
 * @param scratchBytes working memory of each operation's kernel
 */
export function lifetimes(
  program: IntegerProgram,
  scratchBytes: readonly number[],
): readonly Lifetime[] {
  const end = program.operations.length;
  const first = new Map<string, number>([[program.input, -1]]);
  const last = new Map<string, number>([
    [program.input, program.explanation === undefined ? -1 : end],
  ]);
  if (program.explanation !== undefined) {
    first.set(program.explanation.seed, program.forwardOperations);
  }
  program.operations.forEach((operation, index) => {
    for (const name of kernelOf(operation).inputs(operation)) {
      if (integerTensor(program, name).constant !== undefined) continue;
      if (!first.has(name)) throw new RangeError(`"${name}" is read before it is written`);
      last.set(name, Math.max(last.get(name) ?? 0, index));
    }
    for (const name of kernelOf(operation).scratch?.(operation) ?? []) {
      first.set(name, index);
      last.set(name, index);
    }
    if (!first.has(operation.output)) first.set(operation.output, index);
    last.set(operation.output, Math.max(last.get(operation.output) ?? 0, index));
  });
  // What the backward pass reads of the forward one stays to the end: one answer can be explained for class after class.
  for (const [name, start] of first) {
    const lastRead = last.get(name) ?? start;
    if (start < program.forwardOperations && lastRead >= program.forwardOperations)
      last.set(name, end);
  }
  // Read by the caller after the last operation of its pass.
  last.set(program.logits, Math.max(last.get(program.logits) ?? 0, program.forwardOperations - 1));
  if (program.explanation !== undefined) last.set(program.explanation.inputGradient, end);
  const tensors = [...first].map(([tensor, start]) => ({
    tensor,
    bytes: bytesOf(integerTensor(program, tensor)),
    first: start,
    last: last.get(tensor) ?? start,
  }));
  const scratch = scratchBytes.flatMap((bytes, operation) =>
    bytes === 0
      ? []
      : [{ tensor: scratchName(program, operation), bytes, first: operation, last: operation }],
  );
  return [...tensors, ...scratch];
}
