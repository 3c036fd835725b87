import type { EmitContext, EmittedOperation } from '../backend.js';

/** One operation in this backend: the kernel's source file and the call. */
export interface Emitter<Operation> {
  readonly file: string;
  /** Files that it shares with other kernels. */
  readonly shared?: readonly string[];
  emit(operation: Operation, context: EmitContext): EmittedOperation;
}

/** A call without tables. */
export function plain(call: string): EmittedOperation {
  return { constants: '', call, constantBytes: 0 };
}

/** Pointer to a sign map, or NULL where the gradient is not masked. */
export function maskPointer(context: EmitContext, mask: string | undefined): string {
  return mask === undefined ? 'NULL' : context.pointer(mask);
}
