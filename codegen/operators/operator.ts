import type { ElementType, GraphNode, Shape, TensorInfo } from '../graph/graph.js';

/** A tensor with its values, as float execution sees it. */
export interface FloatTensor {
  readonly shape: Shape;
  readonly data: Float32Array | Float64Array;
}

export interface OutputInfo {
  readonly shape: Shape;
  readonly elementType: ElementType;
}

/** What a gradient rule may ask of the graph that is being extended. */
export interface GradientBuilder {
  /** Gradient of the chosen logit with respect to the node's output. */
  readonly outputGradient: string;
  shapeOf(tensor: string): Shape;
  /** Nobody asks for the gradient of a constant. */
  isConstant(tensor: string): boolean;
  /** Adds a node and returns the name of its one output. */
  add(operator: string, inputs: readonly string[], attributes?: GraphNode['attributes']): string;
}

/**
 * One operator: shape rule, float rule and gradient rule together. `inputs` are in the node's order; an absent
 * optional input is undefined. Rules check what they rely on and throw IsochroneError naming node and operator.
 */
export interface OperatorRule {
  readonly operator: string;
  infer(node: GraphNode, inputs: readonly (TensorInfo | undefined)[]): readonly OutputInfo[];
  evaluate(
    node: GraphNode,
    inputs: readonly (FloatTensor | undefined)[],
    outputs: readonly OutputInfo[],
  ): readonly FloatTensor[];
  /**
   * Gradient with respect to the node's data inputs: [input index, tensor name] pairs. Absent: the operator cannot be
   * explained, and `explain` says so by name.
   */
  gradient?(node: GraphNode, builder: GradientBuilder): readonly (readonly [number, string])[];
}
