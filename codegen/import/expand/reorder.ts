/** Operators that choose or repeat values. */
import type { GraphNode } from '../../graph/graph.js';
import {
  floatAttribute,
  inputName,
  intAttribute,
  outputName,
  stringAttribute,
} from '../../graph/graph.js';
import {
  requireConstant,
  requireShape,
  resolveAxes,
  shapeError,
  unsupported,
} from '../../operators/require.js';
import { ExpansionBuilder, numbers, type Expand, type Inputs } from './expansion.js';

/** A Gather that is cut into more pieces than this is a table, not a choice of channels. */
const MOST_PIECES = 256;

interface SliceAttributes {
  readonly starts: readonly number[];
  readonly sizes: readonly number[];
  readonly steps: readonly number[];
  readonly [key: string]: readonly number[];
}

/** A box of `count` values from `start` on, `step` apart, along one axis. */
function along(
  x: readonly number[],
  axis: number,
  start: number,
  count: number,
  step = 1,
): SliceAttributes {
  return {
    starts: x.map((_, a) => (a === axis ? start : 0)),
    sizes: x.map((size, a) => (a === axis ? count : size)),
    steps: x.map((_, a) => (a === axis ? step : 1)),
  };
}

export const slice: Expand = (node, inputs) => {
  const x = requireShape(node, inputs, 0);
  const from = numbers(node, inputs, 'starts', 1) ?? [];
  const to = numbers(node, inputs, 'ends', 2) ?? [];
  const axes = resolveAxes(
    node,
    numbers(node, inputs, 'axes', 3) ?? from.map((_, i) => i),
    x.length,
  );
  const by = numbers(node, inputs, 'steps', 4) ?? from.map(() => 1);
  const lists = [from, to, axes, by];
  if (lists.some((list) => list.length !== from.length) || by.includes(0)) {
    throw shapeError(node, `starts, ends, axes and steps [${lists.join('] [')}]`);
  }
  const [starts, sizes, steps] = [x.map(() => 0), [...x], x.map(() => 1)];
  axes.forEach((axis, i) => {
    const size = x[axis] ?? 0;
    const step = by[i] ?? 1;
    // ONNX clamps to the tensor; a backward slice may end before its first element.
    const wrap = (index: number): number => (index < 0 ? index + size : index);
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const start = Math.min(high, Math.max(0, wrap(from[i] ?? 0)));
    const end = Math.min(high, Math.max(low, wrap(to[i] ?? 0)));
    starts[axis] = start;
    steps[axis] = step;
    sizes[axis] = Math.max(0, Math.ceil((end - start) / step));
  });
  if (sizes.some((size) => size < 1)) throw unsupported(node, 'the slice is empty');
  const builder = new ExpansionBuilder(node);
  return builder.finish('Slice', [builder.input], { starts, sizes, steps });
};

export const split: Expand = (node, inputs) => {
  const x = requireShape(node, inputs, 0);
  const [axis = 0] = resolveAxes(node, [intAttribute(node, 'axis', 0)], x.length);
  const size = x[axis] ?? 0;
  const each = Math.ceil(size / node.outputs.length);
  const parts =
    numbers(node, inputs, 'split', 1) ??
    node.outputs.map((_, i) => Math.min(each, size - i * each));
  const whole = parts.reduce((a, b) => a + b, 0);
  if (parts.length !== node.outputs.length || whole !== size || parts.some((part) => part < 1)) {
    throw shapeError(node, `${size} values along axis ${axis} in parts [${parts.join(', ')}]`);
  }
  let start = 0;
  const nodes = node.outputs.map((output, i): GraphNode => {
    const attributes = along(x, axis, start, parts[i] ?? 0);
    start += parts[i] ?? 0;
    const inputs = [inputName(node, 0)];
    return { operator: 'Slice', name: `${node.name}/${i}`, inputs, outputs: [output], attributes };
  });
  return { nodes: nodes.filter((part) => part.outputs[0] !== '') };
};

/** Constants around a signal are a Pad; its own values around it are slices, joined axis by axis. */
export const pad: Expand = (node, inputs) => {
  const x = requireShape(node, inputs, 0);
  const mode = stringAttribute(node, 'mode', 'constant');
  const given = numbers(node, inputs, 'pads', 1) ?? [];
  const axes = resolveAxes(
    node,
    inputs[3] === undefined ? x.map((_, i) => i) : requireConstant(node, inputs, 3),
    x.length,
  );
  if (given.length !== 2 * axes.length || given.some((count) => Math.abs(count) > 65_536)) {
    throw shapeError(node, `pads [${given.join(', ')}] for axes [${axes.join(', ')}]`);
  }
  const ends = axes.map((axis, i) => ({
    axis,
    before: given[i] ?? 0,
    after: given[i + axes.length] ?? 0,
  }));
  const builder = new ExpansionBuilder(node);
  const kept = cropped(builder, x, ends);
  const added = ends.map((end) => ({
    ...end,
    before: Math.max(0, end.before),
    after: Math.max(0, end.after),
  }));
  if (mode !== 'constant') {
    return builder.done(mirrored(node, builder, kept, added, mode));
  }
  const value =
    inputs[2] === undefined
      ? floatAttribute(node, 'value', 0)
      : (requireConstant(node, inputs, 2)[0] ?? 0);
  const [starts, shape] = [kept.shape.map(() => 0), [...kept.shape]];
  for (const { axis, before, after } of added) {
    starts[axis] = before;
    shape[axis] = (shape[axis] ?? 0) + before + after;
  }
  return builder.finish('Pad', [kept.name], { shape, starts, steps: x.map(() => 1), value });
};

