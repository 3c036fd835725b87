/**
 * A tensor seen as a strided window of another one. Transpose, Reshape, Slice and their like move no value on a device
 * that can walk memory in steps: a chain of them is one view of the tensor at its root.
 */
import type { Shape } from '../graph/graph.js';
import { sizeOf } from '../graph/graph.js';

export interface View {
  /** The tensor that is in memory, channels last. */
  readonly base: string;
  readonly shape: Shape;
  /** Elements from the start of the base. */
  readonly offset: number;
  /** Elements between neighbours along each axis; may be negative. */
  readonly strides: readonly number[];
  /** The view's values are the base's times this. */
  readonly scale: number;
}

/** A tensor of ONNX's shape [1, channels, spatial…] as it lies in memory, channels last. */
export function canonicalView(base: string, shape: Shape): View {
  return { base, shape, offset: 0, strides: canonicalStrides(shape), scale: 1 };
}

export function canonicalStrides(shape: Shape): readonly number[] {
  const [, channels = 1, ...spatial] = shape;
  return [
    sizeOf(shape),
    1,
    ...spatial.map((_, axis) => channels * sizeOf(spatial.slice(axis + 1))),
  ];
}

export function transposed(view: View, permutation: readonly number[]): View {
  return {
    ...view,
    shape: permutation.map((axis) => view.shape[axis] ?? 1),
    strides: permutation.map((axis) => view.strides[axis] ?? 0),
  };
}

/** `count` elements from `start` on, `step` apart, along one axis. */
export function sliced(view: View, axis: number, start: number, count: number, step = 1): View {
  const stride = view.strides[axis] ?? 0;
  return {
    ...view,
    offset: view.offset + start * stride,
    shape: view.shape.map((size, i) => (i === axis ? count : size)),
    strides: view.strides.map((other, i) => (i === axis ? other * step : other)),
  };
}

/** The same values in the same order under another shape; undefined where that takes more than steps. */
export function reshaped(view: View, shape: Shape): View | undefined {
  const strides = new Array<number>(shape.length).fill(0);
  // Both shapes from the last axis on: as soon as products meet, a group of old axes makes a group of new ones.
  const old = view.shape.flatMap((size, axis) =>
    size === 1 ? [] : [{ size, stride: view.strides[axis] ?? 0 }],
  );
  const runs = mergeRuns(old);
  let axis = shape.length - 1;
  for (const run of [...runs].reverse()) {
    let left = run.size;
    let stride = run.stride;
    while (left > 1) {
      const size = shape[axis];
      if (size === undefined) return undefined;
      if (size > 1) {
        if (left % size !== 0) return undefined;
        strides[axis] = stride;
        stride *= size;
        left /= size;
      }
      axis -= 1;
    }
  }
  while (axis >= 0 && shape[axis] === 1) axis -= 1;
  return axis >= 0 ? undefined : { ...view, shape, strides };
}

/** Neighbouring axes that are one run of equal steps, joined. */
function mergeRuns(
  axes: readonly { readonly size: number; readonly stride: number }[],
): readonly { readonly size: number; readonly stride: number }[] {
  const runs: { size: number; stride: number }[] = [];
  for (const { size, stride } of axes) {
    const last = runs.at(-1);
    if (last !== undefined && last.stride === size * stride) {
      last.size *= size;
      last.stride = stride;
    } else {
      runs.push({ size, stride });
    }
  }
  return runs;
}

/** The view's axes without those of size 1, neighbours joined: how a kernel walks it. */
export function walkOf(view: View): {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
} {
  const runs = mergeRuns(
    view.shape.flatMap((size, axis) =>
      size === 1 ? [] : [{ size, stride: view.strides[axis] ?? 0 }],
    ),
  );
  return { sizes: runs.map((run) => run.size), strides: runs.map((run) => run.stride) };
}

/** Whether the view is exactly its base, of `baseSize` elements, read from start to end. */
export function isWhole(view: View, baseSize: number): boolean {
  const { sizes, strides } = walkOf(view);
  const straight = sizes.length === 0 || (sizes.length === 1 && strides[0] === 1);
  return view.offset === 0 && straight && sizeOf(view.shape) === baseSize;
}

/** Axes in the order in which they lie in memory, outermost first; undefined where the view is not all of its base. */
export function memoryOrder(view: View, baseSize: number): readonly number[] | undefined {
  const order = view.shape
    .map((_, axis) => axis)
    .sort((a, b) => {
      const [one, two] = [view.shape[a] === 1, view.shape[b] === 1];
      if (one !== two) return one ? -1 : 1;
      return (view.strides[b] ?? 0) - (view.strides[a] ?? 0) || a - b;
    });
  return isWhole(transposed(view, order), baseSize) ? order : undefined;
}
