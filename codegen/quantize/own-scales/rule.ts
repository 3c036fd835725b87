import type { Graph, GraphNode, Quantization } from '../../graph/graph.js';
import { floatAttribute, tensorOf } from '../../graph/graph.js';
import { unsupported } from '../../operators/require.js';
import type { Lowering } from '../lowering.js';

/** Real bounds of the activation fused behind an operation. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

export const ANYTHING: Bounds = { low: -Infinity, high: Infinity };

/** What a Relu or a Clip of constant bounds lets through. */
export function boundsOf(graph: Graph, activation: GraphNode): Bounds {
  if (activation.operator === 'Relu') return { low: 0, high: Infinity };
  const bound = (index: number, attribute: string, absent: number): number => {
    const name = activation.inputs[index] ?? '';
    if (name === '') return floatAttribute(activation, attribute, absent);
    const [value] = tensorOf(graph, name).data ?? [];
    if (value === undefined) throw unsupported(activation, 'its bounds are not constant');
    return value;
  };
  return { low: bound(1, 'min', -Infinity), high: bound(2, 'max', Infinity) };
}

/** What a rule must know beyond its node. */
export interface OwnScalesContext {
  /** The tensor that it fills: the node's own output, or that of the activation fused into it. */
  readonly output: string;
  readonly bounds: Bounds;
}

/** From one node of a network with scales of its own to integer operations: exactly those of TFLite. */
export type OwnScalesRule = (
  lowering: Lowering,
  node: GraphNode,
  context: OwnScalesContext,
) => void;

/** Step and zero point of a signal. */
export interface Steps {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** @throws IsochroneError MODEL_UNSUPPORTED_OPERATOR when the file gives the signal no scale */
export function stepsOf(lowering: Lowering, node: GraphNode, tensor: string): Steps {
  const given = tensorOf(lowering.graph, tensor).quantization;
  const [scale] = given?.scales ?? [];
  if (given === undefined || scale === undefined) {
    throw unsupported(node, `"${tensor}" has no scale, others of the network have: it is mixed`);
  }
  return { scale, zeroPoint: given.zeroPoint };
}

/** The integers of a constant, which must be quantised itself. */
export function integersOf(
  lowering: Lowering,
  node: GraphNode,
  tensor: string,
): Quantization & Required<Pick<Quantization, 'values'>> {
  const given = tensorOf(lowering.graph, tensor).quantization;
  if (given?.values === undefined) throw unsupported(node, `"${tensor}" is not quantised`);
  if (given.zeroPoint !== 0) throw unsupported(node, `"${tensor}" has a zero point`);
  return { ...given, values: given.values };
}

/** Bounds of an activation as integers of the output (CalculateActivationRangeQuantized, kernel_util.cc). */
export function clampOf(
  bounds: Bounds,
  steps: Steps,
): { readonly clampLow: number; readonly clampHigh: number } {
  const integer = (real: number): number => {
    const magnitude = Math.round(Math.abs(Math.fround(real / steps.scale)));
    return steps.zeroPoint + (real < 0 ? -magnitude : magnitude);
  };
  return {
    clampLow: bounds.low === -Infinity ? -128 : Math.max(-128, integer(bounds.low)),
    clampHigh: bounds.high === Infinity ? 127 : Math.min(127, integer(bounds.high)),
  };
}