interface Ends {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

/** Negative padding takes values away. */
function cropped(
  builder: ExpansionBuilder,
  x: readonly number[],
  ends: readonly Ends[],
): { readonly name: string; readonly shape: readonly number[] } {
  const [starts, shape] = [x.map(() => 0), [...x]];
  for (const { axis, before, after } of ends) {
    starts[axis] = Math.max(0, -before);
    shape[axis] = (shape[axis] ?? 0) + Math.min(0, before) + Math.min(0, after);
  }
  if (ends.every(({ before, after }) => before >= 0 && after >= 0)) {
    return { name: builder.input, shape };
  }
  const steps = x.map(() => 1);
  return { name: builder.add('Slice', [builder.input], { starts, sizes: shape, steps }), shape };
}

/** `reflect` leaves out the border value, `edge` repeats it, `wrap` comes from the other end. */
function mirrored(
  node: GraphNode,
  builder: ExpansionBuilder,
  from: { readonly name: string; readonly shape: readonly number[] },
  ends: readonly Ends[],
  mode: string,
): string {
  let { name } = from;
  const shape = [...from.shape];
  for (const { axis, before, after } of ends) {
    const size = shape[axis] ?? 1;
    const parts: string[] = [];
    const side = (count: number, first: boolean): void => {
      if (count === 0) return;
      if (mode === 'edge') {
        const border = along(shape, axis, first ? 0 : size - 1, 1);
        const value = builder.add('Slice', [name], border);
        const repeats = shape.map((_, a) => (a === axis ? count : 1));
        parts.push(count === 1 ? value : builder.add('Tile', [value], { repeats }));
        return;
      }
      const reflects = mode === 'reflect';
      if (!reflects && mode !== 'wrap') throw unsupported(node, `padding mode "${mode}"`);
      if (count > (reflects ? size - 1 : size)) {
        throw unsupported(node, `${count} ${mode} values around ${size}`);
      }
      const box = reflects
        ? along(shape, axis, first ? count : size - 2, count, -1)
        : along(shape, axis, first ? size - count : 0, count);
      parts.push(builder.add('Slice', [name], box));
    };
    side(before, true);
    parts.push(name);
    side(after, false);
    if (parts.length === 1) continue;
    name = builder.add('Concat', parts, { axis });
    shape[axis] = size + before + after;
  }
  return name;
}

/** Chosen elements along an axis of a signal: runs of equal steps are slices, joined. */
export const gather: Expand = (node, inputs) => {
  const x = requireShape(node, inputs, 0);
  const [axis = 0] = resolveAxes(node, [intAttribute(node, 'axis', 0)], x.length);
  const size = x[axis] ?? 0;
  const chosen = requireConstant(node, inputs, 1).map((i) => (i < 0 ? i + size : i));
  const outside = chosen.find((i) => !(i >= 0 && i < size));
  if (outside !== undefined) throw shapeError(node, `element ${outside} of ${size}`);
  if (chosen.length === 0) throw unsupported(node, 'it chooses nothing');
  const builder = new ExpansionBuilder(node);
  const pieces = regularRuns(chosen).map(({ start, count, step }) =>
    builder.add('Slice', [builder.input], along(x, axis, start, count, step)),
  );
  if (pieces.length > MOST_PIECES) throw unsupported(node, `${chosen.length} elements in no order`);
  const [only = ''] = pieces;
  const joined = pieces.length === 1 ? only : builder.add('Concat', pieces, { axis });
  const shape = [...x.slice(0, axis), ...(inputs[1]?.shape ?? []), ...x.slice(axis + 1)];
  return builder.finish('View', [joined], { shape });
};

/** The numbers in order as runs of equal steps (never 0). */
function regularRuns(
  values: readonly number[],
): readonly { readonly start: number; readonly count: number; readonly step: number }[] {
  const runs: { start: number; count: number; step: number }[] = [];
  for (const value of values) {
    const run = runs.at(-1);
    const step = run === undefined ? 0 : value - (run.start + (run.count - 1) * run.step);
    if (run !== undefined && step !== 0 && (run.count === 1 || step === run.step)) {
      run.step = step;
      run.count += 1;
    } else {
      runs.push({ start: value, count: 1, step: 1 });
    }
  }
  return runs;
}

export const tile: Expand = (node, inputs) => {
  const repeats = requireConstant(node, inputs, 1);
  const builder = new ExpansionBuilder(node);
  return builder.finish('Tile', [builder.input], { repeats });
};

export const expand: Expand = (node, inputs) => {
  const shape = requireConstant(node, inputs, 1);
  const builder = new ExpansionBuilder(node);
  return builder.finish('Expand', [builder.input], { shape });
};

/** Blocks of channels become blocks of positions, or the other way. */
function blocks(toSpace: boolean): Expand {
  return (node, inputs) => {
    const x = requireShape(node, inputs, 0);
    const [n = 1, c = 1, h = 1, w = 1] = x;
    const b = intAttribute(node, 'blocksize', 1);
    const fits = toSpace ? c % (b * b) === 0 : h % b === 0 && w % b === 0;
    if (x.length !== 4 || b < 1 || !fits) {
      throw shapeError(node, `blocks of ${b} in [${x.join(', ')}]`);
    }
    const builder = new ExpansionBuilder(node);
    const through = (split: readonly number[], perm: readonly number[]): string =>
      builder.add('Transpose', [builder.add('View', [builder.input], { shape: split })], { perm });
    if (!toSpace) {
      const moved = through([n, c, h / b, b, w / b, b], [0, 3, 5, 1, 2, 4]);
      return builder.finish('View', [moved], { shape: [n, c * b * b, h / b, w / b] });
    }
    const deep = c / (b * b);
    const moved =
      stringAttribute(node, 'mode', 'DCR') === 'CRD'
        ? through([n, deep, b, b, h, w], [0, 1, 4, 2, 5, 3])
        : through([n, b, b, deep, h, w], [0, 3, 4, 1, 5, 2]);
    return builder.finish('View', [moved], { shape: [n, deep, h * b, w * b] });
  };
}

export const depthToSpace = blocks(true);
export const spaceToDepth = blocks(false);

/** Nearest neighbour by whole factors, in whichever of ONNX's coordinate conventions gives floor(i / factor). */
export const resize: Expand = (node, inputs) => {
  const x = requireShape(node, inputs, 0);
  const mode = stringAttribute(node, 'mode', 'nearest');
  const old = node.operator === 'Upsample' || inputs.length <= 2;
  const repeats = factorsOf(node, inputs, x, old);
  const same = repeats.every((factor) => factor === 1);
  const builder = new ExpansionBuilder(node);
  if (same) return builder.done(builder.input);
  if (mode !== 'nearest') throw unsupported(node, `mode "${mode}"; only "nearest"`);
  if (repeats.some((scale) => !Number.isInteger(scale) || scale < 1)) {
    throw unsupported(node, `factors [${repeats.join(', ')}]; only whole ones`);
  }
  const transform = stringAttribute(
    node,
    'coordinate_transformation_mode',
    old ? 'asymmetric' : 'half_pixel',
  );
  const rounding = stringAttribute(node, 'nearest_mode', old ? 'floor' : 'round_prefer_floor');
  const usual =
    (transform === 'asymmetric' && rounding === 'floor') ||
    (['half_pixel', 'pytorch_half_pixel'].includes(transform) && rounding.startsWith('round'));
  if (!usual) throw unsupported(node, `coordinates "${transform}" rounded by "${rounding}"`);
  return builder.finish('Resize', [builder.input], { repeats });
};

/** Factors for each axis, from `scales` or `sizes`; from operator set 18 on for some axes only. */
function factorsOf(
  node: GraphNode,
  inputs: Inputs,
  x: readonly number[],
  old: boolean,
): readonly number[] {
  const optional = (index: number): readonly number[] =>
    inputs[index] === undefined ? [] : requireConstant(node, inputs, index);
  const attribute = node.attributes['scales'];
  const scales = Array.isArray(attribute)
    ? (attribute as readonly number[])
    : optional(old ? 1 : 2);
  const given = scales.length > 0 ? scales : optional(3);
  const axes = resolveAxes(node, numbers(node, [], 'axes', 0) ?? x.map((_, i) => i), x.length);
  if (given.length !== axes.length) {
    throw shapeError(node, `factors [${given.join(', ')}] for [${x.join(', ')}]`);
  }
  return x.map((size, axis) => {
    const index = axes.indexOf(axis);
    if (index === -1) return 1;
    return scales.length > 0 ? (given[index] ?? 1) : (given[index] ?? 1) / size;
  });
}

/** A MatMul of one row and constants is a Gemm without bias; everything behind the import knows it as that. */
export const matMul: Expand = (node, inputs) => {
  const [x, weights] = inputs;
  const dense = x?.shape.length === 2 && x.shape[0] === 1 && weights?.data !== undefined;
  const plain = dense && weights.shape.length === 2;
  if (!plain) return { nodes: [node] };
  return { nodes: [{ ...node, operator: 'Gemm', outputs: [outputName(node)], attributes: {} }] };
};
