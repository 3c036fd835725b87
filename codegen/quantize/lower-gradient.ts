import type { GraphNode } from '../graph/graph.js';
import { atNode } from './at-node.js';
import { GradientLowering, type LoweredSeed } from './gradient/lowering.js';
import { gradientRule } from './gradient/registry.js';
import type { Lowering } from './lowering.js';

/**
 * Lowers the backward nodes. A gradient that a convolution's weights will multiply is kept in the steps of those
 * per-channel weights, so the sum over channels needs no scale of its own (`channelScale`).
 */
export function lowerGradient(
  lowering: Lowering,
  nodes: readonly GraphNode[],
  ends: { readonly seed: string; readonly inputGradient: string },
): LoweredSeed {
  const gradient = new GradientLowering(lowering, nodes, ends.inputGradient);
  const seed = gradient.placeSeed(ends.seed);
  for (const node of nodes) {
    if (gradient.fused.has(node)) continue;
    atNode(lowering.graph.name, node, () => {
      gradientRule(node)(gradient, node);
    });
  }
  return seed;
}
