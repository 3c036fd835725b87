import type { GraphNode, Shape } from '../graph/graph.js';
import { floatAttribute, inputName, intAttribute, intsAttribute, sizeOf } from '../graph/graph.js';
import { onnxIndex } from './channels-last.js';
import type { OperatorRule } from './operator.js';
import { dataOf, requireShape, shapeError } from './require.js';
import { eachStrided } from './strides.js';

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
    const walk = stridedWalk(node, x.shape);
    const data = new Float32Array(sizeOf(walk.shape));
    eachStrided(walk.sizes, walk.strides, walk.offset, (position, to) => {
      const value = x.data[onnxIndex(x.shape, position)] ?? NaN;
      data[onnxIndex(walk.shape, to)] = walk.scale * value;
    });
    return [{ shape: walk.shape, data }];
  },
  gradient: (node, builder) => [
    [
      0,
      builder.add('StridedScatter', [builder.outputGradient], {
        ...node.attributes,
        shape: builder.shapeOf(inputName(node, 0)),
      }),
    ],
  ],
};

/**
 * The other way: a tensor of `shape`, zero but where the walk over it meets an element; it gets the input's next one,
 * both channels last. No element is met twice. Not an ONNX operator.
 */
export const stridedScatter: OperatorRule = {
  operator: 'StridedScatter',
  infer(node, inputs) {
    const walk = scatterWalk(node);
    if (sizeOf(requireShape(node, inputs, 0)) !== sizeOf(walk.sizes)) {
      throw shapeError(node, `a walk of [${walk.sizes.join(', ')}]`);
    }
    return [{ shape: walk.shape, elementType: 'float32' }];
  },
  evaluate(node, inputs) {
    const dy = dataOf(node, inputs, 0);
    const walk = scatterWalk(node);
    const data = new Float32Array(sizeOf(walk.shape));
    eachStrided(walk.sizes, walk.strides, walk.offset, (position, from) => {
      data[onnxIndex(walk.shape, position)] =
        walk.scale * (dy.data[onnxIndex(dy.shape, from)] ?? NaN);
    });
    return [{ shape: walk.shape, data }];
  },
};

export function scatterWalk(node: GraphNode): StridedWalk {
  return checkedWalk(node, intsAttribute(node, 'shape', []));
}

export function stridedWalk(node: GraphNode, from: Shape): StridedWalk {
  const walk = walkAttributes(node);
  if (sizeOf(walk.sizes) !== sizeOf(walk.shape)) {
    throw shapeError(node, `a walk of [${walk.sizes.join(', ')}] into [${walk.shape.join(', ')}]`);
  }
  return checkedWalk(node, from);
}

/** The walk, inside of a tensor of shape `within`. */
function checkedWalk(node: GraphNode, within: Shape): StridedWalk {
  const walk = walkAttributes(node);
  const reach = walk.sizes.map((size, axis) => (size - 1) * (walk.strides[axis] ?? 0));
  const least = reach.reduce((sum, step) => sum + Math.min(0, step), walk.offset);
  const most = reach.reduce((sum, step) => sum + Math.max(0, step), walk.offset);
  if (least < 0 || most >= sizeOf(within)) {
    throw shapeError(node, `a walk of [${walk.sizes.join(', ')}] over [${within.join(', ')}]`);
  }
  return walk;
}

function walkAttributes(node: GraphNode): StridedWalk {
  return {
    shape: intsAttribute(node, 'shape', []),
    sizes: intsAttribute(node, 'sizes', []),
    strides: intsAttribute(node, 'strides', []),
    offset: intAttribute(node, 'offset', 0),
    scale: floatAttribute(node, 'scale', 1),
  };
}
