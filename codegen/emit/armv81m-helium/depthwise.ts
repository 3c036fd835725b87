import type { ConvOperation } from '../../integer/conv.js';
import type { ConvGradientOperation } from '../../integer/conv-gradient.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import type {
  ConvWeights,
  EmitContext,
  EmittedOperation,
  KernelChoice,
  WeightLayout,
} from '../backend.js';
import { constantArray } from '../c-text.js';
import { SHAPE_BYTES, shapeConstant } from '../portable/conv.js';
import { maskPointer } from '../portable/emitter.js';
import { FOLDER, SHARED } from './folder.js';
import { depthwiseRoutine, POINTERS_MOST, singleBlockAdvance } from './depthwise-assembly.js';
import { channelParameters, convRounding } from './rounding.js';
import { VECTOR } from './pass-assembly.js';
import type { TileRounding } from './tile-rounding.js';

/** ISO_HELIUM_DEPTHWISE_TAPS. */
const TAPS_MOST = 32;
/** Channel in each lane of the four vectors of sums that iso_helium_depthwise_block widens to. */
const LANES = [0, 2, 1, 3].flatMap((first) => [0, 4, 8, 12].map((step) => first + step));
/** iso_depthwise holds seven words. */
const STRUCTURE_BYTES = 28;

function isDepthwise(g: ConvGeometry): boolean {
  return (
    g.groups === g.inputChannels &&
    g.groups === g.outputChannels &&
    g.kernelHeight * g.kernelWidth <= TAPS_MOST
  );
}

/** Whether the loop over pointers runs it: lanes are predicated by whole words, four channels at a time. */
function inRuns(g: ConvGeometry): boolean {
  return g.kernelHeight * g.kernelWidth <= POINTERS_MOST && g.inputChannels % 4 === 0;
}

/** Undefined where a channel has more than one output, or rounding needs a shift to the left. */
export function chooseDepthwise(op: ConvOperation): KernelChoice | undefined {
  const g = op.geometry;
  const rounding = convRounding(op);
  if (!isDepthwise(g) || rounding === undefined) return undefined;
  // Two products of −128 · −128 would leave int16.
  if (op.weights.includes(-128)) return undefined;
  const channels = channelParameters(op);
  if (channels.some(({ left }) => left > 0)) return undefined;
  if (inRuns(g)) {
    return {
      file: `${FOLDER}/iso_helium_depthwise_runs.c`,
      shared: SHARED,
      scratchBytes: zeroBytes(g),
      // As below; positions that share a vector are read before one of them is written.
      positionsTogether: 1,
      emit: (context) => emitRuns(op, rounding, context),
    };
  }
  return {
    file: `${FOLDER}/iso_helium_depthwise.c`,
    shared: SHARED,
    scratchBytes: g.inputChannels,
    // The channels of a position are written one after the other, and read nothing but themselves.
    positionsTogether: 1,
    emit: (context) => emitDepthwise(op, rounding, context),
  };
}

function emitDepthwise(
  op: ConvOperation,
  rounding: TileRounding,
  context: EmitContext,
): EmittedOperation {
  const id = context.identifier;
  const g = op.geometry;
  const parameters = blockParameters(op, rounding);
  const blocks = Math.ceil(g.inputChannels / VECTOR);
  const taps = tapOffsets(op);
  const weights = context.weightTable(op.name, layout);
  return {
    constants:
      shapeConstant(id, g) +
      constantArray('int32_t', `${id}_parameters`, parameters) +
      constantArray('int32_t', `${id}_taps`, taps) +
      `static const iso_depthwise ${id}_layer = {
    .weights = ${weights}, .parameters = ${id}_parameters, .pairs = ${taps.length / 2},
    .shifts = ${rounding.highWord ? 0 : 1}, .offset = ${rounding.offset}, .low = ${rounding.clampLow}, .high = ${rounding.clampHigh},
};
`,
    call: `iso_helium_depthwise(${context.pointer(op.input)}, ${context.pointer(op.output)}, &${id}_shape, &${id}_layer, ${id}_taps, ${op.inputZeroPoint}, ${parameters.byteLength / blocks}, ${context.scratch()});`,
    constantBytes: SHAPE_BYTES + STRUCTURE_BYTES + parameters.byteLength + 4 * taps.length,
  };
}

