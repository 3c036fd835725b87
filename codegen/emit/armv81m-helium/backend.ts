import {
  integerTensor,
  type IntegerOperation,
  type IntegerProgram,
} from '../../integer/program.js';
import { kernelOf } from '../../integer/registry.js';
import type { ConvOperation } from '../../integer/conv.js';
import type { KernelChoice, KernelSet } from '../backend.js';
import { chooseConv } from './conv.js';
import { chooseConvGradient } from './conv-gradient.js';
import { chooseDense } from './dense.js';
import { chooseDepthwise } from './depthwise.js';
import {
  chooseAveragePool,
  chooseAveragePoolGradient,
  choosePackSigns,
  chooseRescaledAdd,
} from './elementwise.js';

/** Cortex-M55 and every other core with Helium: 16 products of int8 in one instruction. */
export const armv81mHeliumKernels: KernelSet = {
  takesInt16: true,
  choose(operation, { program }) {
    const int8 = isInt8(program, operation);
    switch (operation.kind) {
      case 'conv':
        return chooseForward(operation, program);
      case 'convGradient':
        return chooseConvGradient(operation, program);
      case 'packSigns':
        return choosePackSigns(operation, integerTensor(program, operation.input).type);
      case 'averagePool':
        return int8 ? chooseAveragePool(operation) : undefined;
      case 'averagePoolGradient':
        return chooseAveragePoolGradient(operation);
      case 'rescaledAdd':
        return int8 ? chooseRescaledAdd(operation) : undefined;
      default:
        return undefined;
    }
  },
};

function chooseForward(op: ConvOperation, program: IntegerProgram): KernelChoice | undefined {
  const [input, output] = [op.input, op.output].map((name) => integerTensor(program, name).type);
  if (input !== 'int8' || output === 'bits' || output === undefined) return undefined;
  const dense = chooseDense(op, output);
  if (dense !== undefined || output !== 'int8') return dense;
  return chooseConv(op) ?? chooseDepthwise(op);
}

/** Signals of int8 in and out; others are left to the next set. */
function isInt8(program: IntegerProgram, operation: IntegerOperation): boolean {
  return kernelOf(operation)
    .inputs(operation)
    .concat(operation.output)
    .every((name) => integerTensor(program, name).type === 'int8');
}
