import type { IntegerTensor } from '../integer/program.js';

/** What the codes of a tensor (channels last) stand for, in the float graph's order, channels first. */
export function realValues(tensor: IntegerTensor, values: ArrayLike<number>): Float64Array {
  const { channels, scale, zeroPoint, channelScale } = tensor;
  const positions = values.length / channels;
  return Float64Array.from({ length: values.length }, (_, i) => {
    const channel = Math.floor(i / positions);
    const code = values[(i % positions) * channels + channel] ?? 0;
    return (code - zeroPoint) * scale * (channelScale?.[channel] ?? 1);
  });
}
