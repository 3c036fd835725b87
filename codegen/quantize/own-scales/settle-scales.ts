/** Gives every signal of a network with scales of its own a scale, where the file's meaning leaves no choice. */
import type { Graph, GraphNode, Quantization, TensorInfo } from '../../graph/graph.js';
import { inputName, outputName, tensorOf } from '../../graph/graph.js';
import { consumersOf } from '../../passes/rewrite.js';

/** Operators that move codes and leave them as they are. */
const KEEPS_CODES: ReadonlySet<string> = new Set([
  ...['ChannelsLastReshape', 'Dropout', 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'View'],
  ...['MaxPool', 'Pad', 'Resize', 'Slice', 'Transpose'],
]);

/** Operators whose kernels clamp to the bounds of an activation behind them. */
export const CLAMPS: ReadonlySet<string> = new Set([
  ...['Add', 'AveragePool', 'Conv', 'Gemm', 'GlobalAveragePool', 'ReduceMean', 'Sub'],
]);

/**
 * An operator that moves codes works in the scale of its output: its input is rescaled in front of it. An activation
 * behind an operator that cannot clamp becomes a step of its own in the activation's scale.
 */
export function settleScales(graph: Graph): Graph {
  const tensors = new Map<string, TensorInfo>(graph.tensors);
  const settled: Graph = { ...graph, tensors };
  const give = (name: string, scale: Quantization): void => {
    tensors.set(name, { ...tensorOf(settled, name), quantization: scale });
  };
  // Values that are only moved before they are quantised, or before a step that has a scale.
  for (const node of [...graph.nodes].reverse()) {
    const scale = tensorOf(settled, outputName(node)).quantization;
    const input = inputName(node, 0);
    const free = tensorOf(settled, input).quantization === undefined;
    if (KEEPS_CODES.has(node.operator) && free && scale !== undefined) give(input, scale);
  }
  const nodes = graph.nodes.flatMap((node): readonly GraphNode[] => {
    const output = outputName(node);
    const own = tensorOf(settled, output).quantization;
    if (KEEPS_CODES.has(node.operator)) {
      const input = inputName(node, 0);
      const info = tensorOf(settled, input);
      const given = info.quantization;
      if (given === undefined) return [node];
      if (own === undefined) give(output, given);
      if (own === undefined || sameSteps(own, given)) return [node];
      const rescaled = `${input}/as ${output}`;
      tensors.set(rescaled, { ...info, quantization: own });
      return [
        {
          operator: 'Identity',
          name: `${node.name}:rescaled`,
          inputs: [input],
          outputs: [rescaled],
          attributes: {},
        },
        { ...node, inputs: [rescaled, ...node.inputs.slice(1)] },
      ];
    }
    const activation = activationBehind(graph, node);
    if (own === undefined && activation !== undefined && !CLAMPS.has(node.operator)) {
      const scale = tensorOf(graph, outputName(activation)).quantization;
      if (scale !== undefined) give(output, scale);
    }
    return [node];
  });
  return { ...settled, nodes };
}

/** The activation behind a tensor without a scale, which the node's own kernel clamps to. */
export function fusedActivation(graph: Graph, node: GraphNode): GraphNode | undefined {
  const own = tensorOf(graph, outputName(node)).quantization;
  return own === undefined && CLAMPS.has(node.operator) ? activationBehind(graph, node) : undefined;
}

function activationBehind(graph: Graph, node: GraphNode): GraphNode | undefined {
  const output = outputName(node);
  const [reader, ...others] = consumersOf(graph, output);
  const activates = reader?.operator === 'Relu' || reader?.operator === 'Clip';
  return activates && others.length === 0 && !graph.outputs.includes(output) ? reader : undefined;
}

function sameSteps(a: Quantization, b: Quantization): boolean {
  return a.scales[0] === b.scales[0] && a.zeroPoint === b.zeroPoint;
}
