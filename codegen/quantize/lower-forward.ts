import type { GraphNode } from '../graph/graph.js';
import { outputName, tensorOf } from '../graph/graph.js';
import { clipBounds, type ClipBounds } from '../operators/clip.js';
import { lowerRule } from './lower/registry.js';
import type { Lowering } from './lowering.js';

/** Lowers the forward nodes into integer operations, fusing each ReLU and Clip into what computes its input. */
export function lowerForward(
  lowering: Lowering,
  nodes: readonly GraphNode[],
  logits: string,
): void {
  for (const node of nodes) {
    if (node.operator === 'Clip') lowering.clips.set(outputName(node), boundsOf(lowering, node));
  }
  const fused = new Set<GraphNode>();
  for (const node of nodes) {
    if (fused.has(node)) continue;
    const rule = lowerRule(node);
    const clamp = rule.fusesRelu ? onlyClamp(nodes, outputName(node), logits) : undefined;
    if (clamp !== undefined) fused.add(clamp);
    const output = outputName(clamp ?? node);
    const relu = clamp?.operator === 'Relu' || lowering.clips.get(output)?.low === 0;
    rule.lower(lowering, node, { output, relu, isLogits: output === logits });
  }
}

function boundsOf(lowering: Lowering, clip: GraphNode): ClipBounds {
  return clipBounds(
    clip,
    clip.inputs.map((name) => (name === '' ? undefined : tensorOf(lowering.graph, name))),
  );
}

/** The ReLU or Clip (around zero: the passes leave no other) that alone reads `tensor`. The answer stays unclamped. */
function onlyClamp(
  nodes: readonly GraphNode[],
  tensor: string,
  logits: string,
): GraphNode | undefined {
  const readers = nodes.filter((node) => node.inputs.includes(tensor));
  const [reader] = readers;
  return readers.length === 1 &&
    reader !== undefined &&
    (reader.operator === 'Relu' || reader.operator === 'Clip') &&
    tensor !== logits &&
    outputName(reader) !== logits
    ? reader
    : undefined;
}
