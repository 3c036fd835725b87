import { IsochroneError } from '../errors.js';
import type { Graph, GraphNode } from '../graph/graph.js';
import { sizeOf, tensorOf } from '../graph/graph.js';
import type { FloatTensor } from '../operators/operator.js';
import { operatorRule } from '../operators/registry.js';

/**
 * Runs a graph in float32 (sums in double).
 * @param inputs values of every graph input, in the graph's layout
 * @returns every tensor of the graph by name, constants included
 */
export function runFloat(
  graph: Graph,
  inputs: ReadonlyMap<string, Float32Array>,
): Map<string, FloatTensor> {
  const values = new Map<string, FloatTensor>();
  for (const [name, tensor] of graph.tensors) {
    if (tensor.data !== undefined) values.set(name, { shape: tensor.shape, data: tensor.data });
  }
  for (const name of graph.inputs) {
    const data = inputs.get(name);
    const { shape } = tensorOf(graph, name);
    if (data?.length !== sizeOf(shape)) {
      throw new IsochroneError(
        'INPUT_BAD_LENGTH',
        `input "${name}" needs ${sizeOf(shape)} values [${shape.join(', ')}], got ${data?.length ?? 0}`,
        { hint: 'Pass one value for each element of the input.', where: { input: name } },
      );
    }
    values.set(name, { shape, data });
  }
  runNodes(graph, graph.nodes, values);
  return values;
}

/** Runs some nodes of a graph on values that already hold what they read, and adds what they compute. */
export function runNodes(
  graph: Graph,
  nodes: readonly GraphNode[],
  values: Map<string, FloatTensor>,
): void {
  for (const node of nodes) {
    const outputs = node.outputs.map((name) => tensorOf(graph, name));
    const results = operatorRule(node, graph.name).evaluate(
      node,
      node.inputs.map((name) => (name === '' ? undefined : values.get(name))),
      outputs,
    );
    results.forEach((tensor, index) => values.set(node.outputs[index] ?? '', tensor));
  }
}

/** Values of one tensor after runFloat. */
export function floatOf(
  values: ReadonlyMap<string, FloatTensor>,
  name: string,
): FloatTensor['data'] {
  const tensor = values.get(name);
  if (tensor === undefined) {
    throw new IsochroneError('MODEL_MISSING_TENSOR', `tensor "${name}" was not computed`, {
      hint: 'This is a fault of the compiler; report it with the model.',
      where: { tensor: name },
    });
  }
  return tensor.data;
}
