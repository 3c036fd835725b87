import type { Shape } from '../graph/graph.js';
import { sizeOf } from '../graph/graph.js';
import type { FloatTensor } from './operator.js';

/** Elements between neighbours along each axis, outermost first. */
export function stridesOf(shape: Shape): readonly number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** An array of the same kind (float32, or doubles that hold int64). */
export function arrayLike(data: FloatTensor['data'], length: number): FloatTensor['data'] {
  return data instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
}

/**
 * Visits every index of `shape` in order with the linear position offset + Σ index·stride.
 * @param visit gets that position and the running number of the index
 */
export function eachStrided(
  shape: Shape,
  strides: readonly number[],
  offset: number,
  visit: (position: number, index: number) => void,
): void {
  const count = sizeOf(shape);
  const counters = shape.map(() => 0);
  let position = offset;
  for (let index = 0; index < count; index += 1) {
    visit(position, index);
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const next = (counters[axis] ?? 0) + 1;
      position += strides[axis] ?? 0;
      if (next < (shape[axis] ?? 1)) {
        counters[axis] = next;
        break;
      }
      counters[axis] = 0;
      position -= next * (strides[axis] ?? 0);
    }
  }
}

/** Values of `x` at the strided positions, as a tensor of `shape`. */
export function gatherStrided(
  x: FloatTensor,
  shape: Shape,
  strides: readonly number[],
  offset: number,
): FloatTensor {
  const data = arrayLike(x.data, sizeOf(shape));
  eachStrided(shape, strides, offset, (position, index) => {
    data[index] = x.data[position] ?? 0;
  });
  return { shape, data };
}

/** Strides that read a tensor of `from` as if it had the broadcast shape `to`: zero where it repeats. */
export function broadcastStrides(from: Shape, to: Shape): readonly number[] {
  const strides = stridesOf(from);
  const missing = to.length - from.length;
  return to.map((_, axis) => (from[axis - missing] === 1 ? 0 : (strides[axis - missing] ?? 0)));
}
