import { IsochroneError } from '../errors.js';
import type { Graph, GraphNode, Shape, TensorInfo } from '../graph/graph.js';
import { nodeError, outputName, sizeOf, tensorOf } from '../graph/graph.js';
import { operatorRule } from '../operators/registry.js';
import type { GradientBuilder } from '../operators/operator.js';

/** A network as the quantiser takes it, with or without its gradient. */
export interface PreparedGraph {
  /** Forward nodes, then the backward ones where there are any. */
  readonly graph: Graph;
  /** How many of the nodes are the forward pass. */
  readonly forwardNodes: number;
  readonly logits: string;
  readonly input: string;
  readonly seed?: string;
  readonly inputGradient?: string;
  /** [1, 1, positions]: where Grad-CAM is built in (grad-cam.ts). */
  readonly gradCam?: string;
}

/** A network together with the gradient of one of its logits. */
export interface ExplainedGraph extends PreparedGraph {
  /** [1, classes] input that selects the logit: one-hot. It is the graph's last input. */
  readonly seed: string;
  /** Gradient of the seeded logit with respect to `input`, in its shape. */
  readonly inputGradient: string;
}

export const SEED = 'gradient/seed';

/** A class index is a byte, whose last value stands for the winner. */
const MOST_ANSWERS = 255;

export function isExplained(prepared: PreparedGraph): prepared is ExplainedGraph {
  return prepared.seed !== undefined && prepared.inputGradient !== undefined;
}

/**
 * The answer alone.
 * @throws IsochroneError MODEL_MANY_ENDS
 */
export function withoutGradient(graph: Graph): PreparedGraph {
  return { graph, forwardNodes: graph.nodes.length, ...endsOf(graph) };
}

/** The one input and the one output that the device's interface has room for. */
function endsOf(graph: Graph): { readonly input: string; readonly logits: string } {
  const [input, ...otherInputs] = graph.inputs;
  const [logits, ...otherOutputs] = graph.outputs;
  if (input === undefined || logits === undefined || otherInputs.length + otherOutputs.length > 0) {
    throw new IsochroneError(
      'MODEL_MANY_ENDS',
      `the network has ${graph.inputs.length} inputs and ${graph.outputs.length} outputs`,
      { hint: 'Export a network with one input and one output.', where: { model: graph.name } },
    );
  }
  return { input, logits };
}

/**
 * Differentiates a network with one input and one output: the gradient is more graph, made by the gradient rule beside
 * each operator in one reverse walk, and is quantised, planned and emitted like the rest.
 * @param of whose values the seed selects one of; the answer, or what it is made of
 * @throws IsochroneError MODEL_MANY_ENDS, EXPLAIN_ANSWERS, EXPLAIN_NO_GRADIENT naming the operator that has no rule
 */
export function withGradient(graph: Graph, of?: string): ExplainedGraph {
  const { input, logits } = endsOf(graph);
  const explained = of ?? logits;
  const answers = sizeOf(tensorOf(graph, explained).shape);
  if (answers > MOST_ANSWERS) {
    throw new IsochroneError('EXPLAIN_ANSWERS', `the network has ${answers} outputs to explain`, {
      hint: `The device names the explained one in a byte: up to ${MOST_ANSWERS}. Build with --explain none.`,
      where: { model: graph.name },
    });
  }
  const tensors = new Map<string, TensorInfo>(graph.tensors);
  tensors.set(SEED, { shape: tensorOf(graph, explained).shape, elementType: 'float32' });
  const nodes: GraphNode[] = [...graph.nodes];
  const shapeOf = (name: string): Shape => tensorOf({ ...graph, tensors }, name).shape;
  const isConstant = (name: string): boolean => tensors.get(name)?.data !== undefined;

  const add = (
    operator: string,
    inputs: readonly string[],
    attributes: GraphNode['attributes'] = {},
  ): string => {
    const name = `gradient/${nodes.length}_${operator}`;
    const node: GraphNode = { operator, name, inputs, outputs: [name], attributes };
    const [info] = operatorRule(node, graph.name).infer(
      node,
      inputs.map((tensor) => (tensor === '' ? undefined : tensorOf({ ...graph, tensors }, tensor))),
    );
    if (info === undefined) throw new RangeError(`${operator} infers no output`);
    tensors.set(name, info);
    nodes.push(node);
    return name;
  };

  // Gradient of the logit with respect to each tensor reached so far; several readers of one tensor add up.
  const gradients = new Map<string, string>([[explained, SEED]]);
  for (const node of [...graph.nodes].reverse()) {
    const outputGradient = gradients.get(outputName(node));
    if (outputGradient === undefined) continue;
    const rule = operatorRule(node, graph.name);
    if (rule.gradient === undefined) {
      throw nodeError(
        graph.name,
        node,
        'EXPLAIN_NO_GRADIENT',
        `operator "${node.operator}" has no gradient rule`,
        'Build without an explanation (--explain none), or replace the operator.',
      );
    }
    const builder: GradientBuilder = { outputGradient, shapeOf, isConstant, add };
    for (const [index, gradient] of rule.gradient(node, builder)) {
      const source = node.inputs[index] ?? '';
      if (isConstant(source)) continue;
      const earlier = gradients.get(source);
      gradients.set(source, earlier === undefined ? gradient : add('Add', [earlier, gradient]));
    }
  }
  const inputGradient = gradients.get(input);
  if (inputGradient === undefined) {
    throw new IsochroneError('EXPLAIN_NO_PATH', 'the output does not depend on the input', {
      hint: 'Check the export: the network computes a constant.',
      where: { model: graph.name },
    });
  }
  return {
    graph: {
      ...graph,
      inputs: [input, SEED],
      outputs: [logits, inputGradient],
      nodes,
      tensors,
    },
    forwardNodes: graph.nodes.length,
    seed: SEED,
    logits,
    input,
    inputGradient,
  };
}
