import type { Graph, GraphNode } from '../graph/graph.js';
import { inputName, outputName } from '../graph/graph.js';
import { VIEW_OPERATORS } from '../operators/reshape.js';
import { consumersOf, producerOf, redirect } from './rewrite.js';

/**
 * Removes a Sigmoid, Softmax or LogSoftmax (here the Log of a Softmax) that closes the network, with nothing but changes
 * of shape behind it: the device answers in logits and explains a logit, whose gradient does not vanish where the
 * probability saturates.
 */
export function stripOutputActivation(graph: Graph): Graph {
  return graph.outputs.reduce((stripped, output) => {
    let last = onlyProducer(stripped, output);
    while (last !== undefined && VIEW_OPERATORS.includes(last.operator)) {
      last = onlyProducer(stripped, inputName(last, 0));
    }
    if (last === undefined) return stripped;
    const before = onlyProducer(stripped, last.inputs[0] ?? '');
    const logarithm = last.operator === 'Log' && before?.operator === 'Softmax';
    if (!logarithm && !['Sigmoid', 'Softmax'].includes(last.operator)) return stripped;
    const source = inputName(logarithm ? before : last, 0);
    return redirect(stripped, outputName(last), source, logarithm ? [last, before] : [last]);
  }, graph);
}

/** What computes a tensor that nothing but one node, or the caller, reads. */
function onlyProducer(graph: Graph, tensor: string): GraphNode | undefined {
  const readers = consumersOf(graph, tensor).length + Number(graph.outputs.includes(tensor));
  return readers === 1 ? producerOf(graph, tensor) : undefined;
}
