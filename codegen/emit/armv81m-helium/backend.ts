import {
  integerTensor,
  widthOf,
  type IntegerOperation,
  type IntegerProgram,
} from '../../integer/program.js';
import { kernelOf } from '../../integer/registry.js';
import type { ConvOperation } from '../../integer/conv.js';
import type { KernelChoice, KernelSet } from '../backend.js';
import { chooseRecurrent } from '../portable/recurrent.js';
import { chooseConv } from './conv.js';
import { chooseConvGradient } from './conv-gradient.js';
import { chooseDense } from './dense.js';
import { chooseDepthwise, chooseDepthwiseGradient } from './depthwise.js';
import {
  chooseAveragePool,
  chooseAveragePoolGradient,
  choosePackSigns,
  chooseRescaledAdd,
} from './elementwise.js';
import { FOLDER } from './folder.js';

/** Cortex-M55 and every other core with Helium: 16 products of int8 in one instruction. */
export const armv81mHeliumKernels: KernelSet = {
  takesInt16: true,
  choose(operation, { program }) {
    const int8 = isInt8(program, operation);
    switch (operation.kind) {
      case 'conv':
        return chooseForward(operation, program);
      case 'convGradient':
        return chooseConvGradient(operation, program) ?? chooseDepthwiseGradient(operation);
      case 'packSigns':
        return choosePackSigns(operation, integerTensor(program, operation.input).type);
      case 'averagePool':
        return int8 ? chooseAveragePool(operation) : undefined;
      case 'averagePoolGradient':
        return chooseAveragePoolGradient(operation);
      case 'rescaledAdd':
        return int8 ? chooseRescaledAdd(operation) : undefined;
      case 'lstm':
      case 'gru':
        return chooseRecurrent(operation, `${FOLDER}/iso_helium_recurrent_dot.h`);
      default:
        return undefined;
    }
  },
};

function chooseForward(op: ConvOperation, program: IntegerProgram): KernelChoice | undefined {
  const input = widthOf(integerTensor(program, op.input));
  const output = widthOf(integerTensor(program, op.output));
  return (
    (input === 'int8' ? chooseDense(op, output) : undefined) ??
    chooseConv(op, program) ??
    (isInt8(program, op) ? chooseDepthwise(op) : undefined)
  );
}

/** Signals of int8 in and out; others are left to the next set. */
function isInt8(program: IntegerProgram, operation: IntegerOperation): boolean {
  return kernelOf(operation)
    .inputs(operation)
    .concat(operation.output)
    .every((name) => integerTensor(program, name).type === 'int8');
}
