import type { Graph, GraphNode } from '../graph/graph.js';

/** The node that computes `tensor`; undefined for inputs and constants. */
export function producerOf(graph: Graph, tensor: string): GraphNode | undefined {
  return graph.nodes.find((node) => node.outputs.includes(tensor));
}

export function consumersOf(graph: Graph, tensor: string): readonly GraphNode[] {
  return graph.nodes.filter((node) => node.inputs.includes(tensor));
}

/** Reads of `from` become reads of `to`, in nodes and graph outputs; nodes in `without` are left out. */
export function redirect(
  graph: Graph,
  from: string,
  to: string,
  without: readonly GraphNode[],
): Graph {
  const swap = (name: string): string => (name === from ? to : name);
  return {
    ...graph,
    outputs: graph.outputs.map(swap),
    nodes: graph.nodes
      .filter((node) => !without.includes(node))
      .map((node) =>
        node.inputs.includes(from) ? { ...node, inputs: node.inputs.map(swap) } : node,
      ),
  };
}
