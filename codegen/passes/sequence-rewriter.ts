import type { Graph, GraphNode, Shape, TensorInfo } from '../graph/graph.js';
import { sizeOf, tensorOf } from '../graph/graph.js';
import { operatorRule } from '../operators/registry.js';
import { unsupported } from '../operators/require.js';
import { canonicalView, isWhole, transposed, walkOf, type View } from './views.js';

/** The graph while `sequenceLayout` writes it anew: real tensors, and views of them for everything else. */
export class SequenceRewriter {
  /** What every signal of the old graph is now. */
  readonly views = new Map<string, View>();
  /** Nodes of the old graph that another one has taken in. */
  readonly skipped = new Set<GraphNode>();
  private readonly nodes: GraphNode[] = [];
  private readonly tensors: Map<string, TensorInfo>;

  constructor(private readonly graph: Graph) {
    const constants = [...graph.tensors].filter(([, tensor]) => tensor.data !== undefined);
    this.tensors = new Map(constants);
    for (const name of graph.inputs) this.declare(name, tensorOf(graph, name).shape);
  }

  /** Shape in the old graph. */
  shapeOf(name: string): Shape {
    return tensorOf(this.graph, name).shape;
  }

  /** A constant of the old graph. */
  constantOf(name: string | undefined): TensorInfo | undefined {
    const tensor = name === undefined || name === '' ? undefined : this.graph.tensors.get(name);
    return tensor?.data === undefined ? undefined : tensor;
  }

  /** Shape of a tensor of the new graph. */
  realShape(name: string): Shape {
    return tensorOf({ ...this.graph, tensors: this.tensors }, name).shape;
  }

  viewOf(node: GraphNode, index: number): View {
    const name = node.inputs[index] ?? '';
    const view = this.views.get(name) ?? this.constantView(name);
    if (view === undefined) throw unsupported(node, `input ${index} ("${name}") is no signal here`);
    return view;
  }

  /** A constant as a signal of one channel, which lies in ONNX's own order. */
  private constantView(name: string): View | undefined {
    const constant = this.constantOf(name);
    if (constant?.data === undefined) return undefined;
    const base = `${name}/signal`;
    this.constant(base, [1, 1, constant.data.length], Float32Array.from(constant.data));
    return rowsView(base, constant.shape);
  }

  /** The one node that reads `tensor`, unless the tensor is an answer too. */
  onlyReader(tensor: string): GraphNode | undefined {
    const readers = this.graph.nodes.filter((node) => node.inputs.includes(tensor));
    return readers.length === 1 && !this.graph.outputs.includes(tensor) ? readers[0] : undefined;
  }

  isRead(tensor: string): boolean {
    const { nodes, outputs } = this.graph;
    return outputs.includes(tensor) || nodes.some((node) => node.inputs.includes(tensor));
  }

  constant(name: string, shape: Shape, data: Float32Array): string {
    this.tensors.set(name, { shape, elementType: 'float32', data });
    return name;
  }

  /** Adds a node with one output of its own shape rule; returns the output. */
  add(
    operator: string,
    name: string,
    inputs: readonly string[],
    attributes: GraphNode['attributes'],
    output: string,
  ): string {
    const node: GraphNode = { operator, name, inputs, outputs: [output], attributes };
    const [info] = operatorRule(node, this.graph.name).infer(
      node,
      inputs.map((input) => (input === '' ? undefined : this.tensors.get(input))),
    );
    if (info === undefined) throw new RangeError(`${operator} infers no output`);
    this.declare(output, info.shape);
    this.nodes.push(node);
    return output;
  }

  /** The node that made a real tensor, for a change of its attributes. */
  producerOf(tensor: string): GraphNode | undefined {
    return this.nodes.find((node) => node.outputs.includes(tensor));
  }

  replace(old: GraphNode, node: GraphNode): void {
    this.nodes[this.nodes.indexOf(old)] = node;
  }

  /** Keeps a node as it is, on real tensors of the shapes that it knows. */
  keep(node: GraphNode): void {
    const inputs = node.inputs.map((name) =>
      name === '' || this.tensors.has(name) ? name : this.materialise(node, name),
    );
    node.outputs.forEach((name) => this.declare(name, this.shapeOf(name)));
    this.nodes.push({ ...node, inputs });
  }

  /** The signal `name` of the old graph as a real tensor of its old shape. */
  materialise(reader: GraphNode, name: string): string {
    const shape = this.shapeOf(name);
    const view = this.views.get(name);
    if (view === undefined || shape[0] !== 1 || shape.length < 2) {
      throw unsupported(reader, `its input [${shape.join(', ')}] does not begin with batch 1`);
    }
    const rows = transposed(view, [0, ...shape.map((_, axis) => axis).slice(2), 1]);
    const real = this.rows(rows, name);
    const result = this.inShape(real, shape, name);
    // Whoever reads it next finds it there.
    this.views.set(name, canonicalView(result, shape));
    return result;
  }

  /**
   * A view whose last axis holds the channels as a real tensor [1, channels, places]: its base where that is it.
   * @param name of the tensor, should one have to be made
   */
  rows(view: View, name: string): string {
    const channels = view.shape.at(-1) ?? 1;
    const target = [1, channels, sizeOf(view.shape) / channels];
    const base = this.realShape(view.base);
    if (view.scale === 1 && base[1] === channels && isWhole(view, sizeOf(base))) return view.base;
    return this.copy(view, target, name);
  }

  /** Copies a view, walked as it is written, into a real tensor whose memory is that walk. */
  copy(view: View, shape: Shape, name: string): string {
    const { sizes, strides } = walkOf(view);
    const attributes = { shape, sizes, strides, offset: view.offset, scale: view.scale };
    const output = this.fresh(`${name}/copied`);
    return this.add('StridedCopy', output, [view.base], attributes, output);
  }

  /** A real tensor under another shape with as many channels. */
  inShape(real: string, shape: Shape, name: string): string {
    const now = this.realShape(real);
    if (now.length === shape.length && now.every((size, axis) => size === shape[axis])) return real;
    const output = this.fresh(`${name}/viewed`);
    return this.add('View', output, [real], { shape }, output);
  }

  /** A real tensor [1, channels, places]. */
  inRows(view: View, name: string): string {
    const real = this.rows(view, name);
    const [, channels = 1, ...spatial] = this.realShape(real);
    return this.inShape(real, [1, channels, sizeOf(spatial)], name);
  }

  finish(): Graph {
    const outputs = this.graph.outputs.map((name) => {
      const last = this.graph.nodes.at(-1);
      if (this.tensors.has(name) || last === undefined) return name;
      return this.materialise(last, name);
    });
    return { ...this.graph, nodes: this.nodes, outputs, tensors: this.tensors };
  }

  private declare(name: string, shape: Shape): void {
    this.tensors.set(name, { shape, elementType: 'float32' });
    if (shape.length >= 2 && shape[0] === 1) this.views.set(name, canonicalView(name, shape));
  }

  private fresh(name: string): string {
    let unique = name;
    for (let count = 2; this.tensors.has(unique); count += 1) unique = `${name}_${count}`;
    return unique;
  }
}

/** A real tensor [1, channels, places] seen as `shape`, whose last axis holds the channels. */
export function rowsView(base: string, shape: Shape): View {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  return { base, shape, offset: 0, strides, scale: 1 };
}
