import type { PreparedGraph } from '../explain/gradient.js';
import { isExplained } from '../explain/gradient.js';
import { tensorOf } from '../graph/graph.js';
import type { IntegerProgram } from '../integer/program.js';
import { unsupported } from '../operators/require.js';
import type { Calibration } from './calibration.js';
import { lowerForward } from './lower-forward.js';
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
  const lowering = new Lowering(graph, calibration, int16);
  lowering.place(explained.input, lowering.input(explained.input));
  lowerForward(lowering, forward, explained.logits);
  const last = lowering.placements.get(explained.logits);
  const answer = lowering.operations.at(-1);
  if (last === undefined || answer === undefined || lowering.tensorAt(last).type !== 'int16') {
    const end = graph.nodes[explained.forwardNodes - 1] ?? graph.nodes[0];
    if (end === undefined) throw new RangeError('the graph has no node');
    throw unsupported(end, 'the network must end in a dense layer or a convolution');
  }
  const explanation = lowerExplanation(lowering, explained);
  // What the explanation must keep (sign bits, winners) was inserted in front of the answer.
  const forwardOperations = lowering.operations.indexOf(answer) + 1;
  return {
    name: graph.metadata['isochrone.name'] ?? graph.name,
    tensors: lowering.tensors,
    operations: lowering.operations,
    forwardOperations,
    input: tensorName(lowering, explained.input),
    logits: last.tensor,
    ...(explanation === undefined ? {} : { explanation }),
    metadata: {
      ...graph.metadata,
      'isochrone.input_shape': tensorOf(graph, explained.input).shape.join(','),
    },
  };
}

function lowerExplanation(
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
  };
}

function tensorName(lowering: Lowering, name: string): string {
  const placement = lowering.placements.get(name);
  if (placement === undefined) throw new RangeError(`"${name}" was not placed`);
  return placement.tensor;
}
