/**
 * Where the values of an ONNX tensor lie on the device. ONNX order is [channel][position]; the device keeps
 * [position][channel]. A tensor whose batch axis is not 1 (a sequence axis in front) keeps ONNX's own order: one channel.
 */
import type { Shape } from '../graph/graph.js';
import { sizeOf } from '../graph/graph.js';
import { stridesOf } from '../operators/strides.js';

/** Channels-last dimensions of an integer tensor. */
export interface Layout {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** One loop over elements: so many, so far apart. */
export interface Loop {
  readonly extent: number;
  readonly stride: number;
}

/** The layout that a float tensor of this shape is given when nothing speaks for another. */
export function layoutOf(shape: Shape): Layout {
  const channelled = hasChannels(shape);
  const spatial = channelled ? shape.slice(2) : shape;
  return {
    height: sizeOf(spatial.slice(0, -1)),
    width: spatial.at(-1) ?? 1,
    channels: channelled ? (shape[1] ?? 1) : 1,
  };
}

function hasChannels(shape: Shape): boolean {
  return shape.length >= 2 && shape[0] === 1;
}

/** ONNX axes in the order of layoutOf, outermost first. */
export function axisOrder(shape: Shape): readonly number[] {
  const axes = shape.map((_, axis) => axis);
  return hasChannels(shape) ? [0, ...axes.slice(2), 1] : axes;
}

/** Elements between neighbours along each ONNX axis in the order of layoutOf. */
export function layoutStrides(shape: Shape): readonly number[] {
  const order = axisOrder(shape);
  const inOrder = stridesOf(order.map((axis) => shape[axis] ?? 1));
  return shape.map((_, axis) => inOrder[order.indexOf(axis)] ?? 0);
}

export function positionsOf(layout: Layout): number {
  return layout.height * layout.width;
}

/** Whether the same values of one ONNX order lie in the same order in both layouts. */
export function sameOrder(a: Layout, b: Layout): boolean {
  const flat = (layout: Layout): boolean => layout.channels === 1 || positionsOf(layout) === 1;
  return a.channels === b.channels || (flat(a) && flat(b));
}

/**
 * Loops over the elements of layout `to`, in its order, through a tensor that lies in layout `from`; undefined when
 * neither number of channels divides the other.
 */
export function reorderLoops(from: Layout, to: Layout): readonly Loop[] | undefined {
  const positions = positionsOf(from);
  if (from.channels % to.channels === 0) {
    // Several channels become positions of one.
    const each = from.channels / to.channels;
    return [
      { extent: each, stride: 1 },
      { extent: positions, stride: from.channels },
      { extent: to.channels, stride: each },
    ];
  }
  if (to.channels % from.channels === 0) {
    // One channel's positions become several channels.
    const each = to.channels / from.channels;
    return [
      { extent: positions / each, stride: from.channels },
      { extent: from.channels, stride: 1 },
      { extent: each, stride: (positions / each) * from.channels },
    ];
  }
  return undefined;
}

/** Loops without those of one step, neighbours joined that are one regular walk. */
export function joinLoops(loops: readonly Loop[]): readonly Loop[] {
  const joined: Loop[] = [];
  for (const loop of loops) {
    if (loop.extent === 1) continue;
    const outer = joined.at(-1);
    if (outer !== undefined && outer.stride === loop.stride * loop.extent) {
      joined[joined.length - 1] = { extent: outer.extent * loop.extent, stride: loop.stride };
    } else {
      joined.push(loop);
    }
  }
  return joined;
}

/** The four loops and the run of a rearrangement; undefined when it needs more. */
export function fourLoops(joined: readonly Loop[]):
  | {
      readonly extents: readonly number[];
      readonly strides: readonly number[];
      readonly run: number;
    }
  | undefined {
  const last = joined.at(-1);
  const run = last?.stride === 1 ? last.extent : 1;
  const outer = last?.stride === 1 ? joined.slice(0, -1) : joined;
  if (outer.length > 4) return undefined;
  const unused = Array<Loop>(4 - outer.length).fill({ extent: 1, stride: 0 });
  const all = [...unused, ...outer];
  return {
    extents: all.map((loop) => loop.extent),
    strides: all.map((loop) => loop.stride),
    run,
  };
}