/** Undefined where positions do not start with a byte of their mask. */
export function chooseDepthwiseGradient(op: ConvGradientOperation): KernelChoice | undefined {
  const g = op.geometry;
  if (!isDepthwise(g) || g.inputChannels % 8 !== 0 || op.shift !== 32) return undefined;
  const shared = inRuns(g) ? runLayout : layout;
  const taps = g.kernelHeight * g.kernelWidth;
  const blockBytes = VECTOR * (inRuns(g) ? taps : taps + (taps % 2));
  return {
    file: `${FOLDER}/iso_helium_depthwise_gradient.c`,
    shared: ['codegen/emit/portable/iso_covering.h', ...SHARED],
    scratchBytes: 0,
    positionsTogether: 1,
    emit: (context) => {
      const { identifier: id, pointer } = context;
      return {
        constants:
          shapeConstant(id, g) + constantArray('int32_t', `${id}_multiplier`, op.multiplier),
        call: `iso_helium_depthwise_gradient(${pointer(op.input)}, ${pointer(op.output)}, &${id}_shape, ${context.weightTable(op.conv, shared)}, ${blockBytes}, ${id}_multiplier, ${maskPointer(context, op.mask)}, ${op.limit});`,
        constantBytes: SHAPE_BYTES + op.multiplier.byteLength,
      };
    },
  };
}

/** What taps outside the input read: a whole row of it where kernels leave it at the top or the bottom. */
function zeroBytes(g: ConvGeometry): number {
  const bottom = (g.outputHeight - 1) * g.strideHeight + (g.kernelHeight - 1) * g.dilationHeight;
  const rowsLeave = g.padTop > 0 || bottom - g.padTop >= g.inputHeight;
  return (rowsLeave ? (g.outputWidth - 1) * g.strideWidth + 1 : 1) * g.inputChannels;
}

function emitRuns(
  op: ConvOperation,
  rounding: TileRounding,
  context: EmitContext,
): EmittedOperation {
  const id = context.identifier;
  const g = op.geometry;
  const parameters = blockParameters(op, rounding);
  const advance = singleBlockAdvance(g.inputChannels, g.strideWidth);
  const routine = depthwiseRoutine({
    taps: g.kernelHeight * g.kernelWidth,
    rounding,
    ...(advance === undefined ? {} : { advance }),
  });
  const weights = context.weightTable(op.name, runLayout);
  return {
    routines: [routine.text],
    constants: shapeConstant(id, g) + constantArray('int32_t', `${id}_parameters`, parameters),
    call: `iso_helium_depthwise_runs(${context.pointer(op.input)}, ${context.pointer(op.output)}, &${id}_shape, ${weights}, ${id}_parameters, ${op.inputZeroPoint}, ${context.scratch()}, ${zeroBytes(g)}, ${routine.name}, ${advance === undefined ? 0 : 1});`,
    constantBytes: SHAPE_BYTES + parameters.byteLength,
  };
}

/** By 16 channels: biases, multipliers and, unless all shifts are 32, (negative) shifts to the right. */
function blockParameters(op: ConvOperation, rounding: TileRounding): Int32Array {
  const channels = channelParameters(op);
  const fields = [
    'bias',
    'multiplier',
    ...(rounding.highWord ? [] : (['right'] as const)),
  ] as const;
  const words: number[] = [];
  for (let block = 0; block < channels.length; block += VECTOR) {
    for (const field of fields) {
      for (const lane of LANES)
        words.push(channels[channelOf(block + lane, op.geometry)]?.[field] ?? 0);
    }
  }
  return Int32Array.from(words);
}

/** Where 16 lanes are several positions side by side, each has all channels. */
function channelOf(lane: number, { inputChannels }: ConvGeometry): number {
  return VECTOR % inputChannels === 0 ? lane % inputChannels : lane;
}

/** Bytes from the first tap to each; an even number of them: a last one without weight reads the first. */
function tapOffsets({ geometry: g }: ConvOperation): readonly number[] {
  const offsets: number[] = [];
  for (let row = 0; row < g.kernelHeight; row += 1) {
    for (let column = 0; column < g.kernelWidth; column += 1) {
      const position = row * g.dilationHeight * g.inputWidth + column * g.dilationWidth;
      offsets.push(position * g.inputChannels);
    }
  }
  return offsets.length % 2 === 0 ? offsets : [...offsets, 0];
}

/** By 16 channels, for each tap; an even number of taps. */
const layout: WeightLayout = {
  name: 'channel_vectors',
  type: 'int8_t',
  pack: (conv) => packVectors(conv, 2),
};

/** The same with no tap more than there are. */
const runLayout: WeightLayout = {
  name: 'tap_vectors',
  type: 'int8_t',
  pack: (conv) => packVectors(conv, 1),
};

function packVectors({ geometry: g, weights }: ConvWeights, multiple: number): Int8Array {
  const taps = g.kernelHeight * g.kernelWidth;
  const padded = Math.ceil(taps / multiple) * multiple;
  const lanes = Math.ceil(g.inputChannels / VECTOR) * VECTOR;
  const packed = new Int8Array(padded * lanes);
  for (let lane = 0; lane < lanes; lane += 1) {
    const block = Math.floor(lane / VECTOR);
    for (let tap = 0; tap < taps; tap += 1) {
      packed[(block * padded + tap) * VECTOR + (lane % VECTOR)] =
        weights[channelOf(lane, g) * taps + tap] ?? 0;
    }
  }
  return packed;
}
