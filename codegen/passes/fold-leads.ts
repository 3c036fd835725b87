import { IsochroneError } from '../errors.js';
import type { Graph, GraphNode, TensorInfo } from '../graph/graph.js';
import { inputName, intAttribute, outputName, tensorOf } from '../graph/graph.js';

/** The order that every twelve-lead network of the project reads, and the leads that are independent in it. */
export const TWELVE_LEADS = 'I,II,III,aVR,aVL,aVF,V1,V2,V3,V4,V5,V6';
export const EIGHT_LEADS = 'I,II,V1,V2,V3,V4,V5,V6';

const TWELVE = 12;
const EIGHT = 8;

/** Each of the twelve leads by the eight independent ones: III = II − I, aVR = −(I + II)/2, aVL = I − II/2, aVF = II − I/2. */
export const BY_INDEPENDENT: readonly (readonly (readonly [
  independent: number,
  factor: number,
])[])[] = [
  [[0, 1]],
  [[1, 1]],
  [
    [0, -1],
    [1, 1],
  ],
  [
    [0, -0.5],
    [1, -0.5],
  ],
  [
    [0, 1],
    [1, -0.5],
  ],
  [
    [0, -0.5],
    [1, 1],
  ],
  ...[2, 3, 4, 5, 6, 7].map((chest) => [[chest, 1] as const]),
];

/**
 * A network of twelve leads → the equal one of the eight independent leads. Four of the twelve are sums of I and II, and what reads
 * them first is linear, so its weights absorb them: w'_I = w_I − w_III − w_aVR/2 + w_aVL − w_aVF/2, likewise for II. A third of the
 * first layer's work goes. The gradient by the eight leads is the fold of the gradient by the twelve (the chain rule).
 *
 * The input may be scaled lead by lead first (Mul or Div by a constant for each lead): the scale moves into the weights. An added
 * constant cannot move: zero padding reads zero behind it.
 * @throws IsochroneError LEADS_NOT_TWELVE, LEADS_NOT_LINEAR naming the node that stands in the way
 */
export function foldLeads(graph: Graph): Graph {
  const [input = ''] = graph.inputs;
  const info = tensorOf(graph, input);
  const leads = graph.metadata['isochrone.leads'];
  if (info.shape[1] !== TWELVE || (leads !== undefined && leads !== TWELVE_LEADS)) {
    throw new IsochroneError(
      'LEADS_NOT_TWELVE',
      `the network reads ${leads ?? `${info.shape[1] ?? 0} channels`}, not the twelve leads`,
      {
        hint: `Lead folding needs [1, 12, samples] in the order ${TWELVE_LEADS}.`,
        where: { model: graph.name, input },
      },
    );
  }
  const unit = new Float64Array(TWELVE).fill(1);
  const tensors = new Map(graph.tensors);
  tensors.set(input, { ...info, shape: [1, EIGHT, ...info.shape.slice(2)] });
  const replaced = new Map<GraphNode, GraphNode | undefined>();
  const follow = (tensor: string, scale: Float64Array): void => {
    if (graph.outputs.includes(tensor)) throw notLinear(graph, undefined, tensor);
    for (const node of graph.nodes.filter(({ inputs }) => inputs.includes(tensor))) {
      const factor = leadFactor(graph, node, tensor);
      if (factor !== undefined) {
        replaced.set(node, undefined);
        follow(
          outputName(node),
          scale.map((value, lead) => value * (factor[lead] ?? 1)),
        );
      } else {
        replaced.set(node, foldConv(graph, node, { input, scale }, tensors));
      }
    }
  };
  follow(input, unit);
  return {
    ...graph,
    nodes: graph.nodes.flatMap((node) => {
      if (!replaced.has(node)) return [node];
      const fresh = replaced.get(node);
      return fresh === undefined ? [] : [fresh];
    }),
    tensors,
    metadata: { ...graph.metadata, 'isochrone.leads': EIGHT_LEADS },
  };
}

/** The constant for each lead by which a node multiplies `tensor`; undefined for any other node. */
function leadFactor(graph: Graph, node: GraphNode, tensor: string): Float64Array | undefined {
  if (node.operator !== 'Mul' && node.operator !== 'Div') return undefined;
  const other = inputName(node, node.inputs[0] === tensor ? 1 : 0);
  const constant = tensorOf(graph, other);
  if (constant.data === undefined || (node.operator === 'Div' && node.inputs[0] !== tensor)) {
    throw notLinear(graph, node, tensor);
  }
  const { data, shape } = constant;
  const rank = tensorOf(graph, tensor).shape.length;
  const axis = shape.length - (rank - 1);
  // One value, or one for each lead: every other axis has size one.
  if (data.length !== 1 && (data.length !== TWELVE || shape[axis] !== TWELVE)) {
    throw notLinear(graph, node, tensor);
  }
  return Float64Array.from({ length: TWELVE }, (_, lead) => {
    const value = data[data.length === 1 ? 0 : lead] ?? 1;
    return node.operator === 'Div' ? 1 / value : value;
  });
}

function foldConv(
  graph: Graph,
  node: GraphNode,
  source: { readonly input: string; readonly scale: Float64Array },
  tensors: Map<string, TensorInfo>,
): GraphNode {
  const name = node.inputs[1] ?? '';
  const weights = node.operator === 'Conv' ? tensorOf(graph, name) : undefined;
  if (weights?.data === undefined || intAttribute(node, 'group', 1) !== 1) {
    throw notLinear(graph, node, node.inputs[0] ?? '');
  }
  const { data, shape } = weights;
  const [outputs = 0, , ...kernel] = shape;
  const taps = kernel.reduce((a, b) => a * b, 1);
  const folded = new Float64Array(outputs * EIGHT * taps);
  for (let m = 0; m < outputs; m += 1) {
    BY_INDEPENDENT.forEach((terms, lead) => {
      for (let tap = 0; tap < taps; tap += 1) {
        const weight = (data[(m * TWELVE + lead) * taps + tap] ?? 0) * (source.scale[lead] ?? 1);
        for (const [independent, factor] of terms) {
          const to = (m * EIGHT + independent) * taps + tap;
          folded[to] = (folded[to] ?? 0) + factor * weight;
        }
      }
    });
  }
  const fresh = `${node.name}/eight_leads`;
  tensors.set(fresh, {
    shape: [outputs, EIGHT, ...kernel],
    elementType: 'float32',
    data: Float32Array.from(folded),
  });
  return { ...node, inputs: [source.input, fresh, ...node.inputs.slice(2)] };
}

function notLinear(graph: Graph, node: GraphNode | undefined, tensor: string): IsochroneError {
  return new IsochroneError(
    'LEADS_NOT_LINEAR',
    node === undefined
      ? 'the input leaves the network as it is'
      : `operator "${node.operator}" reads the leads before any ungrouped convolution with constant weights`,
    {
      hint: 'Build with --leads 12, or export a network whose input goes to convolutions first.',
      where: {
        model: graph.name,
        tensor,
        ...(node === undefined ? {} : { operator: node.operator, node: node.name }),
      },
    },
  );
}
