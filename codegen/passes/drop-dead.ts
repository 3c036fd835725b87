import type { Graph, GraphNode } from '../graph/graph.js';
import { inputName, outputName } from '../graph/graph.js';
import { redirect } from './rewrite.js';

/** Removes Identity and Dropout, then every node and tensor that no graph output depends on. */
export function dropDead(graph: Graph): Graph {
  const straight = graph.nodes
    .filter((node) => node.operator === 'Identity' || node.operator === 'Dropout')
    .reduce((current, node) => {
      const now = current.nodes.find((other) => other.name === node.name) ?? node;
      return redirect(current, outputName(now), inputName(now, 0), [now]);
    }, graph);
  const live = new Set(straight.outputs);
  const kept: GraphNode[] = [];
  for (const node of [...straight.nodes].reverse()) {
    if (!node.outputs.some((name) => live.has(name))) continue;
    // An output that nobody reads still has a shape.
    [...node.inputs, ...node.outputs].forEach((name) => live.add(name));
    kept.unshift(node);
  }
  straight.inputs.forEach((name) => live.add(name));
  return {
    ...straight,
    nodes: kept,
    tensors: new Map([...straight.tensors].filter(([name]) => live.has(name))),
  };
}
