/** Layer-wise relevance propagation as another backward pass of the same graph. */
import { IsochroneError } from '../errors.js';
import type { GraphNode } from '../graph/graph.js';
import { tensorOf } from '../graph/graph.js';
import { clipBounds } from '../operators/clip.js';
import type { ScalarExpression } from '../operators/scalar-function.js';
import type { PreparedGraph } from './gradient.js';
import { isExplained } from './gradient.js';

/**
 * ε of each layer as a share of its largest activation in the calibration: two steps of an int8 signal. What a unit says below that the
 * device does not know. A larger ε is absorbed again in every layer until nothing is left to conserve; `npm run bench -- fidelity`
 * says how much reaches the input.
 */
const EPSILON_SHARE = 1 / 128;

/**
 * Rule LRP-ε (Bach 2015; Montavon 2019): R_i = a_i Σ_j w_ij R_j / (z_j + ε). With R_j = a_j c_j and a_j = max(0, z_j) this is
 * R_i = a_i c_i with c_i = Σ_j w_ij ρ_j c_j and ρ_j = a_j / (a_j + ε): the gradient's walk, in which a ReLU passes not all or nothing but
 * the less the weaker its unit is. So the gradient's kernels compute it, a table of ρ stands for the sign bits, and the input's
 * relevance is c · x where the gradient has g · x, from which it differs wherever a unit is weak; ε = 0 would give LRP-0, which is
 * gradient × input. What has no weak side (sums, means, winners of a pooling) and functions other than ReLU and Clip from 0 pass
 * relevance as they pass the gradient. Biases and ε absorb relevance: Σ R is the logit less what they took.
 * @param largest largest magnitude of a forward tensor
 */
export function withRelevance(
  prepared: PreparedGraph,
  largest: (tensor: string) => number | undefined,
): PreparedGraph {
  if (!isExplained(prepared)) return prepared;
  const { graph, forwardNodes } = prepared;
  const nodes = graph.nodes.map((node, at) =>
    at < forwardNodes ? node : passedByShare(node, prepared, largest),
  );
  return { ...prepared, graph: { ...graph, nodes } };
}

function passedByShare(
  node: GraphNode,
  { graph }: PreparedGraph,
  largest: (tensor: string) => number | undefined,
): GraphNode {
  const [gradient = '', output = ''] = node.inputs;
  const active = activeOf(node, (name) => (name === '' ? undefined : tensorOf(graph, name)));
  if (active === undefined) return node;
  const magnitude = largest(output);
  if (magnitude === undefined) {
    throw new IsochroneError('CALIBRATION_INCOMPLETE', `it has no range for "${output}"`, {
      hint: 'Run `isochrone calibrate MODEL --data DIR` again.',
      where: { model: graph.name },
    });
  }
  // A layer that is never active passes nothing, whatever its ε.
  const epsilon = magnitude > 0 ? magnitude * EPSILON_SHARE : 1;
  // Its slope is a / (a + ε).
  const expression = `${active} ${active} ${epsilon} + log ${epsilon} * -`;
  return {
    ...node,
    operator: 'PointwiseGradient',
    inputs: [gradient, output],
    attributes: { expression },
  };
}

/** The activation of a unit by its output, without slope where it is at a bound; undefined of what is no ReLU. */
function activeOf(
  node: GraphNode,
  tensor: (name: string) => ReturnType<typeof tensorOf> | undefined,
): ScalarExpression | undefined {
  if (node.operator === 'ReluGradient') return 'x 0 max';
  if (node.operator !== 'ClipGradient') return undefined;
  const { low, high } = clipBounds(node, node.inputs.slice(1).map(tensor));
  return low === 0 && Number.isFinite(high) ? `x 0 max ${high} min` : undefined;
}
