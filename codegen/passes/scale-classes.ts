import type { Graph, GraphNode } from '../graph/graph.js';
import {
  floatAttribute,
  inputName,
  intsAttribute,
  outputName,
  stringAttribute,
  tensorOf,
} from '../graph/graph.js';
import { concatAxis } from '../operators/concat.js';
import { isPositivelyHomogeneous } from '../operators/homogeneous.js';
import { reducedAxes } from '../operators/reduce-mean.js';
import { VIEW_OPERATORS } from '../operators/reshape.js';

/** Operators whose every output channel is a positively homogeneous function of the input channel of the same index. */
const BY_CHANNEL = new Set(['AveragePool', 'GlobalAveragePool', 'MaxPool', 'PRelu', 'Relu']);

/** Layers with weights: a factor on an input channel goes into their columns, one on an output channel into their rows. */
export const WEIGHTED: readonly string[] = ['Conv', 'Gemm'];

/**
 * Which channels of a network must be scaled alike, so that its answer stays the same: those that no weights lie between.
 * Channels of one class meet in activations, poolings, sums, concatenations and changes of shape.
 */
export interface ScaleClasses {
  /** Class of each channel (axis 1) of a tensor; undefined for a tensor of another form, and for one that cannot be scaled. */
  readonly classesOf: (tensor: string) => readonly number[] | undefined;
  /** How many there are; numbers start at 0. */
  readonly count: number;
}

/**
 * Finds the classes. Channels are fixed, and in no class, where they touch the network's ends, a bound (Clip), a function that
 * is not homogeneous (sigmoid, softmax), an added constant, or any operator that is not known here.
 */
export function scaleClasses(graph: Graph): ScaleClasses {
  const unions = new Unions();
  const firstOf = new Map<string, number>();
  const fixed = unions.add(1);
  const signals = [...graph.inputs, ...graph.nodes.flatMap((node) => node.outputs)];
  for (const name of signals) {
    const { shape } = tensorOf(graph, name);
    if (shape.length >= 2 && shape[0] === 1) firstOf.set(name, unions.add(shape[1] ?? 1));
  }
  const channels = (name: string): number =>
    firstOf.has(name) ? (tensorOf(graph, name).shape[1] ?? 1) : 0;
  const fix = (name: string): void => {
    const first = firstOf.get(name);
    for (let c = 0; c < channels(name); c += 1) unions.join(fixed, (first ?? fixed) + c);
  };
  const isSignal = (name: string): boolean =>
    name !== '' && tensorOf(graph, name).data === undefined;
  const fixAll = (node: GraphNode): void => {
    [...node.inputs.filter(isSignal), ...node.outputs].forEach(fix);
  };
  /** `count` channels from `aFrom` of one tensor are those from `bFrom` of another. */
  const join = (a: string, b: string, aFrom = 0, bFrom = 0, count = channels(a)): void => {
    const [first, second] = [firstOf.get(a), firstOf.get(b)];
    for (let c = 0; c < count; c += 1) {
      unions.join(
        first === undefined ? fixed : first + aFrom + c,
        second === undefined ? fixed : second + bFrom + c,
      );
    }
    if (first === undefined) fix(b);
    if (second === undefined) fix(a);
  };
  const alike = (...names: readonly string[]): boolean => {
    const [rank = 0, ...others] = names.map((name) => tensorOf(graph, name).shape.length);
    const [size = 0, ...sizes] = names.map(channels);
    return others.every((other) => other === rank) && sizes.every((other) => other === size);
  };

  const visit = (node: GraphNode): void => {
    const output = outputName(node);
    const sources = node.inputs.filter(isSignal);
    const [source = ''] = sources;
    if (WEIGHTED.includes(node.operator)) {
      // Rows and columns take any factors.
      if (sources.length !== 1) fixAll(node);
      else if (!firstOf.has(output)) fix(source);
      else if (!firstOf.has(source)) fix(output);
    } else if (keepsChannels(graph, node) && channels(source) === channels(output)) {
      join(source, output);
    } else if (VIEW_OPERATORS.includes(node.operator) && firstOf.has(source)) {
      joinView(graph, source, output, join);
    } else if (node.operator === 'Concat' && sources.length === node.inputs.length) {
      const alongChannels = concatAxis(node, tensorOf(graph, output).shape.length) === 1;
      let at = 0;
      for (const part of sources) {
        join(part, output, 0, alongChannels ? at : 0);
        at += channels(part);
      }
    } else if (
      (node.operator === 'Add' || node.operator === 'Sub') &&
      sources.length === 2 &&
      alike(...sources, output)
    ) {
      sources.forEach((part) => {
        join(part, output);
      });
    } else {
      fixAll(node);
    }
  };
  [...graph.inputs, ...graph.outputs].forEach(fix);
  const products = graph.nodes.filter(({ operator }) => operator === 'Mul');
  graph.nodes.filter((node) => !products.includes(node)).forEach(visit);
  // A product takes the factor of one operand where the other is fixed, as the gate of squeeze and excitation is.
  for (const node of products) {
    const [a = '', b = ''] = node.inputs;
    const isFixed = (name: string): boolean => {
      const first = firstOf.get(name) ?? fixed;
      return Array.from({ length: channels(name) }, (_, c) => first + c).every(
        (channel) => unions.rootOf(channel) === unions.rootOf(fixed),
      );
    };
    const free = isSignal(a) && isSignal(b) ? [a, b].find((_, i) => isFixed(i === 0 ? b : a)) : '';
    if (free !== undefined && free !== '' && alike(free, outputName(node))) {
      join(free, outputName(node));
    } else {
      fixAll(node);
    }
  }

  const numbers = new Map<number, number>();
  const classes = new Map<string, readonly number[]>();
  for (const [name, first] of firstOf) {
    const roots = Array.from({ length: channels(name) }, (_, c) => unions.rootOf(first + c));
    if (roots.includes(unions.rootOf(fixed))) continue;
    for (const root of roots) if (!numbers.has(root)) numbers.set(root, numbers.size);
    classes.set(
      name,
      roots.map((root) => numbers.get(root) ?? 0),
    );
  }
  return { classesOf: (tensor) => classes.get(tensor), count: numbers.size };
}

