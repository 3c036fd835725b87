import type { GraphNode } from '../../graph/graph.js';
import type { Lowering } from '../lowering.js';

/** What a rule must know beyond its node. */
export interface LowerContext {
  /** Name of the float tensor that it fills: the node's own output, or that of the ReLU fused into it. */
  readonly output: string;
  readonly relu: boolean;
  /** The output is the network's answer, which is int16. */
  readonly isLogits: boolean;
}

/** From one forward node to integer operations. */
export interface LowerRule {
  /** A ReLU that alone reads the output is fused into it. */
  readonly fusesRelu: boolean;
  /**
   * Where int16 signals may meet it; int8 only when left out. `computes`: any mix of widths in, and whichever is asked for out.
   * `moves`: the output's codes are the input's.
   */
  readonly int16?: 'computes' | 'moves';
  lower(lowering: Lowering, node: GraphNode, context: LowerContext): void;
}
