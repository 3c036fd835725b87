import type { GraphNode, Shape, TensorInfo } from '../graph/graph.js';
import { outputName, sizeOf } from '../graph/graph.js';
import { onnxIndex } from '../operators/channels-last.js';
import { unaryOperators } from '../operators/unary.js';
import { rowsView, type SequenceRewriter } from './sequence-rewriter.js';
import { isWhole, memoryOrder, transposed, type View } from './views.js';

/** Operators that take each value by itself; further inputs, where they have any, are single constants. */
export const UNARY_OPERATORS: readonly string[] = [
  ...unaryOperators.map((rule) => rule.operator),
  'Clip',
  'Pow',
  'Relu',
];

/** Value by value operators work on memory as it lies, whatever its axes are called. */
export function rewriteElementwise(rewriter: SequenceRewriter, node: GraphNode): void {
  const signals = node.inputs.filter((name) => rewriter.views.has(name));
  const [first, second] = signals;
  const output = outputName(node);
  if (first === undefined || signals.length > 2) {
    rewriter.keep(node);
    return;
  }
  const signal = rewriter.views.get(first);
  if (signal === undefined) throw new RangeError(`"${first}" has no view`);
  const shape = rewriter.shapeOf(output);
  if (second === undefined && scaleOnly(rewriter, node, signal, first)) return;
  const other = second === undefined ? signal : rewriter.views.get(second);
  // A signal that broadcasts keeps its axes.
  if (!sameShape(signal.shape, shape) || other === undefined || !sameShape(other.shape, shape)) {
    rewriter.keep(node);
    return;
  }
  const view = wholeView(rewriter, signal, first);
  const inputs = node.inputs.map((name) => {
    if (name === first) return view.base;
    if (name === second) return sameLayout(rewriter, node, view, name);
    const constant = rewriter.constantOf(name);
    return constant === undefined ? name : placedConstant(rewriter, node, view, name, constant);
  });
  const y = rewriter.add(node.operator, node.name, inputs, node.attributes, `${output}/laid`);
  rewriter.views.set(output, { ...view, base: y });
}

/**
 * A positive factor on scores goes into the product that makes them, one on a part of a tensor into how its values are
 * read: neither costs anything.
 */
function scaleOnly(
  rewriter: SequenceRewriter,
  node: GraphNode,
  view: View,
  signal: string,
): boolean {
  const other = node.inputs[node.inputs[0] === signal ? 1 : 0];
  const constant = rewriter.constantOf(other);
  const value = constant?.data?.length === 1 ? (constant.data[0] ?? 0) : 0;
  const divides = node.operator === 'Div' && node.inputs[0] === signal;
  if (!(value > 0) || !(divides || node.operator === 'Mul')) return false;
  const factor = divides ? 1 / value : value;
  const producer = rewriter.producerOf(view.base);
  const whole = memoryOrder(view, sizeOf(rewriter.realShape(view.base))) !== undefined;
  if (whole && producer?.operator === 'StridedMatMul' && rewriter.onlyReader(signal) === node) {
    const alpha = producer.attributes['alpha'];
    const attributes = { ...producer.attributes, alpha: factor * Number(alpha ?? 1) };
    rewriter.replace(producer, { ...producer, attributes });
    rewriter.views.set(outputName(node), view);
    return true;
  }
  if (whole) return false;
  rewriter.views.set(outputName(node), { ...view, scale: view.scale * factor });
  return true;
}

/** The view itself where it is all of its base, else a view of a copy. */
function wholeView(rewriter: SequenceRewriter, view: View, name: string): View {
  const whole = memoryOrder(view, sizeOf(rewriter.realShape(view.base))) !== undefined;
  return whole && view.scale === 1 ? view : rowsView(rewriter.inRows(view, name), view.shape);
}

/** Another signal in the layout of `view`. */
function sameLayout(rewriter: SequenceRewriter, node: GraphNode, view: View, name: string): string {
  const other = rewriter.viewOf(node, node.inputs.indexOf(name));
  const shape = rewriter.realShape(view.base);
  const order = memoryOrder(view, sizeOf(shape)) ?? [];
  const moved = transposed(other, order);
  const [channels, own] = [shape[1], rewriter.realShape(other.base)];
  const there = other.scale === 1 && own[1] === channels && isWhole(moved, sizeOf(own));
  return there ? rewriter.inShape(other.base, shape, name) : rewriter.copy(moved, shape, name);
}

/** A constant that broadcasts against the view, in the layout of its base: one value per channel where that is all. */
function placedConstant(
  rewriter: SequenceRewriter,
  node: GraphNode,
  view: View,
  name: string,
  constant: TensorInfo,
): string {
  const data = constant.data ?? new Float32Array();
  if (data.length === 1) return name;
  const shape = rewriter.realShape(view.base);
  const placed = new Float32Array(sizeOf(shape));
  const rank = view.shape.length;
  for (let index = 0; index < placed.length; index += 1) {
    let rest = index;
    let position = view.offset;
    let from = 0;
    let step = 1;
    for (let axis = rank - 1; axis >= 0; axis -= 1) {
      const size = view.shape[axis] ?? 1;
      const own = constant.shape[axis - rank + constant.shape.length] ?? 1;
      const at = rest % size;
      rest = Math.floor(rest / size);
      position += at * (view.strides[axis] ?? 0);
      if (own > 1) from += at * step;
      step *= own;
    }
    placed[onnxIndex(shape, position)] = data[from] ?? 0;
  }
  const channels = shape[1] ?? 1;
  const places = placed.length / channels;
  const perChannel = placed.every((value, i) => value === placed[i - (i % places)]);
  const target: Shape = perChannel ? [1, channels, ...shape.slice(2).map(() => 1)] : shape;
  return rewriter.constant(
    `${node.name}/${name}/placed`,
    target,
    perChannel ? placed.filter((_, i) => i % places === 0) : placed,
  );
}

function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
