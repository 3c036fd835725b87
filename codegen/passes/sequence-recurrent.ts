import type { GraphNode } from '../graph/graph.js';
import { unsupported } from '../operators/require.js';
import type { SequenceRewriter } from './sequence-rewriter.js';
import { transposed } from './views.js';

/** LSTM and GRU: [steps, 1, features] becomes [1, features, steps]; the last states are views of the sequence. */
export function rewriteRecurrent(rewriter: SequenceRewriter, node: GraphNode): void {
  const name = node.inputs[0] ?? '';
  const x = rewriter.inRows(transposed(rewriter.viewOf(node, 0), [1, 0, 2]), name);
  const [sequence = '', lastHidden = '', lastCell = ''] = node.outputs;
  const [steps = 1, directions = 1, , hidden = 1] = rewriter.shapeOf(sequence);
  if (lastCell !== '' && rewriter.isRead(lastCell)) {
    throw unsupported(node, 'its last cell state (Y_c) is read');
  }
  const y = rewriter.add(
    node.operator === 'LSTM' ? 'LstmSequence' : 'GruSequence',
    node.name,
    [x, ...node.inputs.slice(1)],
    node.attributes,
    `${sequence}/sequence`,
  );
  const width = directions * hidden;
  rewriter.views.set(sequence, {
    base: y,
    shape: [steps, directions, 1, hidden],
    offset: 0,
    strides: [width, hidden, 0, 1],
    scale: 1,
  });
  if (lastHidden === '') return;
  // A direction that walks forwards ends at the last step, one that walks backwards at the first.
  const end = (steps - 1) * width;
  rewriter.views.set(lastHidden, {
    base: y,
    shape: [directions, 1, hidden],
    offset: node.attributes['direction'] === 'reverse' ? 0 : end,
    strides: [hidden - end, 0, 1],
    scale: 1,
  });
}
