import type { GraphNode, Shape, TensorInfo } from '../../graph/graph.js';
import {
  inputName,
  intAttribute,
  intsAttribute,
  sizeOf,
  stringAttribute,
} from '../../graph/graph.js';
import { positiveAttribute } from '../../operators/conv-geometry.js';
import { requireShape, shapeError, unsupported } from '../../operators/require.js';
import type { Expansion, Inputs } from './expansion.js';

/**
 * ConvTranspose as what it is: zeros between the values (Pad with steps), then a convolution with the kernel reversed
 * and its channels exchanged. Gradient, quantisation and kernels are those of the convolution.
 */
export function expandConvTranspose(node: GraphNode, inputs: Inputs): Expansion {
  const x = requireShape(node, inputs, 0);
  const w = requireShape(node, inputs, 1);
  const rank = x.length - 2;
  const groups = intAttribute(node, 'group', 1);
  if ((rank !== 1 && rank !== 2) || w.length !== x.length || w[0] !== x[1]) {
    throw shapeError(node, `input [${x.join(', ')}] and weights [${w.join(', ')}]`);
  }
  if (groups < 1 || (x[1] ?? 0) % groups !== 0) throw shapeError(node, `${groups} groups`);
  const data = inputs[1]?.data;
  if (data === undefined) throw unsupported(node, 'weights are not constants');
  const strides = positiveAttribute(node, 'strides', rank, 1);
  const dilations = positiveAttribute(node, 'dilations', rank, 1);
  const pads = convolutionPads(node, x, w, strides, dilations);
  const spread = x.map((size, axis) =>
    axis < 2 ? size : (size - 1) * (strides[axis - 2] ?? 1) + 1,
  );
  const weights = `${node.name}/weights`;
  const spreadName = `${node.name}/spread`;
  const apart = strides.some((stride) => stride > 1);
  const spreading: GraphNode = {
    operator: 'Pad',
    name: spreadName,
    inputs: [inputName(node, 0)],
    outputs: [spreadName],
    attributes: { shape: spread, starts: x.map(() => 0), steps: [1, 1, ...strides] },
  };
  const convolution: GraphNode = {
    operator: 'Conv',
    name: node.name,
    inputs: [apart ? spreadName : inputName(node, 0), weights, ...node.inputs.slice(2)],
    outputs: node.outputs,
    attributes: { group: groups, dilations, pads, kernel_shape: w.slice(2) },
  };
  return {
    nodes: [...(apart ? [spreading] : []), convolution],
    constants: new Map([[weights, reversedKernel(w, data, groups)]]),
  };
}

/** Pads of the convolution: the reach of the kernel less the node's own, plus output_padding at the end. */
function convolutionPads(
  node: GraphNode,
  x: Shape,
  w: Shape,
  strides: readonly number[],
  dilations: readonly number[],
): readonly number[] {
  const rank = strides.length;
  const zeros = Array<number>(rank).fill(0);
  const mode = stringAttribute(node, 'auto_pad', 'NOTSET');
  const reach = zeros.map((_, i) => ((w[i + 2] ?? 1) - 1) * (dilations[i] ?? 1));
  const extra = intsAttribute(node, 'output_padding', zeros);
  const wanted = intsAttribute(node, 'output_shape', []);
  const given = intsAttribute(node, 'pads', [...zeros, ...zeros]);
  if (given.length !== 2 * rank || extra.length !== rank) {
    throw shapeError(node, `pads [${given.join(', ')}], output_padding [${extra.join(', ')}]`);
  }
  const begin: number[] = [];
  const end: number[] = [];
  for (let i = 0; i < rank; i += 1) {
    let [first, last] = [given[i] ?? 0, given[i + rank] ?? 0];
    const stride = strides[i] ?? 1;
    const full = ((x[i + 2] ?? 1) - 1) * stride + (reach[i] ?? 0) + 1 + (extra[i] ?? 0);
    if (mode === 'SAME_UPPER' || mode === 'SAME_LOWER' || wanted.length > 0) {
      const total = full - (wanted[wanted.length - rank + i] ?? (x[i + 2] ?? 1) * stride);
      const small = Math.floor(Math.max(0, total) / 2);
      const large = Math.max(0, total) - small;
      [first, last] = mode === 'SAME_UPPER' ? [small, large] : [large, small];
      if (total < 0) last = total;
    }
    begin.push((reach[i] ?? 0) - first);
    end.push((reach[i] ?? 0) - last + (extra[i] ?? 0));
  }
  if ([...begin, ...end].some((count) => count < 0)) {
    throw unsupported(node, `pads [${given.join(', ')}] beyond its kernel`);
  }
  return [...begin, ...end];
}

/** [in, out of the group, taps] → [out, in of the group, taps reversed]. */
function reversedKernel(w: Shape, data: Float32Array | Float64Array, groups: number): TensorInfo {
  const [inputs = 0, groupOut = 0, ...kernel] = w;
  const groupIn = inputs / groups;
  const taps = sizeOf(kernel);
  const reversed = new Float32Array(data.length);
  for (let i = 0; i < inputs; i += 1) {
    const group = Math.floor(i / groupIn);
    for (let o = 0; o < groupOut; o += 1) {
      for (let tap = 0; tap < taps; tap += 1) {
        const to = ((group * groupOut + o) * groupIn + (i % groupIn)) * taps + (taps - 1 - tap);
        reversed[to] = data[(i * groupOut + o) * taps + tap] ?? 0;
      }
    }
  }
  return { shape: [groupOut * groups, groupIn, ...kernel], elementType: 'float32', data: reversed };
}
