import type { ConvOperation } from '../../integer/conv.js';
import type { ConvGeometry } from '../../operators/conv-geometry.js';
import type { ChoiceSetting, ConvWeights, KernelChoice, WeightLayout } from '../backend.js';
import { constantArray } from '../c-text.js';
import { SHAPE_BYTES, shapeConstant } from '../portable/conv.js';
import { FOLDER, isInt8 } from './conv.js';
import { groupedScales } from './scales.js';

/** Flash that the transformed weights of one layer may take: 2.8 times those of the layer itself. */
const MOST_TABLE_BYTES = { flash: 0, balanced: 24_576, speed: Infinity } as const;
/** Keeps every sum, of 127 · 4 · 255 a product at most, within int32. */
const MOST_TAPS = 8192;
/** Input channels in the order in which SXTB16 takes a word apart: two words of two. */
const SXTB16_ORDER = [0, 2, 1, 3] as const;

/** Weight tables of S0, S1, P and Q: for each group of taps the factor of each tap (iso_dsp_winograd.c). */
type Group = readonly { readonly tap: number; readonly factor: number }[];

function sumsOf(kernelWidth: number): readonly (readonly Group[])[] {
  const three = kernelWidth === 5 ? 0 : 1;
  const twos = kernelWidth === 5 ? [1] : [0, 4];
  const [a, b, c] = [three, three + 2, three + 4];
  const group = (...taps: readonly (readonly [number, number])[]): Group =>
    taps.map(([tap, factor]) => ({ tap, factor }));
  return [
    [group([a, 1]), ...twos.map((two) => group([two, 1]))],
    [group([c, 1]), ...twos.map((two) => group([two + 2, 1]))],
    [group([a, 1], [b, 1], [c, 1]), ...twos.map((two) => group([two, 2], [two + 2, 2]))],
    [group([a, 1], [b, -1], [c, 1])],
  ];
}

/** int16: of each pair of output channels the four sums, group after group; each two words of a channel beside the other's. */
const transformedLayout: WeightLayout = {
  name: 'winograd',
  type: 'int32_t',
  pack({ geometry: g, weights }: ConvWeights) {
    const channels = g.inputChannels;
    const sums = sumsOf(g.kernelWidth);
    const packed = new Int16Array(tableBytes(g) / 2);
    let to = 0;
    const value = (m: number, group: Group, channel: number): number =>
      group.reduce(
        (sum, { tap, factor }) =>
          sum + factor * (weights[(m * g.kernelWidth + tap) * channels + channel] ?? 0),
        0,
      );
    for (let pair = 0; pair < g.outputChannels; pair += 2) {
      for (const group of sums.flat()) {
        for (let quad = 0; quad < channels; quad += 4) {
          for (const half of [0, 2]) {
            for (const m of [pair, pair + 1]) {
              packed[to] = value(m, group, quad + (SXTB16_ORDER[half] ?? 0));
              packed[to + 1] = value(m, group, quad + (SXTB16_ORDER[half + 1] ?? 0));
              to += 2;
            }
          }
        }
      }
    }
    return new Int32Array(packed.buffer);
  },
};

function products(g: ConvGeometry): number {
  return sumsOf(g.kernelWidth).flat().length;
}

function tableBytes(g: ConvGeometry): number {
  return 2 * products(g) * g.inputChannels * g.outputChannels;
}

/** One-dimensional convolutions int8 → int8 of 5 or 7 taps in steps of two; undefined for others, or where flash is dear. */
export function chooseWinograd(
  op: ConvOperation,
  { program, optimize }: ChoiceSetting,
): KernelChoice | undefined {
  const g = op.geometry;
  if (g.groups !== 1 || g.inputHeight !== 1 || g.kernelHeight !== 1 || g.outputHeight !== 1) {
    return undefined;
  }
  if ((g.kernelWidth !== 5 && g.kernelWidth !== 7) || g.strideWidth !== 2) return undefined;
  if (g.dilationWidth !== 1 || g.inputChannels % 4 !== 0 || g.outputChannels % 2 !== 0) {
    return undefined;
  }
  if (!isInt8(op, program) || g.kernelWidth * g.inputChannels > MOST_TAPS) return undefined;
  const scales = groupedScales(op, 2);
  if (scales === undefined || tableBytes(g) > MOST_TABLE_BYTES[optimize]) return undefined;
  return {
    file: `${FOLDER}/iso_dsp_winograd.c`,
    shared: [`${FOLDER}/iso_dsp_clamp.h`],
    // Two tiles, the window of one at a border, four rows of output.
    scratchBytes:
      4 * products(g) * g.inputChannels +
      (g.kernelWidth + 2) * g.inputChannels +
      4 * g.outputChannels,
    positionsTogether: 1,
    emit({ identifier: id, pointer, scratch, weightTable }) {
      return {
        constants: shapeConstant(id, g) + constantArray('int32_t', `${id}_scales`, scales),
        call: `iso_dsp_winograd(${pointer(op.input)}, ${pointer(op.output)}, &${id}_shape, ${weightTable(op.name, transformedLayout)}, ${id}_scales, ${op.inputZeroPoint}, ${op.clampLow}, ${op.clampHigh}, ${scratch()});`,
        constantBytes: SHAPE_BYTES + scales.byteLength,
      };
    },
  };
}
