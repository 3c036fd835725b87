import type { GraphNode, Shape } from '../graph/graph.js';
import { floatAttribute, intAttribute, intsAttribute, sizeOf } from '../graph/graph.js';
import { onnxIndex } from './channels-last.js';
import type { OperatorRule } from './operator.js';
import { dataOf, requireShape, shapeError } from './require.js';

/** What a strided copy reads, in elements of the input as it lies on the device, channels last. */
export interface StridedWalk {
  readonly shape: Shape;
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  /** Positive; on the device only the meaning of a step changes. */
  readonly scale: number;
}

/**
 * Fills a tensor of `shape`, channels last, with the elements that a walk over `sizes` and `strides` meets. Not an ONNX
 * operator: what is left of Transpose, Reshape and Slice where the reader cannot walk in steps itself.
 */
export const stridedCopy: OperatorRule = {
  operator: 'StridedCopy',
  infer: (node, inputs) => [
    { shape: stridedWalk(node, requireShape(node, inputs, 0)).shape, elementType: 'float32' },
  ],
  evaluate(node, inputs) {
    const x = dataOf(node, inputs, 0);
    const { shape, sizes, strides, offset, scale } = stridedWalk(node, x.shape);
    const data = new Float32Array(sizeOf(shape));
    for (let to = 0; to < data.length; to += 1) {
      let position = offset;
      let rest = to;
      for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
        const size = sizes[axis] ?? 1;
        position += (rest % size) * (strides[axis] ?? 0);
        rest = Math.floor(rest / size);
      }
      data[onnxIndex(shape, to)] = scale * (x.data[onnxIndex(x.shape, position)] ?? NaN);
    }
    return [{ shape, data }];
  },
};

export function stridedWalk(node: GraphNode, from: Shape): StridedWalk {
  const walk = {
    shape: intsAttribute(node, 'shape', []),
    sizes: intsAttribute(node, 'sizes', []),
    strides: intsAttribute(node, 'strides', []),
    offset: intAttribute(node, 'offset', 0),
    scale: floatAttribute(node, 'scale', 1),
  };
  const reach = walk.sizes.map((size, axis) => (size - 1) * (walk.strides[axis] ?? 0));
  const least = reach.reduce((sum, step) => sum + Math.min(0, step), walk.offset);
  const most = reach.reduce((sum, step) => sum + Math.max(0, step), walk.offset);
  if (sizeOf(walk.sizes) !== sizeOf(walk.shape) || least < 0 || most >= sizeOf(from)) {
    throw shapeError(node, `a walk of [${walk.sizes.join(', ')}] over [${from.join(', ')}]`);
  }
  return walk;
}
