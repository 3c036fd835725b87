import type { GraphNode, Shape } from '../graph/graph.js';
import { intAttribute, intsAttribute, nodeError, stringAttribute } from '../graph/graph.js';

/** A convolution seen as 2-D; a 1-D signal has height 1. Sizes in elements. */
export interface ConvGeometry {
  readonly inputChannels: number;
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly outputChannels: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly groups: number;
}

const DAMAGED = 'The model file is damaged or not valid ONNX; export it again.';

/**
 * Reads kernel, strides, dilations and padding (explicit or auto_pad) of a Conv node.
 * @param x shape [1, C, L] or [1, C, H, W]
 * @param w shape [M, C/groups, k] or [M, C/groups, kh, kw]
 * @throws IsochroneError MODEL_BAD_SHAPE when they do not fit each other
 */
export function convGeometry(node: GraphNode, x: Shape, w: Shape): ConvGeometry {
  const bad = (message: string): Error => nodeError('', node, 'MODEL_BAD_SHAPE', message, DAMAGED);
  const rank = x.length - 2;
  if ((rank !== 1 && rank !== 2) || w.length !== x.length) {
    throw bad(`only 1-D and 2-D convolutions: input [${x.join(', ')}], weights [${w.join(', ')}]`);
  }
  const groups = intAttribute(node, 'group', 1);
  const [, inputChannels = 0, ...spatial] = x;
  const [outputChannels = 0, channelsPerGroup = 0, ...kernel] = w;
  if (groups < 1 || channelsPerGroup * groups !== inputChannels || outputChannels % groups !== 0) {
    throw bad(
      `weights [${w.join(', ')}] do not fit ${inputChannels} input channels in ${groups} groups`,
    );
  }
  const strides = positiveAttribute(node, 'strides', rank, 1);
  const dilations = positiveAttribute(node, 'dilations', rank, 1);
  const declared = intsAttribute(node, 'kernel_shape', kernel);
  if (declared.length !== rank || declared.some((size, i) => size !== kernel[i])) {
    throw bad(`kernel_shape [${declared.join(', ')}] is not that of the weights [${w.join(', ')}]`);
  }
  const pads = resolvePads(node, spatial, kernel, strides, dilations);
  const output = spatial.map((size, i) => {
    const reach = ((kernel[i] ?? 1) - 1) * (dilations[i] ?? 1) + 1;
    const padded = size + (pads[i] ?? 0) + (pads[i + rank] ?? 0);
    return Math.floor((padded - reach) / (strides[i] ?? 1)) + 1;
  });
  if (output.some((size) => size < 1) || kernel.some((size) => size < 1)) {
    throw bad(`the kernel [${kernel.join(', ')}] is larger than its padded input`);
  }
  const at = (values: readonly number[], axis: 0 | 1, absent: number): number =>
    rank === 2 ? (values[axis] ?? absent) : axis === 1 ? (values[0] ?? absent) : absent;
  return {
    inputChannels,
    inputHeight: at(spatial, 0, 1),
    inputWidth: at(spatial, 1, 1),
    outputChannels,
    outputHeight: at(output, 0, 1),
    outputWidth: at(output, 1, 1),
    kernelHeight: at(kernel, 0, 1),
    kernelWidth: at(kernel, 1, 1),
    strideHeight: at(strides, 0, 1),
    strideWidth: at(strides, 1, 1),
    dilationHeight: at(dilations, 0, 1),
    dilationWidth: at(dilations, 1, 1),
    padTop: at(pads, 0, 0),
    padLeft: at(pads, 1, 0),
    groups,
  };
}

export function positiveAttribute(
  node: GraphNode,
  key: string,
  rank: number,
  fallback: number,
): readonly number[] {
  const values = intsAttribute(node, key, Array<number>(rank).fill(fallback));
  if (values.length !== rank || values.some((value) => value < 1 || value > 65_536)) {
    throw nodeError(
      '',
      node,
      'MODEL_BAD_ATTRIBUTE',
      `attribute "${key}" must be ${rank} positive numbers, got [${values.join(', ')}]`,
      DAMAGED,
    );
  }
  return values;
}

export function resolvePads(
  node: GraphNode,
  spatial: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): readonly number[] {
  const rank = spatial.length;
  const mode = stringAttribute(node, 'auto_pad', 'NOTSET');
  if (mode === 'NOTSET') {
    const pads = intsAttribute(node, 'pads', Array<number>(2 * rank).fill(0));
    if (pads.length !== 2 * rank || pads.some((pad) => pad < 0 || pad > 65_536)) {
      throw nodeError(
        '',
        node,
        'MODEL_BAD_ATTRIBUTE',
        `attribute "pads" must be ${2 * rank} numbers from 0, got [${pads.join(', ')}]`,
        DAMAGED,
      );
    }
    return pads;
  }
  if (mode === 'VALID') return Array<number>(2 * rank).fill(0);
  if (mode !== 'SAME_UPPER' && mode !== 'SAME_LOWER') {
    throw nodeError(
      '',
      node,
      'MODEL_BAD_ATTRIBUTE',
      `auto_pad "${mode}" is not known`,
      'Use NOTSET, VALID, SAME_UPPER or SAME_LOWER.',
    );
  }
  const begin: number[] = [];
  const end: number[] = [];
  spatial.forEach((size, i) => {
    const stride = strides[i] ?? 1;
    const reach = ((kernel[i] ?? 1) - 1) * (dilations[i] ?? 1) + 1;
    const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size);
    const small = Math.floor(total / 2);
    begin.push(mode === 'SAME_UPPER' ? small : total - small);
    end.push(mode === 'SAME_UPPER' ? total - small : small);
  });
  return [...begin, ...end];
}
