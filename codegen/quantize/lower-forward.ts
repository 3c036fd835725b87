import type { GraphNode } from '../graph/graph.js';
import { outputName } from '../graph/graph.js';
import { lowerRule } from './lower/registry.js';
import type { Lowering } from './lowering.js';

/** Lowers the forward nodes into integer operations, fusing each ReLU into what computes its input. */
export function lowerForward(
  lowering: Lowering,
  nodes: readonly GraphNode[],
  logits: string,
): void {
  const fused = new Set<GraphNode>();
  for (const node of nodes) {
    if (fused.has(node)) continue;
    const rule = lowerRule(node);
    const relu = rule.fusesRelu ? onlyRelu(nodes, outputName(node), logits) : undefined;
    if (relu !== undefined) fused.add(relu);
    const output = outputName(relu ?? node);
    rule.lower(lowering, node, { output, relu: relu !== undefined, isLogits: output === logits });
  }
}

/** The ReLU that alone reads `tensor`. */
function onlyRelu(
  nodes: readonly GraphNode[],
  tensor: string,
  logits: string,
): GraphNode | undefined {
  const readers = nodes.filter((node) => node.inputs.includes(tensor));
  const [reader] = readers;
  return readers.length === 1 && reader?.operator === 'Relu' && tensor !== logits
    ? reader
    : undefined;
}
