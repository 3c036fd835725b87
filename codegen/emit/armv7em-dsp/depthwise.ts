import type { ConvOperation } from '../../integer/conv.js';
import type { ConvGradientOperation } from '../../integer/conv-gradient.js';
import type { ChoiceSetting, KernelChoice, WeightLayout } from '../backend.js';
import { constantArray } from '../c-text.js';
import { isCoveredDepthwise, SHAPE_BYTES, shapeConstant } from '../portable/conv.js';
import { maskPointer } from '../portable/emitter.js';
import { FOLDER, isInt8 } from './conv.js';
import { groupedScales } from './scales.js';

/** What the kernel's offset tables and unrolled loop hold (ISO_DSP_MOST_TAPS). */
const MOST_TAPS = 27;
/** Channels in the order in which SXTB16 takes a word apart. */
const SXTB16_ORDER = [0, 2, 1, 3] as const;

/** int16, four channels after four, tap after tap: one word for the channels (0, 2), one for (1, 3). */
const wordsLayout: WeightLayout = {
  name: 'weight_words',
  type: 'int32_t',
  pack({ geometry: g, weights }) {
    const taps = g.kernelHeight * g.kernelWidth;
    const packed = new Int16Array(weights.length);
    let to = 0;
    for (let quad = 0; quad < g.outputChannels; quad += 4) {
      for (let tap = 0; tap < taps; tap += 1) {
        for (const channel of SXTB16_ORDER) {
          packed[to] = weights[(quad + channel) * taps + tap] ?? 0;
          to += 1;
        }
      }
    }
    return new Int32Array(packed.buffer);
  },
};

/** Depthwise convolutions int8 → int8 of whole groups of four channels; undefined for others. */
export function chooseDepthwise(
  op: ConvOperation,
  { program }: ChoiceSetting,
): KernelChoice | undefined {
  const g = op.geometry;
  const taps = g.kernelHeight * g.kernelWidth;
  if (g.groups !== g.inputChannels || g.groups !== g.outputChannels) return undefined;
  if (g.groups % 4 !== 0 || taps > MOST_TAPS || !isInt8(op, program)) return undefined;
  const scales = groupedScales(op, 4);
  if (scales === undefined) return undefined;
  return {
    file: `${FOLDER}/iso_dsp_depthwise.c`,
    shared: [`${FOLDER}/iso_dsp_clamp.h`],
    scratchBytes: taps * g.inputChannels,
    positionsTogether: 1,
    emit({ identifier: id, pointer, scratch, weightTable }) {
      return {
        constants: shapeConstant(id, g) + constantArray('int32_t', `${id}_scales`, scales),
        call: `iso_dsp_depthwise(${pointer(op.input)}, ${pointer(op.output)}, &${id}_shape, ${weightTable(op.name, wordsLayout)}, ${id}_scales, ${op.inputZeroPoint}, ${op.clampLow}, ${op.clampHigh}, ${scratch()});`,
        constantBytes: SHAPE_BYTES + scales.byteLength,
      };
    },
  };
}

/** Undefined where the forward convolution has other tables: its weights are not kept twice. */
export function chooseDepthwiseGradient(
  op: ConvGradientOperation,
  setting: ChoiceSetting,
): KernelChoice | undefined {
  const g = op.geometry;
  if (!isCoveredDepthwise(g) || op.shift !== 32) return undefined;
  const forward = setting.program.operations.find(
    ({ kind, name }) => kind === 'conv' && name === op.conv,
  );
  if (forward?.kind !== 'conv' || chooseDepthwise(forward, setting) === undefined) return undefined;
  return {
    file: `${FOLDER}/iso_dsp_depthwise_gradient.c`,
    shared: ['codegen/emit/portable/iso_covering.h', `${FOLDER}/iso_dsp_gradient.h`],
    scratchBytes: 0,
    positionsTogether: 1,
    emit: (context) => {
      const { identifier: id, pointer } = context;
      return {
        constants:
          shapeConstant(id, g) + constantArray('int32_t', `${id}_multiplier`, op.multiplier),
        call: `iso_dsp_depthwise_gradient(${pointer(op.input)}, ${pointer(op.output)}, &${id}_shape, ${context.weightTable(op.conv, wordsLayout)}, ${id}_multiplier, ${maskPointer(context, op.mask)}, ${op.limit});`,
        constantBytes: SHAPE_BYTES + op.multiplier.byteLength,
      };
    },
  };
}
