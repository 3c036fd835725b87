import type { GraphNode } from '../../graph/graph.js';
import type { GradientLowering } from './lowering.js';

/** From one backward node to integer operations. */
export type GradientRule = (gradient: GradientLowering, node: GraphNode) => void;
