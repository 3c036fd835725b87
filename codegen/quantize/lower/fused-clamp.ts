import type { GraphNode } from '../../graph/graph.js';
import { outputName } from '../../graph/graph.js';
import { findLowerRule } from './registry.js';

/**
 * The ReLU or Clip (around zero: the passes leave no other) that alone reads the output of `node` and is fused into it.
 * The answer stays unclamped.
 */
export function fusedClamp(
  nodes: readonly GraphNode[],
  node: GraphNode,
  logits: string,
): GraphNode | undefined {
  if (findLowerRule(node)?.fusesRelu !== true) return undefined;
  const tensor = outputName(node);
  const readers = nodes.filter((other) => other.inputs.includes(tensor));
  const [reader] = readers;
  return readers.length === 1 &&
    reader !== undefined &&
    (reader.operator === 'Relu' || reader.operator === 'Clip') &&
    tensor !== logits &&
    outputName(reader) !== logits
    ? reader
    : undefined;
}
