/**
 * Grad-CAM as more graph: where in time the last convolution's activation speaks for a class, by the gradient that the
 * backward pass has there anyway.
 */
import { IsochroneError } from '../errors.js';
import type { Graph, GraphNode } from '../graph/graph.js';
import { outputName, sizeOf, tensorOf } from '../graph/graph.js';
import type { ExplainedGraph } from './gradient.js';

export const GRAD_CAM = 'gradient/cam';

/**
 * Adds cam(t) = Σ_c A_c(t) · dlogit/dA_c(t), A the output of the last convolution that has positions (behind its ReLU).
 * Element-wise products keep what Grad-CAM's mean over positions (Selvaraju 2017) loses, and are the same where the head
 * is a global mean and a dense layer (HiResCAM, Draelos and Carin 2020). Negative values stay: who draws it cuts them off.
 * @throws IsochroneError EXPLAIN_NO_CAM
 */
export function withGradCam(explained: ExplainedGraph): ExplainedGraph {
  const { graph, forwardNodes } = explained;
  const forward = graph.nodes.slice(0, forwardNodes);
  const conv = forward.findLast(
    (node) => node.operator === 'Conv' && positions(graph, node).some((extent) => extent > 1),
  );
  const back = graph.nodes
    .slice(forwardNodes)
    .find(
      ({ operator, inputs }) => operator === 'ConvInputGradient' && inputs[1] === conv?.inputs[1],
    );
  const gradient = back?.inputs[0];
  if (conv === undefined || gradient === undefined) {
    throw new IsochroneError('EXPLAIN_NO_CAM', 'no convolution with positions ends the network', {
      hint: 'Leave grad-cam out of --explain.',
      where: { model: graph.name },
    });
  }
  const shape = [1, 1, ...positions(graph, conv)];
  const node: GraphNode = {
    operator: 'ProductGradient',
    name: GRAD_CAM,
    inputs: [gradient, activationOf(forward, conv)],
    outputs: [GRAD_CAM],
    attributes: { input_shape: shape },
  };
  const at = graph.nodes.findIndex(({ outputs }) => outputs.includes(gradient)) + 1;
  const nodes = [...graph.nodes.slice(0, at), node, ...graph.nodes.slice(at)];
  const tensors = new Map(graph.tensors).set(GRAD_CAM, { shape, elementType: 'float32' });
  return { ...explained, graph: { ...graph, nodes, tensors }, gradCam: GRAD_CAM };
}

function positions(graph: Graph, conv: GraphNode): readonly number[] {
  const shape = tensorOf(graph, outputName(conv)).shape;
  return sizeOf(shape) === 0 ? [] : shape.slice(2);
}

/** Behind the ReLU: where that is zero it makes no difference whether the gradient is taken in front of it or behind. */
function activationOf(forward: readonly GraphNode[], conv: GraphNode): string {
  const readers = forward.filter(({ inputs }) => inputs.includes(outputName(conv)));
  const [reader] = readers;
  return readers.length === 1 && reader?.operator === 'Relu'
    ? outputName(reader)
    : outputName(conv);
}
