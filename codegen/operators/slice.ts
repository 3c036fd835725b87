import type { GraphNode, Shape } from '../graph/graph.js';
import { floatAttribute, inputName, intsAttribute, sizeOf } from '../graph/graph.js';
import type { OperatorRule } from './operator.js';
import { dataOf, requireShape, shapeError } from './require.js';
import { arrayLike, eachStrided, gatherStrided, stridesOf } from './strides.js';

/** A regular subset of a tensor: along each axis index = start + step · (0 … size−1). Steps may be negative. */
export interface Box {
  readonly starts: readonly number[];
  readonly steps: readonly number[];
  readonly sizes: readonly number[];
}

/** Linear offset of a box's first element and the stride of each of its axes in a tensor of `shape`. */
export function boxStrides(
  box: Box,
  strides: readonly number[],
): { readonly offset: number; readonly strides: readonly number[] } {
  return {
    offset: strides.reduce((sum, stride, axis) => sum + stride * (box.starts[axis] ?? 0), 0),
    strides: strides.map((stride, axis) => stride * (box.steps[axis] ?? 1)),
  };
}

function boxOf(node: GraphNode, sizes: readonly number[], outer: Shape): Box {
  const starts = intsAttribute(node, 'starts', []);
  const steps = intsAttribute(node, 'steps', []);
  const inside = outer.every((size, axis) => {
    const first = starts[axis] ?? -1;
    const last = first + ((sizes[axis] ?? 0) - 1) * (steps[axis] ?? 0);
    return steps[axis] !== 0 && first >= 0 && first < size && last >= 0 && last < size;
  });
  if (starts.length !== outer.length || sizes.length !== outer.length || !inside) {
    throw shapeError(node, `a box [${sizes.join(', ')}] of [${outer.join(', ')}]`);
  }
  return { starts, steps, sizes };
}

export function sliceBox(node: GraphNode, x: Shape): Box {
  return boxOf(node, intsAttribute(node, 'sizes', []), x);
}

export function padBox(node: GraphNode, x: Shape): Box {
  return boxOf(node, x, intsAttribute(node, 'shape', []));
}

/** Slice as the import writes it: attributes `starts`, `sizes` and `steps`, one number for each axis. */
export const slice: OperatorRule = {
  operator: 'Slice',
  infer(node, inputs) {
    const box = sliceBox(node, requireShape(node, inputs, 0));
    return [{ shape: box.sizes, elementType: inputs[0]?.elementType ?? 'float32' }];
  },
  evaluate(node, inputs) {
    const x = dataOf(node, inputs, 0);
    const box = sliceBox(node, x.shape);
    const { offset, strides } = boxStrides(box, stridesOf(x.shape));
    return [gatherStrided(x, box.sizes, strides, offset)];
  },
  gradient(node, builder) {
    const shape = builder.shapeOf(inputName(node, 0));
    const { starts, steps } = sliceBox(node, shape);
    return [[0, builder.add('Pad', [builder.outputGradient], { shape, starts, steps })]];
  },
};

/**
 * Pad as the import writes it, the counterpart of Slice: the input lies in a tensor of attribute `shape` at `starts`,
 * `steps` apart (zeros between values are what a transposed convolution needs); `value` is everywhere else.
 */
export const pad: OperatorRule = {
  operator: 'Pad',
  infer(node, inputs) {
    padBox(node, requireShape(node, inputs, 0));
    return [
      {
        shape: intsAttribute(node, 'shape', []),
        elementType: inputs[0]?.elementType ?? 'float32',
      },
    ];
  },
  evaluate(node, inputs) {
    const x = dataOf(node, inputs, 0);
    const shape = intsAttribute(node, 'shape', []);
    const { offset, strides } = boxStrides(padBox(node, x.shape), stridesOf(shape));
    const data = arrayLike(x.data, sizeOf(shape)).fill(floatAttribute(node, 'value', 0));
    eachStrided(x.shape, strides, offset, (position, index) => {
      data[position] = x.data[index] ?? 0;
    });
    return [{ shape, data }];
  },
  gradient(node, builder) {
    const { starts, steps, sizes } = padBox(node, builder.shapeOf(inputName(node, 0)));
    return [[0, builder.add('Slice', [builder.outputGradient], { starts, sizes, steps })]];
  },
};
