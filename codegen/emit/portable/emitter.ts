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

/** The two pointers of a signal that may be int8 or int16: one of them is NULL. */
export function signal(context: Pick<EmitContext, 'pointer' | 'tensor'>, name: string): string {
  const pointer = context.pointer(name);
  return context.tensor(name).type === 'int16' ? `NULL, ${pointer}` : `${pointer}, NULL`;
}

/** Pointer to a sign map, or NULL where the gradient is not masked. */
export function maskPointer(context: EmitContext, mask: string | undefined): string {
  return mask === undefined ? 'NULL' : context.pointer(mask);
}
