/** The order in which convolution kernels read and write, from which the planner knows what may overlap. */
import type { ConvGeometry } from '../operators/conv-geometry.js';
import type { Overlap } from './kernel.js';
import { bytesOf, type IntegerTensor } from './program.js';

/**
 * Bytes by which the input must lie above an output that is written over it.
 * @param needs for each output position in order, the lowest input position that it reads
 * @param positionsTogether n: when a position is written, the inputs of the n − 1 in front of it may still be read
 * @param inputPositions as the operation sees its input, which may be a view of a tensor of another shape
 */
export function overlapGap(
  input: IntegerTensor,
  output: IntegerTensor,
  needs: Float64Array,
  positionsTogether: number,
  inputPositions = input.height * input.width,
): number {
  const inputBytes = bytesOf(input) / inputPositions;
  const outputBytes = bytesOf(output) / needs.length;
  // Whatever a position or any later one reads.
  const lowest = Float64Array.from(needs);
  for (let i = lowest.length - 2; i >= 0; i -= 1) {
    lowest[i] = Math.min(lowest[i] ?? 0, lowest[i + 1] ?? 0);
  }
  let gap = 0;
  for (let position = 0; position < needs.length; position += 1) {
    const stillRead = lowest[Math.max(0, position - positionsTogether + 1)] ?? 0;
    gap = Math.max(gap, (position + 1) * outputBytes - stillRead * inputBytes);
  }
  return gap;
}

/** For each output position of a convolution in order: the lowest input position that it reads. */
export function convNeeds(g: ConvGeometry): Float64Array {
  const needs = new Float64Array(g.outputHeight * g.outputWidth);
  for (let oh = 0; oh < g.outputHeight; oh += 1) {
    for (let ow = 0; ow < g.outputWidth; ow += 1) {
      const row = Math.max(0, oh * g.strideHeight - g.padTop);
      const column = Math.max(0, ow * g.strideWidth - g.padLeft);
      needs[oh * g.outputWidth + ow] = row * g.inputWidth + column;
    }
  }
  return needs;
}

/** The same for the gradient of a convolution: its output is the conv's input. */
export function convGradientNeeds(g: ConvGeometry): Float64Array {
  const needs = new Float64Array(g.inputHeight * g.inputWidth).fill(Infinity);
  for (let row = 0; row < g.inputHeight; row += 1) {
    const oh = firstCovering(row + g.padTop, g.kernelHeight, g.dilationHeight, g.strideHeight);
    for (let column = 0; column < g.inputWidth; column += 1) {
      const ow = firstCovering(column + g.padLeft, g.kernelWidth, g.dilationWidth, g.strideWidth);
      needs[row * g.inputWidth + column] = oh * g.outputWidth + ow;
    }
  }
  return needs;
}

/** Lowest output index whose window can cover the padded input index; a bound, clipped to zero. */
function firstCovering(padded: number, kernel: number, dilation: number, stride: number): number {
  return Math.max(0, Math.ceil((padded - (kernel - 1) * dilation) / stride));
}

export function convMacs(g: ConvGeometry): number {
  const perOutput = g.kernelHeight * g.kernelWidth * (g.inputChannels / g.groups);
  return g.outputHeight * g.outputWidth * g.outputChannels * perOutput;
}

/** Overlaps of an operation that reads each element of `inputs` once, in the order of its output. */
export function elementwiseOverlaps(
  inputs: readonly string[],
  output: string,
  tensor: (name: string) => IntegerTensor,
): readonly Overlap[] {
  // Where an element of the output is wider than one of the input, writing must not overtake reading.
  const room = bytesOf(tensor(output));
  return inputs.map((input) => ({ input, gap: Math.max(0, room - bytesOf(tensor(input))) }));
}
