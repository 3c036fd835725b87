import type { ConvOperation } from '../../integer/conv.js';
import type { EmitContext, EmittedOperation, KernelChoice, WeightLayout } from '../backend.js';
import { constantArray } from '../c-text.js';
import { SHAPE_BYTES, shapeConstant } from '../portable/conv.js';
import { FOLDER, SHARED } from './folder.js';
import { channelParameters, convRounding } from './rounding.js';
import { VECTOR, type TileRounding } from './tile-assembly.js';

/** ISO_DEPTHWISE_TAPS. */
const TAPS_MOST = 32;
/** Channel in each lane of the four vectors of sums that iso_helium_depthwise_block widens to. */
const LANES = [0, 2, 1, 3].flatMap((first) => [0, 4, 8, 12].map((step) => first + step));
/** iso_depthwise holds seven words. */
const STRUCTURE_BYTES = 28;

/** Undefined where a channel has more than one output, or rounding needs a shift to the left. */
export function chooseDepthwise(op: ConvOperation): KernelChoice | undefined {
  const g = op.geometry;
  const rounding = convRounding(op);
  if (g.groups !== g.inputChannels || g.groups !== g.outputChannels) return undefined;
  if (g.kernelHeight * g.kernelWidth > TAPS_MOST || rounding === undefined) return undefined;
  // Two products of −128 · −128 would leave int16.
  if (op.weights.includes(-128)) return undefined;
  const channels = channelParameters(op, rounding);
  if (channels.some(({ left }) => left > 0)) return undefined;
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

/** By 16 channels: biases, multipliers and, unless all shifts are 32, (negative) shifts to the right. */
function blockParameters(op: ConvOperation, rounding: TileRounding): Int32Array {
  const channels = channelParameters(op, rounding);
  const fields = [
    'bias',
    'multiplier',
    ...(rounding.highWord ? [] : (['right'] as const)),
  ] as const;
  const words: number[] = [];
  for (let block = 0; block < channels.length; block += VECTOR) {
    for (const field of fields) {
      for (const lane of LANES) words.push(channels[block + lane]?.[field] ?? 0);
    }
  }
  return Int32Array.from(words);
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

const layout: WeightLayout = {
  name: 'channel_vectors',
  type: 'int8_t',
  pack({ geometry: g, weights }) {
    const taps = g.kernelHeight * g.kernelWidth;
    const padded = taps + (taps % 2);
    const packed = new Int8Array(Math.ceil(g.inputChannels / VECTOR) * padded * VECTOR);
    for (let channel = 0; channel < g.inputChannels; channel += 1) {
      const block = Math.floor(channel / VECTOR);
      for (let tap = 0; tap < taps; tap += 1) {
        packed[(block * padded + tap) * VECTOR + (channel % VECTOR)] =
          weights[channel * taps + tap] ?? 0;
      }
    }
    return packed;
  },
};
