import type { PreparedGraph } from '../../explain/gradient.js';
import { isExplained } from '../../explain/gradient.js';
import type { Graph, GraphNode } from '../../graph/graph.js';
import { outputName, tensorOf } from '../../graph/graph.js';
import type { IntegerProgram } from '../../integer/program.js';
import { unsupported } from '../../operators/require.js';
import { CALIBRATION_FORMAT } from '../calibration.js';
import { Lowering } from '../lowering.js';
import { addWithOwnScales } from './add.js';
import { convWithOwnScales, gemmWithOwnScales } from './conv.js';
import { averageWithOwnScales, meanWithOwnScales } from './mean.js';
import type { Bounds, OwnScalesRule } from './rule.js';
import { stepsOf } from './rule.js';
import { softmaxWithOwnScales } from './softmax.js';
import { viewWithOwnScales } from './view.js';

const rules: ReadonlyMap<string, OwnScalesRule> = new Map([
  ['Add', addWithOwnScales],
  ['ChannelsLastReshape', viewWithOwnScales],
  ['Conv', convWithOwnScales],
  ['Gemm', gemmWithOwnScales],
  ['GlobalAveragePool', averageWithOwnScales],
  ['ReduceMean', meanWithOwnScales],
  ['Reshape', viewWithOwnScales],
  ['Softmax', softmaxWithOwnScales],
]);

const ANYTHING: Bounds = { low: -Infinity, high: Infinity };

/** Whether the model file says itself how its signals are quantised; calibration then has nothing to decide. */
export function hasOwnScales(graph: Graph): boolean {
  return graph.inputs.some((input) => tensorOf(graph, input).quantization !== undefined);
}

/**
 * A network with scales of its own → integer program that computes what TFLite's reference kernels do with single
 * rounding. Its int8 answer is widened to int16 steps above its zero, which is the form that network.h gives.
 * @throws IsochroneError MODEL_UNSUPPORTED_OPERATOR
 */
export function lowerWithOwnScales(prepared: PreparedGraph): IntegerProgram {
  if (isExplained(prepared)) throw new RangeError('networks with own scales are not explained');
  const { graph, input, logits } = prepared;
  const lowering = new Lowering(graph, {
    format: CALIBRATION_FORMAT,
    modelSha256: '',
    source: 'the model itself',
    records: 0,
    activations: {},
    gradients: {},
  });
  const [first] = graph.nodes;
  const last = graph.nodes.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('the graph has no node');
  lowering.place(input, { type: 'int8', ...stepsOf(lowering, first, input) });
  const fused = new Set<GraphNode>();
  for (const node of graph.nodes) {
    if (fused.has(node)) continue;
    const rule = rules.get(node.operator);
    if (rule === undefined) {
      throw unsupported(node, `operator "${node.operator}" is not supported in int8 networks`);
    }
    const activation = fusedActivation(graph, node);
    if (activation !== undefined) fused.add(activation);
    const output = outputName(activation ?? node);
    const bounds = activation === undefined ? ANYTHING : boundsOf(graph, activation);
    rule(lowering, node, { output, bounds });
  }
  const answer = lowering.placements.get(logits);
  if (answer === undefined) throw unsupported(last, 'the network computes no answer');
  const { scale, zeroPoint } = lowering.tensorAt(answer);
  const elements = answer.height * answer.width * answer.channels;
  const wide = `${logits}:int16`;
  lowering.placeAs(wide, { ...answer, tensor: wide }, { type: 'int16', scale, zeroPoint: 0 });
  const name = `${last.name}:int16`;
  lowering.operations.push({
    kind: 'widen',
    name,
    input: answer.tensor,
    output: wide,
    elements,
    zeroPoint,
  });
  return {
    name: graph.metadata['isochrone.name'] ?? graph.name,
    tensors: lowering.tensors,
    operations: lowering.operations,
    forwardOperations: lowering.operations.length,
    input,
    logits: wide,
    metadata: {
      ...graph.metadata,
      'isochrone.input_shape': tensorOf(graph, input).shape.join(','),
    },
  };
}

/** The activation behind a tensor without a scale, which the file holds as part of the operator. */
function fusedActivation(graph: Graph, node: GraphNode): GraphNode | undefined {
  const output = outputName(node);
  if (tensorOf(graph, output).quantization !== undefined) return undefined;
  const [reader, ...others] = graph.nodes.filter((other) => other.inputs.includes(output));
  const activates = reader?.operator === 'Relu' || reader?.operator === 'Clip';
  return activates && others.length === 0 ? reader : undefined;
}

function boundsOf(graph: Graph, activation: GraphNode): Bounds {
  if (activation.operator === 'Relu') return { low: 0, high: Infinity };
  const bound = (index: number, absent: number): number =>
    graph.tensors.get(activation.inputs[index] ?? '')?.data?.[0] ?? absent;
  return { low: bound(1, -Infinity), high: bound(2, Infinity) };
}
