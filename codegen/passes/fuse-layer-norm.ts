import type { Graph, GraphNode } from '../graph/graph.js';
import { inputName, intsAttribute, outputName, tensorOf } from '../graph/graph.js';
import { consumersOf, producerOf } from './rewrite.js';

/**
 * Exporters below operator set 17 write layer normalisation out: d = x − mean(x), d / √(mean(d²) + ε)·γ + β. Each such
 * group becomes the LayerNormalization that it was.
 */
export function fuseLayerNorm(graph: Graph): Graph {
  return graph.nodes
    .filter((node) => node.operator === 'Div')
    .reduce((fused, node) => fuseAt(fused, node), graph);
}

function fuseAt(graph: Graph, div: GraphNode): Graph {
  const centred = producerOf(graph, inputName(div, 0));
  const root = producerOf(graph, inputName(div, 1));
  if (centred?.operator !== 'Sub' || root?.operator !== 'Sqrt') return graph;
  const x = inputName(centred, 0);
  const rank = tensorOf(graph, x).shape.length;
  const mean = producerOf(graph, inputName(centred, 1));
  const sum = producerOf(graph, inputName(root, 0));
  if (!isLastMean(mean, rank) || mean?.inputs[0] !== x || sum?.operator !== 'Add') {
    return graph;
  }
  const epsilon = sum.inputs.map((name) => scalarOf(graph, name)).find((v) => v !== undefined);
  const variance = sum.inputs
    .map((name) => producerOf(graph, name))
    .find((node) => isLastMean(node, rank));
  const square = variance === undefined ? undefined : producerOf(graph, inputName(variance, 0));
  if (epsilon === undefined || !isSquareOf(graph, square, outputName(centred))) return graph;
  const scale = affineAt(graph, outputName(div), 'Mul');
  if (scale === undefined) return replaced(graph, div, [x], outputName(div), epsilon);
  const shift = affineAt(graph, outputName(scale.node), 'Add');
  const inputs = [x, scale.constant, ...(shift === undefined ? [] : [shift.constant])];
  return replaced(graph, div, inputs, outputName(shift?.node ?? scale.node), epsilon);
}

/** The group's last output comes from one node; what led there is dead code now. */
function replaced(
  graph: Graph,
  div: GraphNode,
  inputs: readonly string[],
  output: string,
  epsilon: number,
): Graph {
  const last = producerOf(graph, output);
  const node: GraphNode = {
    operator: 'LayerNormalization',
    name: div.name,
    inputs,
    outputs: [output],
    attributes: { axis: -1, epsilon },
  };
  return { ...graph, nodes: graph.nodes.map((other) => (other === last ? node : other)) };
}

function isLastMean(node: GraphNode | undefined, rank: number): boolean {
  if (node?.operator !== 'ReduceMean') return false;
  const axes = intsAttribute(node, 'axes', []);
  return axes.length === 1 && axes[0] === rank - 1;
}

function isSquareOf(graph: Graph, node: GraphNode | undefined, tensor: string): boolean {
  if (node?.operator === 'Pow') {
    return node.inputs[0] === tensor && scalarOf(graph, inputName(node, 1)) === 2;
  }
  return node?.operator === 'Mul' && node.inputs.every((name) => name === tensor);
}

function scalarOf(graph: Graph, name: string): number | undefined {
  const data = graph.tensors.get(name)?.data;
  return data?.length === 1 ? data[0] : undefined;
}

/** The one reader of `tensor`, where it is `operator` with a constant for each value of the last axis. */
function affineAt(
  graph: Graph,
  tensor: string,
  operator: string,
): { readonly node: GraphNode; readonly constant: string } | undefined {
  const readers = consumersOf(graph, tensor);
  const [node] = readers;
  if (readers.length !== 1 || node?.operator !== operator) return undefined;
  if (graph.outputs.includes(tensor)) return undefined;
  const constant = node.inputs.find((name) => name !== tensor) ?? '';
  const shape =
    graph.tensors.get(constant)?.data === undefined ? [] : tensorOf(graph, constant).shape;
  const last = tensorOf(graph, tensor).shape.at(-1);
  return shape.length === 1 && shape[0] === last ? { node, constant } : undefined;
}
