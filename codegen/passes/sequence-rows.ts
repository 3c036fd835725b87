import type { GraphNode, Shape } from '../graph/graph.js';
import { floatAttribute, intAttribute, intsAttribute, outputName, sizeOf } from '../graph/graph.js';
import { DEFAULT_EPSILON } from '../operators/layer-normalization.js';
import { resolveAxes, unsupported } from '../operators/require.js';
import { rowsView, type SequenceRewriter } from './sequence-rewriter.js';
import { transposed, type View } from './views.js';

/** LayerNormalization over the last axis: each place of [1, channels, places] by itself. */
export function rewriteNormalisation(rewriter: SequenceRewriter, node: GraphNode): void {
  const view = rewriter.viewOf(node, 0);
  const rank = view.shape.length;
  const [axis] = resolveAxes(node, [intAttribute(node, 'axis', -1)], rank);
  if (axis !== rank - 1) throw unsupported(node, `normalisation over several axes (axis ${axis})`);
  const output = outputName(node);
  const y = rewriter.add(
    'ChannelNormalization',
    node.name,
    [rewriter.inRows(view, node.inputs[0] ?? ''), ...node.inputs.slice(1, 3)],
    { epsilon: floatAttribute(node, 'epsilon', DEFAULT_EPSILON) },
    `${output}/rows`,
  );
  rewriter.views.set(output, rowsView(y, view.shape));
}

/** Softmax over one axis, which becomes the channels. */
export function rewriteSoftmax(rewriter: SequenceRewriter, node: GraphNode): void {
  const view = rewriter.viewOf(node, 0);
  const axes = view.shape.map((_, axis) => axis);
  const [axis = 0] = resolveAxes(node, [intAttribute(node, 'axis', -1)], view.shape.length);
  const order = [...axes.filter((other) => other !== axis), axis];
  const last = transposed(view, order);
  const output = outputName(node);
  const y = rewriter.add(
    'Softmax',
    node.name,
    [rewriter.inRows(last, node.inputs[0] ?? '')],
    { axis: 1 },
    `${output}/rows`,
  );
  const back = axes.map((other) => order.indexOf(other));
  rewriter.views.set(output, transposed(rowsView(y, last.shape), back));
}

/** A mean over some axes of a sequence: the axes that stay are the channels, the others the places. */
export function rewriteReduceMean(rewriter: SequenceRewriter, node: GraphNode): void {
  const view = rewriter.viewOf(node, 0);
  const axes = intsAttribute(node, 'axes', []);
  const kept = view.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const sizes = kept.map((axis) => view.shape[axis] ?? 1);
  const channels = sizeOf(sizes);
  const order = [...axes, ...kept];
  const moved = transposed(view, order);
  const joined = oneLastAxis(moved, axes.length, channels);
  const name = node.inputs[0] ?? '';
  const real =
    joined === undefined
      ? rewriter.copy(moved, [1, channels, sizeOf(view.shape) / channels], name)
      : rewriter.inRows(joined, name);
  const output = outputName(node);
  const y = rewriter.add(
    'ReduceMean',
    node.name,
    [real],
    { axes: [2], keepdims: 0 },
    `${output}/rows`,
  );
  rewriter.views.set(output, rowsView(y, rewriter.shapeOf(output)));
}

/** The axes from `first` on as one, where they lie in equal steps. */
function oneLastAxis(view: View, first: number, size: number): View | undefined {
  const inner = view.shape.slice(first).flatMap((extent, i) => {
    return extent === 1 ? [] : [{ extent, stride: view.strides[first + i] ?? 0 }];
  });
  const even = inner.every(
    ({ stride }, i) => i === 0 || inner[i - 1]?.stride === stride * (inner[i]?.extent ?? 1),
  );
  if (!even) return undefined;
  const shape: Shape = [...view.shape.slice(0, first), size];
  return { ...view, shape, strides: [...view.strides.slice(0, first), inner.at(-1)?.stride ?? 1] };
}
