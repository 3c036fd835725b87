import type { GraphNode } from '../graph/graph.js';
import { nodeError } from '../graph/graph.js';
import { FactorError } from '../integer/round.js';

/**
 * Runs a lowering rule; a scale beyond every multiplier is said with the node that needs it.
 * @throws IsochroneError QUANTIZE_SCALE
 */
export function atNode<Result>(graphName: string, node: GraphNode, lower: () => Result): Result {
  try {
    return lower();
  } catch (error) {
    if (!(error instanceof FactorError)) throw error;
    throw nodeError(
      graphName,
      node,
      'QUANTIZE_SCALE',
      `the scales of ${node.operator} "${node.name}" are too far apart for integers: ${error.message}`,
      'Its weights do not fit the ranges of its signals: check the weights, or calibrate on inputs of the right unit.',
    );
  }
}
