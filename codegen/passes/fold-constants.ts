import type { Graph, GraphNode, TensorInfo } from '../graph/graph.js';
import { operatorRule } from '../operators/registry.js';

/** Evaluates every node whose inputs are all constants and keeps its result as a constant. */
export function foldConstants(graph: Graph): Graph {
  const tensors = new Map<string, TensorInfo>(graph.tensors);
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const values = constantOutputs(node, tensors, graph.name);
    if (values === undefined) nodes.push(node);
    else values.forEach((value, index) => tensors.set(node.outputs[index] ?? '', value));
  }
  return { ...graph, nodes, tensors };
}

/** What a node gives, when all its inputs are constants. */
export function constantOutputs(
  node: GraphNode,
  tensors: ReadonlyMap<string, TensorInfo>,
  graphName: string,
): readonly TensorInfo[] | undefined {
  const inputs = node.inputs.map((name) => (name === '' ? undefined : tensors.get(name)));
  const constant = inputs.every((tensor) => tensor === undefined || tensor.data !== undefined);
  if (!constant || inputs.length === 0) return undefined;
  const outputs = node.outputs.map((name) => tensors.get(name)).filter((t) => t !== undefined);
  const results = operatorRule(node, graphName).evaluate(
    node,
    inputs.map((tensor) =>
      tensor?.data === undefined ? undefined : { shape: tensor.shape, data: tensor.data },
    ),
    outputs,
  );
  return results.map((result, index) => ({
    ...result,
    elementType: outputs[index]?.elementType ?? 'float32',
  }));
}
