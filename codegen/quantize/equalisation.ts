/** By how much cross-layer equalisation scales each channel. */
import type { Graph, GraphNode } from '../graph/graph.js';
import { inputName, intAttribute, outputName, tensorOf } from '../graph/graph.js';
import { weightPositions, type ChannelFactors } from '../passes/equalise.js';
import { scaleClasses, WEIGHTED, type ScaleClasses } from '../passes/scale-classes.js';

/** Largest magnitude of each channel of a tensor, in any unit of its own; undefined where it says nothing. */
type Magnitudes = (tensor: string) => ArrayLike<number> | undefined;

/**
 * A channel that is smaller than this in its signal, or that weights read with less, is as good as dead: an int8 step is 2^-8, and
 * four bits below it even its sum over many positions is nothing. A larger factor would only let what was not seen saturate.
 */
const LEAST_SHARE = 2 ** -12;

/**
 * Factors that bring the channels of each signal to like ranges. A channel of largest magnitude a (as a share of its signal) that
 * weights of largest magnitude w (as a share of each output channel's) read is multiplied by √(w/a): signal and weights then
 * lose alike. Depthwise weights have a scale for each channel and lose nothing: there it is 1/a. Rounded to powers of two, so that the
 * float network stays the same to the last bit.
 */
export function channelFactors(graph: Graph, magnitudes: Magnitudes): ChannelFactors {
  const classes = scaleClasses(graph);
  const signal = signalShares(graph, classes, magnitudes);
  const weights = weightShares(graph, classes);
  const factors = Array.from(signal, (a, at) => {
    const w = weights[at] ?? 0;
    if (a === 0 || w === 0) return 1;
    const share = Math.max(a, LEAST_SHARE);
    const read = Math.max(w, LEAST_SHARE);
    return 2 ** Math.round(Math.log2(w === Infinity ? 1 / share : Math.sqrt(read / share)));
  });
  return Object.fromEntries(
    graph.nodes.flatMap((node) => {
      const output = outputName(node);
      const own = WEIGHTED.includes(node.operator) ? classes.classesOf(output) : undefined;
      const channels = own?.map((at) => factors[at] ?? 1) ?? [];
      return channels.every((factor) => factor === 1) ? [] : [[output, channels]];
    }),
  );
}

/** Largest share that each class's channels have of their signals. */
function signalShares(
  graph: Graph,
  { classesOf, count }: ScaleClasses,
  magnitudes: Magnitudes,
): Float64Array {
  const shares = new Float64Array(count);
  for (const name of graph.nodes.flatMap((node) => node.outputs)) {
    const channels = magnitudes(name);
    const classes = classesOf(name);
    if (channels === undefined || classes === undefined) continue;
    const most = Array.from(channels).reduce((a, b) => Math.max(a, b), 0);
    classes.forEach((at, c) => {
      shares[at] = Math.max(shares[at] ?? 0, most === 0 ? 0 : (channels[c] ?? 0) / most);
    });
  }
  return shares;
}

/** Largest share that the weights reading a class have of their output channels; Infinity where each has a scale of its own. */
function weightShares(graph: Graph, { classesOf, count }: ScaleClasses): Float64Array {
  const shares = new Float64Array(count);
  for (const node of graph.nodes.filter(({ operator }) => WEIGHTED.includes(operator))) {
    const classes = classesOf(inputName(node, 0));
    const { shape, data = [] } = tensorOf(graph, inputName(node, 1));
    if (classes === undefined) continue;
    if (node.operator === 'Conv' && shape[1] === 1 && intAttribute(node, 'group', 1) > 1) {
      for (const at of classes) if (shares[at] === 0) shares[at] = Infinity;
      continue;
    }
    const position = weightPositions(graph, node);
    const rows = rowMaxima(graph, node);
    const own = new Float64Array(classes.length);
    data.forEach((value: number, i: number) => {
      const { input, output } = position(i);
      const most = rows[output] ?? 0;
      if (most > 0) own[input] = Math.max(own[input] ?? 0, Math.abs(value) / most);
    });
    classes.forEach((at, c) => {
      // Another reader has a scale for each channel: this one decides.
      const other = shares[at] === Infinity ? 0 : (shares[at] ?? 0);
      shares[at] = Math.max(other, own[c] ?? 0);
    });
  }
  return shares;
}

/** What is known without any record: a channel is as large as the weights that compute it, or its bias. */
export function weightMagnitudes(graph: Graph): Magnitudes {
  const known = new Map(
    graph.nodes
      .filter(({ operator }) => WEIGHTED.includes(operator))
      .map((node) => {
        const name = node.inputs[2] ?? '';
        const bias = name === '' ? undefined : tensorOf(graph, name).data;
        const largest = rowMaxima(graph, node).map((row, m) =>
          Math.max(row, Math.abs(bias?.[m] ?? 0)),
        );
        return [outputName(node), largest];
      }),
  );
  return (tensor) => known.get(tensor);
}

/** Largest magnitude of the weights of each output channel. */
function rowMaxima(graph: Graph, node: GraphNode): Float64Array {
  const rows = new Float64Array(tensorOf(graph, outputName(node)).shape[1] ?? 1);
  const position = weightPositions(graph, node);
  const { data = [] } = tensorOf(graph, inputName(node, 1));
  data.forEach((value: number, i: number) => {
    const { output } = position(i);
    rows[output] = Math.max(rows[output] ?? 0, Math.abs(value));
  });
  return rows;
}

/** Largest magnitude of each channel of a float tensor, channels first. */
export function channelMaxima(
  values: Float32Array | Float64Array,
  channels: number,
  into: Float64Array = new Float64Array(channels),
): Float64Array {
  const plane = values.length / channels;
  for (let i = 0; i < values.length; i += 1) {
    const channel = Math.floor(i / plane);
    const magnitude = Math.abs(values[i] ?? 0);
    if (magnitude > (into[channel] ?? 0)) into[channel] = magnitude;
  }
  return into;
}
