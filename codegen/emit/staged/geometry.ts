/** The same convolution with fewer dimensions, where memory already lies that way. */
import type { ConvGeometry } from '../../operators/conv-geometry.js';

/**
 * A dense layer becomes one position with all inputs as channels, a pointwise one a signal without rows. Bytes of input,
 * output and weights stay where they are.
 */
export function flattened(g: ConvGeometry): ConvGeometry {
  const unpadded = g.padTop === 0 && g.padLeft === 0;
  const point = {
    ...g,
    ...{ kernelHeight: 1, kernelWidth: 1, strideHeight: 1, strideWidth: 1 },
    ...{ dilationHeight: 1, dilationWidth: 1, inputHeight: 1, outputHeight: 1 },
  };
  const onePosition = g.outputHeight === 1 && g.outputWidth === 1;
  const takesAll = g.kernelHeight === g.inputHeight && g.kernelWidth === g.inputWidth;
  if (g.groups === 1 && unpadded && onePosition && takesAll) {
    const inputChannels = g.inputHeight * g.inputWidth * g.inputChannels;
    return { ...point, inputChannels, inputWidth: 1, outputWidth: 1 };
  }
  const pointwise = g.kernelHeight === 1 && g.kernelWidth === 1;
  const everyPosition = g.strideHeight === 1 && g.strideWidth === 1;
  if (unpadded && pointwise && everyPosition) {
    const positions = g.inputHeight * g.inputWidth;
    return { ...point, inputWidth: positions, outputWidth: positions };
  }
  return g;
}
