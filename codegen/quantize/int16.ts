/** Which signals of the answer can be int16, and how far their codes may reach. */
import type { Graph, GraphNode } from '../graph/graph.js';
import { outputName, tensorOf } from '../graph/graph.js';
import { denseParameters } from '../operators/gemm.js';
import { fusedClamp } from './lower/fused-clamp.js';
import { findLowerRule } from './lower/registry.js';
import { INT16_MOST } from './ranges.js';

const READS_INT8 = new Set(['PointwiseGradient', 'ProductGradient']);

/** What products may take of int32; `quantizeWeights` keeps the biases within the rest. */
const PRODUCTS_MOST = 2 ** 30;

/**
 * Tensors of the forward pass that can be int16, in order of execution, the input first: what computes them and everything
 * that reads them takes such codes, directly or behind operators that only move values.
 */
export function int16Candidates(
  graph: Graph,
  forward: readonly GraphNode[],
  ends: { readonly input: string; readonly logits: string },
): readonly string[] {
  const rules = new Map(forward.map((node) => [node, findLowerRule(node)]));
  const taken = (tensor: string): boolean =>
    tensor !== ends.logits &&
    // A backward product and a backward table read their factor as int8.
    !graph.nodes.some(({ operator, inputs }) => READS_INT8.has(operator) && inputs[1] === tensor) &&
    forward
      .filter((node) => node.inputs.includes(tensor))
      .every((node) => {
        const kind = rules.get(node)?.int16;
        return kind === 'computes' || (kind === 'moves' && taken(outputName(node)));
      });
  const computed = forward
    .filter((node) => rules.get(node)?.int16 === 'computes')
    .map((node) => outputName(fusedClamp(forward, node, ends.logits) ?? node));
  // The device fills the input with any code: nothing clamps it to a lower limit.
  const inputFits = sumLimit(graph, ends.input) > INT16_MOST;
  return [...(inputFits ? [ends.input] : []), ...computed].filter(taken);
}

/**
 * Largest magnitude of an int16 signal's codes: int16's own, or less where the sum of a convolution or dense layer that reads
 * it could leave int32.
 */
export function int16Limit(graph: Graph, tensor: string): number {
  return Math.min(INT16_MOST, sumLimit(graph, tensor));
}

/** Codes of this magnitude keep every reader's sum of products within PRODUCTS_MOST. */
function sumLimit(graph: Graph, tensor: string): number {
  return graph.nodes
    .filter((node) => node.inputs[0] === tensor)
    .reduce((least, node) => {
      if (node.operator === 'Conv' || node.operator === 'Gemm') {
        return Math.min(least, Math.floor(PRODUCTS_MOST / largestGain(graph, node)));
      }
      const moves = findLowerRule(node)?.int16 === 'moves';
      return moves ? Math.min(least, sumLimit(graph, outputName(node))) : least;
    }, Infinity);
}

/** Largest Σ|w| of an output channel in int8 weights. Coarser weight steps than these only lower it. */
function largestGain(graph: Graph, node: GraphNode): number {
  const { shape, data } = tensorOf(graph, node.inputs[1] ?? '');
  if (data === undefined) return 1;
  const dense =
    node.operator === 'Gemm' ? denseParameters(node, { shape, data }, undefined) : undefined;
  const values = Float64Array.from(dense?.weights ?? data);
  const channels = dense?.outputs ?? shape[0] ?? 1;
  const each = values.length / channels;
  let gain = 1;
  for (let from = 0; from < values.length; from += each) {
    const row = values.subarray(from, from + each);
    const largest = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (largest === 0) continue;
    const sum = row.reduce((a, value) => a + Math.round((127 * Math.abs(value)) / largest), 0);
    gain = Math.max(gain, sum);
  }
  return gain;
}
