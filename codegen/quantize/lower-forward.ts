import type { GraphNode } from '../graph/graph.js';
import { inputName, outputName, tensorOf } from '../graph/graph.js';
import { VIEW_OPERATORS } from '../operators/reshape.js';
import { clipBounds, type ClipBounds } from '../operators/clip.js';
import { fusedClamp } from './lower/fused-clamp.js';
import { atNode } from './at-node.js';
import { lowerRule } from './lower/registry.js';
import type { Lowering } from './lowering.js';

/**
 * Lowers the forward nodes into integer operations, fusing each ReLU and Clip into what computes its input.
 * @param answer the tensor that is computed as the network's answer
 */
export function lowerForward(
  lowering: Lowering,
  nodes: readonly GraphNode[],
  answer: string,
): void {
  for (const node of nodes) {
    if (node.operator === 'Clip') lowering.clips.set(outputName(node), boundsOf(lowering, node));
  }
  const fused = new Set<GraphNode>();
  for (const node of nodes) {
    if (fused.has(node)) continue;
    const rule = lowerRule(node);
    const clamp = fusedClamp(nodes, node, answer);
    if (clamp !== undefined) fused.add(clamp);
    const output = outputName(clamp ?? node);
    const relu = clamp?.operator === 'Relu' || lowering.clips.get(output)?.low === 0;
    atNode(lowering.graph.name, node, () => {
      rule.lower(lowering, node, { output, relu, isLogits: output === answer });
    });
  }
}

/** The tensor that the answer is another shape of. */
export function computedAs(nodes: readonly GraphNode[], logits: string): string {
  let answer = logits;
  for (;;) {
    const producer = nodes.find((node) => node.outputs.includes(answer));
    if (producer === undefined || !VIEW_OPERATORS.includes(producer.operator)) return answer;
    const source = inputName(producer, 0);
    if (nodes.filter((node) => node.inputs.includes(source)).length > 1) return answer;
    answer = source;
  }
}

function boundsOf(lowering: Lowering, clip: GraphNode): ClipBounds {
  return clipBounds(
    clip,
    clip.inputs.map((name) => (name === '' ? undefined : tensorOf(lowering.graph, name))),
  );
}
