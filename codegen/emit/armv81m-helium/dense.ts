import type { ConvOperation } from '../../integer/conv.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import type { EmitContext, EmittedOperation, KernelChoice, WeightLayout } from '../backend.js';
import { constantArray } from '../c-text.js';
import { denseRoutine, OUTPUTS } from './dense-assembly.js';
import { FOLDER, SHARED } from './folder.js';
import { channelParameters, sumRounding } from './rounding.js';
import { VECTOR } from './pass-assembly.js';
import type { TileRounding } from './tile-rounding.js';

/** Undefined for what has more than one position, or reads less than its whole input, or needs more than int32. */
export function chooseDense(op: ConvOperation, output: 'int8' | 'int16'): KernelChoice | undefined {
  const rounding = sumRounding(op);
  if (!isDense(op.geometry) || rounding === undefined) return undefined;
  // The offset is added to what fits int16 already.
  if (rounding.offset !== 0 && output === 'int16') return undefined;
  const inputs = inputsOf(op.geometry);
  return {
    file: `${FOLDER}/iso_helium_dense.c`,
    shared: SHARED,
    // Inputs that do not fill their last vector are read from a copy.
    scratchBytes: inputs % VECTOR === 0 ? 0 : vectorsOf(op.geometry) * VECTOR,
    // Of one position the output never lies over the input, which all its channels read.
    positionsTogether: 1,
    emit: (context) => emitDense(op, rounding, output, context),
  };
}

export function isDense(g: ConvGeometry): boolean {
  return (
    g.outputHeight * g.outputWidth * g.groups === 1 &&
    g.padTop + g.padLeft === 0 &&
    g.kernelHeight === g.inputHeight &&
    g.kernelWidth === g.inputWidth &&
    g.dilationHeight * g.dilationWidth === 1
  );
}

function inputsOf(g: ConvGeometry): number {
  return g.kernelHeight * g.kernelWidth * g.inputChannels;
}

function vectorsOf(g: ConvGeometry): number {
  return Math.ceil(inputsOf(g) / VECTOR);
}

function emitDense(
  op: ConvOperation,
  rounding: TileRounding,
  output: 'int8' | 'int16',
  context: EmitContext,
): EmittedOperation {
  const id = context.identifier;
  const g = op.geometry;
  const vectors = vectorsOf(g);
  const routine = denseRoutine({ vectors, rounding, output });
  const parameters = eightParameters(op, rounding);
  const copy = inputsOf(g) % VECTOR === 0 ? 'NULL' : context.scratch();
  return {
    routines: [routine.text],
    constants: constantArray('int32_t', `${id}_parameters`, parameters),
    call: `iso_helium_dense(${context.pointer(op.input)}, ${inputsOf(g)}, ${context.pointer(op.output)}, ${g.outputChannels}, ${context.weightTable(op.name, layout)}, ${id}_parameters, ${routine.name}, ${copy});`,
    constantBytes: parameters.byteLength,
  };
}

/** By 8 outputs: biases, then for the even and the odd ones shifts to the left, multipliers and shifts to the right. */
function eightParameters(op: ConvOperation, rounding: TileRounding): Int32Array {
  const channels = channelParameters(op);
  const fields = [
    ...(rounding.leftShifts ? (['left'] as const) : []),
    'multiplier' as const,
    ...(rounding.highWord ? [] : (['right'] as const)),
  ];
  const words: number[] = [];
  for (let first = 0; first < channels.length; first += OUTPUTS) {
    const eight = Array.from({ length: OUTPUTS }, (_, output) => channels[first + output]);
    words.push(...eight.map((channel) => channel?.bias ?? 0));
    for (const field of fields) {
      for (const parity of [0, 1]) {
        const half = eight.filter((_, output) => output % 2 === parity);
        words.push(...half.map((channel) => channel?.[field] ?? 0));
      }
    }
  }
  return Int32Array.from(words);
}

/** By 8 outputs: of each 16 inputs a vector for each output. */
const layout: WeightLayout = {
  name: 'eights',
  type: 'int8_t',
  pack({ geometry: g, weights }) {
    const inputs = inputsOf(g);
    const vectors = vectorsOf(g);
    const eights = Math.ceil(g.outputChannels / OUTPUTS);
    const packed = new Int8Array(eights * OUTPUTS * vectors * VECTOR);
    for (let output = 0; output < g.outputChannels; output += 1) {
      const first = Math.floor(output / OUTPUTS) * vectors;
      for (let input = 0; input < inputs; input += 1) {
        const vector = (first + Math.floor(input / VECTOR)) * OUTPUTS + (output % OUTPUTS);
        packed[vector * VECTOR + (input % VECTOR)] = weights[output * inputs + input] ?? 0;
      }
    }
    return packed;
  },
};
