import type { Graph, GraphNode, TensorInfo } from '../graph/graph.js';
import { operatorRule } from '../operators/registry.js';

/** Evaluates every node whose inputs are all constants and keeps its result as a constant. */
export function foldConstants(graph: Graph): Graph {
  const tensors = new Map<string, TensorInfo>(graph.tensors);
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === '' ? undefined : tensors.get(name)));
    const constant = inputs.every((tensor) => tensor === undefined || tensor.data !== undefined);
    if (!constant || inputs.length === 0) {
      nodes.push(node);
      continue;
    }
    const outputs = node.outputs.map((name) => tensors.get(name)).filter((t) => t !== undefined);
    const results = operatorRule(node, graph.name).evaluate(
      node,
      inputs.map((tensor) =>
        tensor?.data === undefined ? undefined : { shape: tensor.shape, data: tensor.data },
      ),
      outputs,
    );
    results.forEach((result, index) => {
      const elementType = outputs[index]?.elementType ?? 'float32';
      tensors.set(node.outputs[index] ?? '', { ...result, elementType });
    });
  }
  return { ...graph, nodes, tensors };
}
