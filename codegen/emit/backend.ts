import type { IntegerOperation, IntegerTensor } from '../integer/program.js';

/** The C that one operation becomes. */
export interface EmittedOperation {
  /** Constant tables, in front of the function. */
  readonly constants: string;
  /** The statement that runs it; gradient kernels return their saturation count. */
  readonly call: string;
  /** Constant bytes in flash. */
  readonly constantBytes: number;
}

/** What a backend may ask about the operation it emits. */
export interface EmitContext {
  /** Prefix for the operation's tables. */
  readonly identifier: string;
  /** Typed pointer expression of a tensor in the arena. */
  pointer(tensor: string): string;
  tensor(name: string): IntegerTensor;
  /** Name of the weight table of a forward operation, which its gradient reads too. */
  weightTable(operation: string): string;
}

/**
 * One instruction family. The contract: the emitted call leaves in the output tensor exactly the bytes that the integer
 * interpreter leaves there.
 */
export interface Backend {
  readonly name: string;
  /** Folder of the kernel sources, relative to the package root. */
  readonly folder: string;
  /** Emitted in front of the kernels. */
  readonly header: string;
  /** Source file of the kernel that runs an operation. */
  kernelFile(operation: IntegerOperation): string;
  /** Source files that several kernels share and this one needs, emitted in front of all kernels. */
  sharedFiles(operation: IntegerOperation): readonly string[];
  emit(operation: IntegerOperation, context: EmitContext): EmittedOperation;
}
