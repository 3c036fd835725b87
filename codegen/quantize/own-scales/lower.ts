import { IsochroneError } from '../../errors.js';
import type { PreparedGraph } from '../../explain/gradient.js';
import { isExplained } from '../../explain/gradient.js';
import type { Graph, GraphNode } from '../../graph/graph.js';
import { outputName, tensorOf } from '../../graph/graph.js';
import type { IntegerProgram } from '../../integer/program.js';
import { unsupported } from '../../operators/require.js';
import { atNode } from '../at-node.js';
import { CALIBRATION_FORMAT, type Calibration } from '../calibration.js';
import { lowerMaxPool } from '../lower/max-pool.js';
import { lowerPad, lowerResize, lowerSlice, lowerTranspose } from '../lower/surgery.js';
import { lowerChannelsLastView, lowerView } from '../lower/view.js';
import { unaryExpression } from '../../operators/unary.js';
import { Lowering } from '../lowering.js';
import { lowerExplanation } from '../quantize.js';
import { addWithOwnScales, mulWithOwnScales, subWithOwnScales } from './arithmetic.js';
import { concatWithOwnScales, keepingCodes } from './codes.js';
import { noiseCalibration } from './explained.js';
import { convWithOwnScales, gemmWithOwnScales } from './conv.js';
import { averagePoolWithOwnScales, globalAverageWithOwnScales, meanWithOwnScales } from './mean.js';
import type { OwnScalesRule } from './rule.js';
import { ANYTHING, boundsOf, stepsOf } from './rule.js';
import { fusedActivation, settleScales } from './settle-scales.js';
import { softmaxWithOwnScales } from './softmax.js';
import {
  activationWithOwnScales,
  functionWithOwnScales,
  leakyReluWithOwnScales,
  requantizeWithOwnScales,
} from './table.js';

const view = keepingCodes(lowerView);

const rules: ReadonlyMap<string, OwnScalesRule> = new Map([
  ['Add', addWithOwnScales],
  ['AveragePool', averagePoolWithOwnScales],
  ['ChannelsLastReshape', keepingCodes(lowerChannelsLastView)],
  ['Clip', activationWithOwnScales],
  ['Concat', concatWithOwnScales],
  ['Conv', convWithOwnScales],
  ['Dropout', view],
  ['Flatten', view],
  ['Gemm', gemmWithOwnScales],
  ['GlobalAveragePool', globalAverageWithOwnScales],
  ['Identity', requantizeWithOwnScales],
  ['LeakyRelu', leakyReluWithOwnScales],
  ['MaxPool', keepingCodes(lowerMaxPool)],
  ['Mul', mulWithOwnScales],
  ['Pad', keepingCodes(lowerPad)],
  ['ReduceMean', meanWithOwnScales],
  ['Relu', activationWithOwnScales],
  ['Reshape', view],
  ['Resize', keepingCodes(lowerResize)],
  ['Slice', keepingCodes(lowerSlice)],
  ['Softmax', softmaxWithOwnScales],
  ['Squeeze', view],
  ['Sub', subWithOwnScales],
  ['Transpose', keepingCodes(lowerTranspose)],
  ['Unsqueeze', view],
  ['View', view],
]);

function ruleOf(node: GraphNode): OwnScalesRule {
  const rule =
    rules.get(node.operator) ??
    (unaryExpression(node) === undefined ? undefined : functionWithOwnScales);
  if (rule === undefined) {
    throw unsupported(node, `operator "${node.operator}" is not supported in int8 networks`);
  }
  return rule;
}

const NO_CALIBRATION: Calibration = {
  format: CALIBRATION_FORMAT,
  modelSha256: '',
  source: 'the model itself',
  records: 0,
  activations: {},
  gradients: {},
};

/** Whether the model file says itself how its signals are quantised; calibration then has nothing to decide. */
export function hasOwnScales(graph: Graph): boolean {
  return [...graph.tensors.values()].some(
    ({ data, quantization }) => data === undefined && quantization !== undefined,
  );
}

/**
 * A network with scales of its own → integer program that computes what TFLite's reference kernels do with single
 * rounding. Its int8 answer is widened to int16 steps above its zero, which is the form that network.h gives.
 * @throws IsochroneError MODEL_UNSUPPORTED_OPERATOR, MODEL_DAMAGED, QUANTIZE_SCALE
 */
export function lowerWithOwnScales(prepared: PreparedGraph): IntegerProgram {
  const { input, logits } = prepared;
  // With a gradient, scales were settled in front of it.
  const settled = isExplained(prepared) ? prepared.graph : settleScales(prepared.graph);
  const forwardNodes = isExplained(prepared) ? prepared.forwardNodes : settled.nodes.length;
  const graph = { ...settled, outputs: [logits], nodes: settled.nodes.slice(0, forwardNodes) };
  const lowering = new Lowering(
    settled,
    isExplained(prepared) ? noiseCalibration(prepared) : NO_CALIBRATION,
  );
  const [first] = graph.nodes;
  const last = graph.nodes.at(-1);
  if (first === undefined || last === undefined) {
    throw new IsochroneError(
      'MODEL_DAMAGED',
      'the network computes nothing: its input is its answer',
      {
        hint: 'The model file is damaged or was cut from a larger graph; convert it again.',
        where: { model: graph.name },
      },
    );
  }
  lowering.place(input, { type: 'int8', ...stepsOf(lowering, first, input) });
  const fused = new Set<GraphNode>();
  for (const node of graph.nodes) {
    if (fused.has(node)) continue;
    const rule = ruleOf(node);
    const activation = fusedActivation(graph, node);
    if (activation !== undefined) fused.add(activation);
    const output = outputName(activation ?? node);
    const bounds = activation === undefined ? ANYTHING : boundsOf(graph, activation);
    atNode(graph.name, node, () => {
      rule(lowering, node, { output, bounds });
    });
  }
  const answer = lowering.placements.get(logits);
  if (answer === undefined) throw unsupported(last, 'the network computes no answer');
  const { scale, zeroPoint } = lowering.tensorAt(answer);
  const elements = answer.height * answer.width * answer.channels;
  const wide = `${logits}:int16`;
  lowering.placeAs(wide, { ...answer, tensor: wide }, { type: 'int16', scale, zeroPoint: 0 });
  const name = `${last.name}:int16`;
  const widen = {
    kind: 'widen',
    name,
    input: answer.tensor,
    output: wide,
    elements,
    zeroPoint,
  } as const;
  lowering.operations.push(widen);
  const explanation = lowerExplanation(lowering, prepared);
  return {
    name: graph.metadata['isochrone.name'] ?? graph.name,
    tensors: lowering.tensors,
    operations: lowering.operations,
    forwardOperations: lowering.operations.indexOf(widen) + 1,
    input,
    logits: wide,
    ...(explanation === undefined ? {} : { explanation }),
    ...(['Softmax', 'Sigmoid'].includes(last.operator) ? { answersProbabilities: true } : {}),
    metadata: {
      ...graph.metadata,
      'isochrone.input_shape': tensorOf(graph, input).shape.join(','),
    },
  };
}
