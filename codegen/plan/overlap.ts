import type { IntegerOperation, IntegerProgram } from '../integer/program.js';
import { bytesOf, integerTensor } from '../integer/program.js';
import type { ConvGeometry } from '../operators/conv-geometry.js';

/** An output that may lie over the tensor it is computed from, when that tensor dies there. */
export interface Overlap {
  readonly input: string;
  /**
   * The input must start at least this many bytes above the output: kernels walk their output upwards, position by
   * position, and by then have read what lies below.
   */
  readonly gap: number;
}

/** The overlaps that the kernels' order of work allows; relied on by every backend (see docs/architecture.md). */
export function overlapsOf(
  program: IntegerProgram,
  operation: IntegerOperation,
): readonly Overlap[] {
  switch (operation.kind) {
    case 'conv': {
      const needs = forwardNeeds(operation.geometry);
      return [{ input: operation.input, gap: gapOf(program, operation, operation.input, needs) }];
    }
    case 'convGradient': {
      const needs = gradientNeeds(operation.geometry);
      return [{ input: operation.input, gap: gapOf(program, operation, operation.input, needs) }];
    }
    case 'relu':
      return [{ input: operation.input, gap: 0 }];
    case 'add':
      return [
        { input: operation.inputA, gap: 0 },
        { input: operation.inputB, gap: 0 },
      ];
    case 'gradientMerge':
      return [operation.inputA, operation.inputB]
        .filter((name) => name !== undefined)
        .map((input) => ({ input, gap: 0 }));
    case 'averagePool':
    case 'averagePoolGradient':
    case 'packSigns':
      return [];
  }
}

/**
 * @param needs for each output position in order, the lowest input position that it reads (Infinity: none)
 */
function gapOf(
  program: IntegerProgram,
  operation: IntegerOperation,
  inputName: string,
  needs: Float64Array,
): number {
  const input = integerTensor(program, inputName);
  const output = integerTensor(program, operation.output);
  const inputBytes = bytesOf(input) / (input.height * input.width);
  const outputBytes = bytesOf(output) / (output.height * output.width);
  let lowest = Infinity;
  let gap = 0;
  for (let position = needs.length - 1; position >= 0; position -= 1) {
    // Whatever any later position reads must still be there.
    lowest = Math.min(lowest, needs[position] ?? 0);
    const written = (position + 1) * outputBytes;
    const kept = lowest === Infinity ? bytesOf(input) : lowest * inputBytes;
    gap = Math.max(gap, written - kept);
  }
  return gap;
}

function forwardNeeds(g: ConvGeometry): Float64Array {
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

function gradientNeeds(g: ConvGeometry): Float64Array {
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
