import type { Graph, GraphNode } from '../graph/graph.js';
import { intAttribute, intsAttribute, tensorOf } from '../graph/graph.js';
import { SequenceRewriter } from './sequence-rewriter.js';
import { rewriteElementwise, UNARY_OPERATORS } from './sequence-elementwise.js';
import { rewriteDense, rewriteMatMul } from './sequence-matmul.js';
import { rewriteNormalisation, rewriteReduceMean, rewriteSoftmax } from './sequence-rows.js';
import { rewriteRecurrent } from './sequence-recurrent.js';
import { reshaped, sliced, transposed, type View } from './views.js';

type Rewrite = (rewriter: SequenceRewriter, node: GraphNode) => void;

const REWRITES: ReadonlyMap<string, Rewrite> = new Map<string, Rewrite>([
  ...['Add', 'Div', 'Mul', 'Sub', ...UNARY_OPERATORS].map(
    (operator) => [operator, rewriteElementwise] as const,
  ),
  ['Gemm', rewriteDense],
  ['GRU', rewriteRecurrent],
  ['LayerNormalization', rewriteNormalisation],
  ['LSTM', rewriteRecurrent],
  ['MatMul', rewriteMatMul],
  ['ReduceMean', rewriteReduceMean],
  ['Softmax', rewriteSoftmax],
]);

/**
 * Networks over sequences move their axes about: [steps, 1, features], [1, steps, features], heads in front. Here every
 * signal becomes [1, channels, steps], channels last in memory, which is what the kernels read; dense layers over the
 * last axis become convolutions of width 1, and Transpose, Reshape, Slice become steps in what reads them, or one copy.
 * Networks without such layers pass through as they are.
 */
export function sequenceLayout(graph: Graph): Graph {
  if (!graph.nodes.some((node) => needsLayout(graph, node))) return graph;
  const rewriter = new SequenceRewriter(graph);
  for (const node of graph.nodes) {
    if (rewriter.skipped.has(node)) continue;
    const views = viewsOf(rewriter, node);
    if (views !== undefined) {
      views.forEach((view, index) => rewriter.views.set(node.outputs[index] ?? '', view));
      continue;
    }
    const rewrite = REWRITES.get(node.operator);
    if (rewrite === undefined) rewriter.keep(node);
    else rewrite(rewriter, node);
  }
  return rewriter.finish();
}

function needsLayout(graph: Graph, node: GraphNode): boolean {
  if (
    ['GRU', 'LayerNormalization', 'LSTM', 'MatMul', 'Softmax', 'Transpose'].includes(node.operator)
  )
    return true;
  const { shape } = tensorOf(graph, node.inputs[0] ?? '');
  if (node.operator === 'Gemm') return shape[0] !== 1;
  if (node.operator !== 'ReduceMean') return false;
  // Over all spatial axes it is a pooling as it stands.
  const axes = intsAttribute(node, 'axes', []);
  return shape[0] !== 1 || axes.length !== shape.length - 2 || axes.some((axis) => axis < 2);
}

/** The outputs of an operator that moves no value, as views; undefined for every other operator. */
function viewsOf(rewriter: SequenceRewriter, node: GraphNode): readonly View[] | undefined {
  const view = rewriter.views.get(node.inputs[0] ?? '');
  if (view === undefined) return undefined;
  const shape = rewriter.shapeOf(node.outputs[0] ?? '');
  switch (node.operator) {
    case 'Transpose': {
      const reversed = view.shape.map((_, axis) => view.shape.length - 1 - axis);
      return [transposed(view, intsAttribute(node, 'perm', reversed))];
    }
    case 'Slice': {
      const starts = intsAttribute(node, 'starts', []);
      const steps = intsAttribute(node, 'steps', []);
      return [
        starts.reduce(
          (part, start, axis) => sliced(part, axis, start, shape[axis] ?? 1, steps[axis] ?? 1),
          view,
        ),
      ];
    }
    case 'Dropout':
    case 'Identity':
    case 'Flatten':
    case 'Reshape':
    case 'Squeeze':
    case 'Unsqueeze':
    case 'View': {
      const result = reshaped(view, shape);
      return result === undefined ? undefined : [result];
    }
    case 'Split': {
      const axis = intAttribute(node, 'axis', 0);
      const along = axis < 0 ? axis + view.shape.length : axis;
      let start = 0;
      return node.outputs.map((name) => {
        const size = rewriter.shapeOf(name)[along] ?? 0;
        const part = sliced(view, along, start, size);
        start += size;
        return part;
      });
    }
    default:
      return undefined;
  }
}
