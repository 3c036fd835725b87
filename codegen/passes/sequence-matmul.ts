import type { GraphNode, Shape } from '../graph/graph.js';
import { intAttribute, outputName, sizeOf } from '../graph/graph.js';
import { denseParameters } from '../operators/gemm.js';
import { unsupported } from '../operators/require.js';
import { rowsView, type SequenceRewriter } from './sequence-rewriter.js';
import { reshaped, type View } from './views.js';

/** Gemm on several rows; on one row it stays the dense layer that it is. */
export function rewriteDense(rewriter: SequenceRewriter, node: GraphNode): void {
  const view = rewriter.views.get(node.inputs[0] ?? '');
  const weights = rewriter.constantOf(node.inputs[1]);
  const plain =
    view !== undefined && weights !== undefined && intAttribute(node, 'transA', 0) === 0;
  if (!plain || view.shape[0] === 1) rewriter.keep(node);
  else denseOverRows(rewriter, node, view);
}

/** MatMul: with constants on its right a dense layer over rows, else a product of two signals. */
export function rewriteMatMul(rewriter: SequenceRewriter, node: GraphNode): void {
  const weights = rewriter.constantOf(node.inputs[1]);
  const a = rewriter.viewOf(node, 0);
  if (weights?.shape.length === 2) denseOverRows(rewriter, node, a);
  else product(rewriter, node, a, rewriter.viewOf(node, 1));
}

/** y[…, n] = Σ x[…, k] · W[k, n] + b: a convolution of width 1. */
function denseOverRows(rewriter: SequenceRewriter, node: GraphNode, view: View): void {
  const weights = rewriter.constantOf(node.inputs[1]);
  const bias = rewriter.constantOf(node.inputs[2]);
  const given = (node.inputs[2] ?? '') !== '';
  if (weights?.data === undefined || (given && bias?.data === undefined)) {
    throw unsupported(node, 'weights are not constants');
  }
  const attributes = node.operator === 'MatMul' ? {} : node.attributes;
  const dense = denseParameters(
    { ...node, attributes },
    { shape: weights.shape, data: weights.data },
    bias?.data === undefined ? undefined : { data: bias.data },
  );
  const output = outputName(node);
  const inputs = [
    rewriter.inRows(view, node.inputs[0] ?? ''),
    rewriter.constant(
      `${node.name}/dense_weights`,
      [dense.outputs, dense.inputs, 1],
      dense.weights,
    ),
    rewriter.constant(`${node.name}/dense_bias`, [dense.outputs], dense.bias),
  ];
  const y = rewriter.add('Conv', node.name, inputs, { kernel_shape: [1] }, `${output}/rows`);
  rewriter.views.set(output, rowsView(y, rewriter.shapeOf(output)));
}

/** Both operands are read where they lie. */
function product(rewriter: SequenceRewriter, node: GraphNode, a: View, b: View): void {
  const output = outputName(node);
  const shape = rewriter.shapeOf(output);
  const [rows, columns] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const depth = a.shape.at(-1) ?? 1;
  const batch = sizeOf(shape.slice(0, -2));
  const left = asMatrices(rewriter, node, 0, a, batch);
  const right = asMatrices(rewriter, node, 1, b, batch);
  // A softmax runs over channels: there the columns are they. Elsewhere the matrices (heads) lie side by side.
  const stacked = batch === 1 || reachesSoftmax(rewriter, output);
  const real: Shape = stacked ? [1, columns, batch * rows] : [1, batch * columns, rows];
  const [yBatch, yRow] = stacked ? [rows * columns, columns] : [columns, batch * columns];
  const y = rewriter.add(
    'StridedMatMul',
    node.name,
    [left.base, right.base],
    {
      shape: real,
      batch,
      rows,
      depth,
      columns,
      a_offset: left.offset,
      a_strides: left.strides,
      b_offset: right.offset,
      b_strides: right.strides,
      y_strides: [yBatch, yRow],
      alpha: left.scale * right.scale,
    },
    `${output}/rows`,
  );
  const view = {
    base: y,
    shape: [batch, rows, columns],
    offset: 0,
    strides: [yBatch, yRow, 1],
    scale: 1,
  };
  const whole = reshaped(view, shape);
  if (whole === undefined) throw new RangeError(`no view [${shape.join(', ')}] of matrices`);
  rewriter.views.set(output, whole);
}

/** An operand as [batch, rows, columns]; an operand with one matrix serves every other's. */
function asMatrices(
  rewriter: SequenceRewriter,
  node: GraphNode,
  index: number,
  view: View,
  batch: number,
): View {
  const matrix = view.shape.slice(-2);
  const own = sizeOf(view.shape.slice(0, -2));
  if (own !== 1 && own !== batch) throw unsupported(node, 'operands whose matrices broadcast');
  const direct = reshaped(view, [own, ...matrix]);
  const name = node.inputs[index] ?? '';
  const found =
    direct ?? reshaped(rowsView(rewriter.rows(view, name), view.shape), [own, ...matrix]);
  if (found === undefined) throw new RangeError(`no matrices in "${name}"`);
  return found;
}

function reachesSoftmax(rewriter: SequenceRewriter, tensor: string): boolean {
  let reader = rewriter.onlyReader(tensor);
  while (reader !== undefined && ['Add', 'Div', 'Mul'].includes(reader.operator)) {
    reader = rewriter.onlyReader(outputName(reader));
  }
  return reader?.operator === 'Softmax';
}
