import type { EmitContext, EmittedOperation } from '../backend.js';

/** The kernel of an operation: its source file, and what it shares with other kernels. */
export interface KernelFiles {
  readonly file: string;
  readonly shared?: readonly string[];
}

/** One operation in this backend: the kernel's files and the call. */
export interface Emitter<Operation> extends KernelFiles {
  /** Where a kernel of its own takes some of the operations: the files of that one. */
  filesOf?(operation: Operation): KernelFiles | undefined;
  emit(operation: Operation, context: EmitContext): EmittedOperation;
}

/** A call without tables. */
export function plain(call: string): EmittedOperation {
  return { constants: '', call, constantBytes: 0 };
}

/** The two pointers of a signal that may be int8 or int16: one of them is NULL. */
export function signal(context: Pick<EmitContext, 'pointer' | 'tensor'>, name: string): string {
  const pointer = context.pointer(name);
  return context.tensor(name).type === 'int16' ? `NULL, ${pointer}` : `${pointer}, NULL`;
}

/** Pointer to a sign map, or NULL where the gradient is not masked. */
export function maskPointer(context: EmitContext, mask: string | undefined): string {
  return mask === undefined ? 'NULL' : context.pointer(mask);
}
