/** What the rewriting rules of this folder share. */
import type { GraphNode, Shape, TensorInfo } from '../../graph/graph.js';
import { inputName, intAttribute, intsAttribute, outputName } from '../../graph/graph.js';
import { requireConstant, requireShape, resolveAxes } from '../../operators/require.js';

export type Inputs = readonly (TensorInfo | undefined)[];

/** Nodes that replace one, and constants that they read. */
export interface Expansion {
  readonly nodes: readonly GraphNode[];
  readonly constants?: ReadonlyMap<string, TensorInfo>;
}

/** One node, its inputs and the operator set that says what it means → what the compiler works on. */
export type Expand = (node: GraphNode, inputs: Inputs, opset: number) => Expansion;

/** Numbers that are an attribute in old operator sets and an input in new ones. */
export function numbers(
  node: GraphNode,
  inputs: Inputs,
  key: string,
  index: number,
): readonly number[] | undefined {
  if (inputs[index] !== undefined) return requireConstant(node, inputs, index);
  return node.attributes[key] === undefined ? undefined : intsAttribute(node, key, []);
}

/** Axes of a reduction: none given are all, unless the node says that none are none. */
export function reductionAxes(node: GraphNode, inputs: Inputs): readonly number[] {
  const x = requireShape(node, inputs, 0);
  const given = numbers(node, inputs, 'axes', 1) ?? [];
  const none = intAttribute(node, 'noop_with_empty_axes', 0) !== 0;
  const axes = given.length === 0 && !none ? x.map((_, axis) => axis) : given;
  return [...resolveAxes(node, axes, x.length)].sort((a, b) => a - b);
}

/** Writes the nodes that stand for one; every name begins with the node's output, which no other node has. */
export class ExpansionBuilder {
  private readonly nodes: GraphNode[] = [];
  private readonly constants = new Map<string, TensorInfo>();

  constructor(private readonly node: GraphNode) {}

  /** The node's own first input. */
  get input(): string {
    return inputName(this.node, 0);
  }

  add(
    operator: string,
    inputs: readonly string[],
    attributes: GraphNode['attributes'] = {},
    output = this.fresh(operator),
  ): string {
    const name = output === outputName(this.node) ? this.node.name : output;
    this.nodes.push({ operator, name, inputs, outputs: [output], attributes });
    return output;
  }

  /** The last node: it writes the output of the one that is replaced. */
  finish(
    operator: string,
    inputs: readonly string[],
    attributes: GraphNode['attributes'] = {},
  ): Expansion {
    this.add(operator, inputs, attributes, outputName(this.node));
    return { nodes: this.nodes, constants: this.constants };
  }

  /** The tensor `result` is the answer: its node writes the output of the one that is replaced. */
  done(result: string): Expansion {
    const last = this.nodes.at(-1);
    if (last?.outputs[0] !== result) return this.finish('Identity', [result]);
    const output = outputName(this.node);
    this.nodes[this.nodes.length - 1] = { ...last, name: this.node.name, outputs: [output] };
    return { nodes: this.nodes, constants: this.constants };
  }

  constant(shape: Shape, data: Float32Array): string {
    const name = this.fresh('constant');
    this.constants.set(name, { shape, elementType: 'float32', data });
    return name;
  }

  scalar(value: number): string {
    return this.constant([], Float32Array.of(value));
  }

  private fresh(what: string): string {
    return `${outputName(this.node)}/${what}_${this.nodes.length + this.constants.size}`;
  }
}
