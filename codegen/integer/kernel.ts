import type { IntegerTensor } from './program.js';
import type { RunContext } from './run.js';

/** An output that may lie over the tensor it is computed from, when that tensor dies there. */
export interface Overlap {
  readonly input: string;
  /**
   * The input must start at least this many bytes above the output: kernels walk their output upwards, position by
   * position, and by then have read what lies below.
   */
  readonly gap: number;
}

/** What the compiler knows of one kind of integer operation: its meaning, and what planner and reports ask. */
export interface IntegerKernel<Operation> {
  /** Tensors that it reads. */
  inputs(operation: Operation): readonly string[];
  /** Tensors that hold nothing before or after it: working memory of the kernel; none when left out. */
  scratch?(operation: Operation): readonly string[];
  /** The reference: defines the bytes that every backend must leave in the output. */
  run(operation: Operation, context: RunContext): void;
  /**
   * Overlaps that its order of work allows; none when left out.
   * @param positionsTogether output positions that the chosen kernel may write before it has read the inputs of the first
   */
  overlaps?(
    operation: Operation,
    tensor: (name: string) => IntegerTensor,
    positionsTogether: number,
  ): readonly Overlap[];
  /** Multiply-accumulates, padding counted as if it were data (the usual count); none when left out. */
  multiplyAccumulates?(operation: Operation): number;
  /** Part of the explanation: counts saturations instead of belonging to the answer. */
  readonly backward?: true;
}

/** The names that are there: optional inputs are undefined. */
export function present(...names: readonly (string | undefined)[]): readonly string[] {
  return names.filter((name) => name !== undefined);
}
