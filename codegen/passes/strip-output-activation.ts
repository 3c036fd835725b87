import type { Graph } from '../graph/graph.js';
import { inputName } from '../graph/graph.js';
import { producerOf, redirect } from './rewrite.js';

/**
 * Removes a Sigmoid or Softmax that closes the network: the device answers in logits and explains a logit, whose
 * gradient does not vanish where the probability saturates.
 */
export function stripOutputActivation(graph: Graph): Graph {
  return graph.outputs.reduce((stripped, output) => {
    const last = producerOf(stripped, output);
    if (last === undefined || !['Sigmoid', 'Softmax'].includes(last.operator)) return stripped;
    return redirect(stripped, output, inputName(last, 0), [last]);
  }, graph);
}
