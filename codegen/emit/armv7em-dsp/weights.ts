import type { ConvGeometry } from '../../operators/conv-geometry.js';
import type { ConvWeights, WeightLayout } from '../backend.js';

/** Values of one kernel row, padded to whole words: what the expansion of activations writes. */
export function paddedRow(g: ConvGeometry): number {
  return Math.ceil((g.kernelWidth * g.inputChannels) / 4) * 4;
}

/** Four taps are one step of the inner loop. */
export function stepsOf(g: ConvGeometry): number {
  return (g.kernelHeight * paddedRow(g)) / 4;
}

/** Taps within four come in the order in which SXTB16 takes them apart. */
const SXTB16_ORDER = [0, 2, 1, 3] as const;

/**
 * Two output channels in one halfword, 256·w1 + w0, pair after pair; kernel rows padded to whole words, an odd last
 * channel paired with zeros. As many bytes as the weights themselves.
 */
export const pairsLayout: WeightLayout = {
  name: 'weight_pairs',
  type: 'int32_t',
  pack({ geometry: g, weights }: ConvWeights) {
    const row = g.kernelWidth * g.inputChannels;
    const padded = paddedRow(g);
    const pairs = Math.ceil(g.outputChannels / 2);
    const packed = new Int8Array(pairs * g.kernelHeight * padded * 2);
    const at = (m: number, kh: number, i: number): number =>
      m < g.outputChannels && i < row ? (weights[(m * g.kernelHeight + kh) * row + i] ?? 0) : 0;
    let to = 0;
    for (let pair = 0; pair < pairs; pair += 1) {
      for (let kh = 0; kh < g.kernelHeight; kh += 1) {
        for (let four = 0; four < padded; four += 4) {
          for (const tap of SXTB16_ORDER) {
            const low = at(2 * pair, kh, four + tap);
            packed[to] = low;
            packed[to + 1] = at(2 * pair + 1, kh, four + tap) - (low < 0 ? 1 : 0);
            to += 2;
          }
        }
      }
    }
    return new Int32Array(packed.buffer);
  },
};

/** Largest |Σ w·x| of int8 activations that the raw sum of a pair can tell from its neighbour. */
const PAIR_LIMIT = 2 ** 23;

/** Whether `pairsLayout` holds the weights: beside a negative one, -128 has no room. */
export function holdsPairs({ geometry: g, weights }: ConvWeights): boolean {
  const kernel = weights.length / g.outputChannels;
  return weights.every((weight, i) => weight !== -128 || Math.floor(i / kernel) % 2 === 0);
}

/** Whether sums of int8 activations can be formed on such pairs as they are: the upper channel's has 24 bits. */
export function fitsPairs(conv: ConvWeights): boolean {
  const { geometry: g, weights } = conv;
  if (!holdsPairs(conv)) return false;
  const kernel = weights.length / g.outputChannels;
  for (let m = 1; m < g.outputChannels; m += 2) {
    const upper = weights.subarray(m * kernel, (m + 1) * kernel);
    let reach = 0;
    for (const weight of upper) {
      reach += 128 * Math.abs(weight);
    }
    if (reach >= PAIR_LIMIT) return false;
  }
  return true;
}