function keepsChannels(graph: Graph, node: GraphNode): boolean {
  if (BY_CHANNEL.has(node.operator)) return true;
  const x = tensorOf(graph, inputName(node, 0)).shape;
  switch (node.operator) {
    case 'Pointwise':
      return isPositivelyHomogeneous(stringAttribute(node, 'expression', ''));
    case 'ReduceMean':
      return !reducedAxes(node, x).some((axis) => axis < 2);
    case 'Slice':
      return keepsOrder(node);
    case 'Pad':
      return floatAttribute(node, 'value', 0) === 0 && keepsOrder(node);
    // Repeated channels are more than before.
    case 'Resize':
      return true;
    default:
      return false;
  }
}

/** A box that starts at the first channel and takes one after the other; their number is compared elsewhere. */
function keepsOrder(node: GraphNode): boolean {
  return intsAttribute(node, 'starts', [])[1] === 0 && intsAttribute(node, 'steps', [])[1] === 1;
}

/** Values keep their order: each is of one channel before and of one behind. */
function joinView(
  graph: Graph,
  source: string,
  output: string,
  join: (a: string, b: string, aFrom: number, bFrom: number, count: number) => void,
): void {
  const plane = (name: string): number =>
    tensorOf(graph, name)
      .shape.slice(2)
      .reduce((a, b) => a * b, 1);
  const [from, to] = [plane(source), plane(output)];
  const [rows] = tensorOf(graph, output).shape;
  const size = from * (tensorOf(graph, source).shape[1] ?? 1);
  // A new channel starts at each multiple of either plane; in between nothing changes.
  for (const step of [from, to]) {
    for (let at = 0; at < size; at += step) {
      join(source, output, Math.floor(at / from), rows === 1 ? Math.floor(at / to) : 0, 1);
    }
  }
}

/** Disjoint sets, with path halving. */
class Unions {
  private readonly parents: number[] = [];

  /** The first of `count` new elements. */
  add(count: number): number {
    const first = this.parents.length;
    for (let i = 0; i < count; i += 1) this.parents.push(first + i);
    return first;
  }

  rootOf(element: number): number {
    let at = element;
    for (;;) {
      const parent = this.parents[at] ?? at;
      if (parent === at) return at;
      const above = this.parents[parent] ?? parent;
      this.parents[at] = above;
      at = above;
    }
  }

  join(a: number, b: number): void {
    this.parents[this.rootOf(a)] = this.rootOf(b);
  }
}
