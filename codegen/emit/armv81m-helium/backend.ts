import { integerTensor, type IntegerProgram } from '../../integer/program.js';
import type { KernelSet } from '../backend.js';
import { chooseConv } from './conv.js';

/** Cortex-M55 and every other core with Helium: 16 products of int8 in one instruction. */
export const armv81mHeliumKernels: KernelSet = {
  choose(operation, { program }) {
    switch (operation.kind) {
      case 'conv':
        return isInt8(program, operation.input) ? chooseConv(operation) : undefined;
      default:
        return undefined;
    }
  },
};

/** The kernels here read int8; other signals are left to the next set. */
function isInt8(program: IntegerProgram, ...tensors: readonly string[]): boolean {
  return tensors.every((name) => integerTensor(program, name).type === 'int8');
}
