import type { ConvGeometry } from '../operators/conv-geometry.js';

/** Weights of one convolution in int8, per-channel symmetric, in the program's order. */
export interface QuantizedWeights {
  readonly owner: string;
  readonly geometry: ConvGeometry;
  /** [output channel][kernel row][kernel column][input channel of the group]. */
  readonly values: Int8Array;
  /** Real value of one step, per output channel. */
  readonly scale: Float64Array;
  /** Σ of an output channel's int8 weights. */
  readonly sums: Int32Array;
}

/** Keeps a bias of an almost dead channel within int32: |b| / (s_in · s_w) below 2^29. */
const LARGEST_BIAS = 2 ** 29;

/**
 * @param weights ONNX order [output][input of the group][row][column]
 * @param bias real, per output channel
 * @param inputScale real value of one input step
 * @param outputScale real value of one output step
 */
export function quantizeWeights(
  owner: string,
  geometry: ConvGeometry,
  weights: Float32Array,
  bias: Float32Array,
  inputScale: number,
  outputScale: number,
): QuantizedWeights {
  const { outputChannels, kernelHeight, kernelWidth, groups } = geometry;
  const groupIn = geometry.inputChannels / groups;
  const taps = kernelHeight * kernelWidth;
  const values = new Int8Array(outputChannels * taps * groupIn);
  const scale = new Float64Array(outputChannels);
  const sums = new Int32Array(outputChannels);
  for (let m = 0; m < outputChannels; m += 1) {
    const row = weights.subarray(m * groupIn * taps, (m + 1) * groupIn * taps);
    const largest = row.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const step = Math.max(
      largest / 127,
      Math.abs(bias[m] ?? 0) / (inputScale * LARGEST_BIAS),
      (256 * outputScale) / (inputScale * LARGEST_BIAS),
    );
    scale[m] = step;
    let sum = 0;
    for (let tap = 0; tap < taps; tap += 1) {
      for (let c = 0; c < groupIn; c += 1) {
        const quantized = Math.round((row[c * taps + tap] ?? 0) / step);
        values[(m * taps + tap) * groupIn + c] = quantized;
        sum += quantized;
      }
    }
    sums[m] = sum;
  }
  return { owner, geometry, values, scale, sums };
}
