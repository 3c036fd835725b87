import { IsochroneError } from '../errors.js';
import type { PreparedGraph } from '../explain/gradient.js';
import { isExplained } from '../explain/gradient.js';
import { sizeOf, tensorOf } from '../graph/graph.js';
import type { IntegerProgram } from '../integer/program.js';
import type { Calibration } from './calibration.js';
import { positionsOf } from './layout.js';
import { computedAs, lowerForward } from './lower-forward.js';
import { lowerGradient } from './lower-gradient.js';
import { Lowering } from './lowering.js';

/**
 * Float network with its gradient → integer program: int8 or int16 activations and per-channel int8 weights, int16 gradients.
 * @param int16 tensors to be int16, of those that `int16Candidates` gives
 * @throws IsochroneError CALIBRATION_INCOMPLETE, MODEL_UNSUPPORTED_OPERATOR
 */
export function quantize(
  explained: PreparedGraph,
  calibration: Calibration,
  int16: ReadonlySet<string> = new Set(),
): IntegerProgram {
  const { graph } = explained;
  const forward = graph.nodes.slice(0, explained.forwardNodes);
  const answerAs = computedAs(forward, explained.logits);
  // What can compute it as int16 does: an answer has room beyond what calibration saw.
  const lowering = new Lowering(graph, calibration, new Set([...int16, answerAs]));
  lowering.place(explained.input, lowering.input(explained.input));
  lowerForward(lowering, forward, answerAs);
  finishAnswer(lowering, explained);
  const answer = lowering.operations.at(-1);
  if (answer === undefined) throw new RangeError('the network computes nothing');
  const explanation = lowerExplanation(lowering, explained);
  // What the explanation must keep (sign bits, winners) was inserted in front of the answer.
  const forwardOperations = lowering.operations.indexOf(answer) + 1;
  return {
    name: graph.metadata['isochrone.name'] ?? graph.name,
    tensors: lowering.tensors,
    operations: lowering.operations,
    forwardOperations,
    input: tensorName(lowering, explained.input),
    logits: tensorName(lowering, explained.logits),
    ...(explanation === undefined ? {} : { explanation }),
    metadata: {
      ...graph.metadata,
      'isochrone.input_shape': tensorOf(graph, explained.input).shape.join(','),
    },
  };
}

/** The answer as the interface gives it: int16, one row in ONNX's order. */
function finishAnswer(lowering: Lowering, { graph, forwardNodes, logits }: PreparedGraph): void {
  const end = graph.nodes[forwardNodes - 1];
  const placement = lowering.placements.get(logits);
  if (end === undefined || placement === undefined) {
    throw new IsochroneError('MODEL_DAMAGED', 'the network computes nothing from its input', {
      hint: 'Check the export: the output is a constant or the input itself.',
      where: { model: graph.name },
    });
  }
  const { type, scale, zeroPoint } = lowering.tensorAt(placement);
  let wide = placement;
  if (type !== 'int16') {
    const tensor = `${logits}/int16`;
    wide = lowering.placeAs(
      logits,
      { ...placement, tensor },
      { type: 'int16', scale, zeroPoint: 0 },
    );
    lowering.operations.push({
      kind: 'widen',
      name: tensor,
      input: placement.tensor,
      output: tensor,
      elements: positionsOf(placement) * placement.channels,
      zeroPoint,
    });
  }
  const row = { height: 1, width: 1, channels: sizeOf(tensorOf(graph, logits).shape) };
  lowering.placements.set(logits, lowering.inLayout(end, wide, row, logits));
}

/** The backward nodes, where there are any, behind the forward operations. */
export function lowerExplanation(
  lowering: Lowering,
  prepared: PreparedGraph,
): IntegerProgram['explanation'] {
  if (!isExplained(prepared)) return undefined;
  const backward = prepared.graph.nodes.slice(prepared.forwardNodes);
  const seed = lowerGradient(lowering, backward, prepared);
  return {
    seed: seed.tensor,
    seedValues: seed.values,
    inputGradient: tensorName(lowering, prepared.inputGradient),
    ...(prepared.gradCam === undefined ? {} : { gradCam: tensorName(lowering, prepared.gradCam) }),
  };
}

function tensorName(lowering: Lowering, name: string): string {
  const placement = lowering.placements.get(name);
  if (placement === undefined) throw new RangeError(`"${name}" was not placed`);
  return placement.tensor;
}
