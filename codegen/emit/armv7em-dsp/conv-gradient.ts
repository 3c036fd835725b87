import type { ConvGradientOperation } from '../../integer/conv-gradient.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import type { ChoiceSetting, EmitContext, EmittedOperation, KernelChoice } from '../backend.js';
import { constantArray } from '../c-text.js';
import { SHAPE_BYTES, shapeConstant } from '../portable/conv.js';
import { maskPointer } from '../portable/emitter.js';
import { FOLDER } from './conv.js';
import { fitsPairs, pairsLayout } from './weights.js';

/**
 * Weights are paired in RAM once for a group of columns, and while they are worked on the input cannot be written over: bytes of
 * gradient in a group are bytes of arena. Fewer columns pair more often: `profile` shows what each costs.
 */
const GROUP_BYTES = { flash: 1024, balanced: 1536, speed: 65_536 } as const;
/** Of one stride phase: below it the pairing would cost as much as the products. */
const LEAST_POSITIONS = 8;

/** Undefined where no kernel here gives the exact bytes. */
export function chooseConvGradient(
  op: ConvGradientOperation,
  { optimize }: ChoiceSetting,
): KernelChoice | undefined {
  const g = op.geometry;
  if (g.groups !== 1 || g.dilationHeight !== 1 || g.dilationWidth !== 1) return undefined;
  // Words of two output channels, groups of four input channels.
  if (g.outputChannels % 2 !== 0 || g.inputChannels % 4 !== 0) return undefined;
  if (op.shift !== 32 || !fitsPairs(op)) return undefined;
  const positions = Math.max(
    LEAST_POSITIONS,
    Math.floor(GROUP_BYTES[optimize] / (2 * g.inputChannels * g.strideWidth)),
  );
  const group = positions * g.strideWidth;
  return {
    file: `${FOLDER}/iso_dsp_gradient.c`,
    shared: [`${FOLDER}/iso_dsp_gradient.h`, `${FOLDER}/iso_dsp_windows.h`],
    scratchBytes: scratchBytes(g),
    positionsTogether: Math.min(group, g.inputWidth),
    emit: (context) => emitConvGradient(op, group, context),
  };
}

/** Four input channels of the phase that has most taps, as int16. */
function scratchBytes(g: ConvGeometry): number {
  const taps =
    Math.ceil(g.kernelHeight / g.strideHeight) * Math.ceil(g.kernelWidth / g.strideWidth);
  return 8 * taps * g.outputChannels;
}

function emitConvGradient(
  op: ConvGradientOperation,
  group: number,
  context: EmitContext,
): EmittedOperation {
  const id = context.identifier;
  const { input, output, mask, conv } = op;
  return {
    constants:
      shapeConstant(id, op.geometry) + constantArray('int32_t', `${id}_multiplier`, op.multiplier),
    call: `iso_dsp_gradient(${context.pointer(input)}, ${context.pointer(output)}, &${id}_shape, ${context.weightTable(conv, pairsLayout)}, ${id}_multiplier, ${maskPointer(context, mask)}, ${op.limit}, ${group}, ${context.scratch()});`,
    constantBytes: SHAPE_BYTES + 4 * op.multiplier.length,
  };
}
