import type { ConvGeometry } from '../operators/conv-geometry.js';
import {
  integerTensor,
  type IntegerOperation,
  type IntegerProgram,
  type IntegerTensor,
} from '../integer/program.js';
import { kernelOf } from '../integer/registry.js';

/** What the engineer would rather spend: `speed` may take flash and RAM, `flash` takes the smallest tables. */
export const OPTIMIZE = ['speed', 'flash', 'balanced'] as const;
export type Optimize = (typeof OPTIMIZE)[number];

/** The weights of one convolution, as the program holds them. */
export interface ConvWeights {
  readonly geometry: ConvGeometry;
  /** [output channel][kernel row][kernel column][input channel of the group]. */
  readonly weights: Int8Array;
}

/**
 * An order in which kernels read a convolution's weights. Kernels that name the same layout of the same convolution (its
 * gradient, for instance) share one table.
 */
export interface WeightLayout {
  readonly name: string;
  readonly type: 'int8_t' | 'int16_t' | 'int32_t';
  pack(conv: ConvWeights): Int8Array | Int16Array | Int32Array;
}

/** As the program holds them; what the portable kernels read. */
export const rowsLayout: WeightLayout = {
  name: 'weights',
  type: 'int8_t',
  pack: ({ weights }) => weights,
};

/** The C that one operation becomes. */
export interface EmittedOperation {
  /** Functions made for just this shape; each distinct one is written once, for all operations that name it. */
  readonly routines?: readonly string[];
  /** Constant tables, in front of the function. */
  readonly constants: string;
  /** The statement that runs it; gradient kernels return their saturation count. */
  readonly call: string;
  /** Constant bytes in flash, without the weight tables. */
  readonly constantBytes: number;
}

/** What a kernel may ask about the operation it emits. */
export interface EmitContext {
  /** Prefix for the operation's tables. */
  readonly identifier: string;
  /** Typed pointer expression of a tensor in the arena. */
  pointer(tensor: string): string;
  tensor(name: string): IntegerTensor;
  /** `void *` expression of the kernel's scratch, 8-byte aligned; an error where it asked for none. */
  scratch(): string;
  /** Name of a weight table of the forward convolution `owner`; emitted once for all that ask for it. */
  weightTable(owner: string, layout: WeightLayout): string;
}

/** The kernel that a backend runs one operation with. */
export interface KernelChoice {
  /** Its source file, relative to the package root. */
  readonly file: string;
  /** Source files that it shares with other kernels, in the order in which C needs them. */
  readonly shared: readonly string[];
  /** RAM that it works in, planned into the arena while the operation runs; 0 for none. */
  readonly scratchBytes: number;
  /**
   * n: when it writes an output position, it may still read the inputs of the n − 1 positions in front of it; 1 is position
   * by position. The planner lets an output lie over its input accordingly. A kernel that copies the inputs of a whole
   * group into its scratch before it writes any of the group needs no more than 1.
   */
  readonly positionsTogether: number;
  emit(context: EmitContext): EmittedOperation;
}

export interface ChoiceSetting {
  readonly program: IntegerProgram;
  readonly optimize: Optimize;
}

/** The kernels of one folder: not every operation needs one. */
export interface KernelSet {
  /** Kernels of the answer that read int16 signals; without it the set is asked for those of int8 ones alone. */
  readonly takesInt16?: true;
  /** Undefined where the set has no kernel for just this operation. */
  choose(operation: IntegerOperation, setting: ChoiceSetting): KernelChoice | undefined;
}

/**
 * One instruction family. The contract: the emitted call leaves in the output tensor exactly the bytes that the integer
 * interpreter leaves there, and counts the same saturations.
 */
export interface Backend {
  readonly name: string;
  choose(operation: IntegerOperation, setting: ChoiceSetting): KernelChoice;
}

/** The first set that has a kernel for an operation runs it; the last must have one for each. */
export function composeBackend(name: string, ...sets: readonly KernelSet[]): Backend {
  return {
    name,
    choose(operation, setting) {
      const wide = readsInt16Signals(operation, setting.program);
      for (const set of sets) {
        if (wide && set.takesInt16 !== true) continue;
        const choice = set.choose(operation, setting);
        if (choice !== undefined) return choice;
      }
      throw new RangeError(`backend ${name} has no kernel for ${operation.kind}`);
    },
  };
}

/** Gradients are int16 in every program: kernels of the explanation expect it. */
function readsInt16Signals(operation: IntegerOperation, program: IntegerProgram): boolean {
  const kernel = kernelOf(operation);
  return (
    kernel.backward !== true &&
    kernel.inputs(operation).some((name) => integerTensor(program, name).type === 'int16')
  );
}

/** One choice for each operation of the program, in order. */
export function chooseKernels(
  program: IntegerProgram,
  backend: Backend,
  optimize: Optimize,
): readonly KernelChoice[] {
  return program.operations.map((operation) => backend.choose(operation, { program, optimize }));
}
