import type { Graph, GraphNode } from '../graph/graph.js';
import { sizeOf, tensorOf } from '../graph/graph.js';

/** The device's answer is one row of values in ONNX's order, [1, classes]: an output of any other shape is seen as that. */
export function flatAnswer(graph: Graph): Graph {
  const [output] = graph.outputs;
  if (output === undefined || graph.outputs.length > 1) return graph;
  const { shape } = tensorOf(graph, output);
  if (shape.length === 2 && shape[0] === 1) return graph;
  const name = `${output}/answer`;
  const flat = [1, sizeOf(shape)];
  const node: GraphNode = {
    operator: 'View',
    name,
    inputs: [output],
    outputs: [name],
    attributes: { shape: flat },
  };
  return {
    ...graph,
    outputs: [name],
    nodes: [...graph.nodes, node],
    tensors: new Map([...graph.tensors, [name, { shape: flat, elementType: 'float32' }]]),
  };
}
