import type { Graph, GraphNode } from '../graph/graph.js';
import {
  floatAttribute,
  inputName,
  intAttribute,
  intsAttribute,
  outputName,
  stringAttribute,
  tensorOf,
} from '../graph/graph.js';
import { padBox } from '../operators/slice.js';
import { consumersOf, producerOf, redirect } from './rewrite.js';

/** Padding with this or less never wins a maximum of float32. */
const NEVER_LARGEST = -3.4e38;

/**
 * Folds each Pad of the spatial axes into the convolution or pooling that alone reads it, where that gives the same
 * answer: zeros in front of a convolution; zeros in front of an average that then counts them; in front of a maximum
 * what cannot win. A Pad that adds nothing is removed.
 */
export function foldPad(graph: Graph): Graph {
  return graph.nodes
    .filter((node) => node.operator === 'Pad')
    .reduce((folded, node) => foldOne(folded, node), graph);
}

function foldOne(graph: Graph, given: GraphNode): Graph {
  // An earlier fold may have redirected its input.
  const pad = graph.nodes.find((node) => node.name === given.name) ?? given;
  const x = tensorOf(graph, inputName(pad, 0)).shape;
  const shape = intsAttribute(pad, 'shape', []);
  const { starts, steps } = padBox(pad, x);
  if (shape.every((size, axis) => size === x[axis])) {
    return redirect(graph, outputName(pad), inputName(pad, 0), [pad]);
  }
  const [reader, ...others] = consumersOf(graph, outputName(pad));
  const spatialOnly = shape.every((size, axis) => axis >= 2 || size === x[axis]);
  if (
    reader === undefined ||
    others.length > 0 ||
    graph.outputs.includes(outputName(pad)) ||
    reader.inputs[0] !== outputName(pad) ||
    !spatialOnly ||
    steps.some((step) => step !== 1)
  ) {
    return graph;
  }
  const begin = starts.slice(2);
  const end = begin.map((before, i) => (shape[i + 2] ?? 0) - (x[i + 2] ?? 0) - before);
  const folded = withPads(graph, pad, reader, [...begin, ...end]);
  if (folded === undefined) return graph;
  return {
    ...graph,
    nodes: graph.nodes.flatMap((node) =>
      node === pad
        ? []
        : node === reader
          ? [{ ...folded, inputs: [inputName(pad, 0), ...reader.inputs.slice(1)] }]
          : [node],
    ),
  };
}

/** The reader with the padding as its own; undefined where the answer would change. */
function withPads(
  graph: Graph,
  pad: GraphNode,
  reader: GraphNode,
  added: readonly number[],
): GraphNode | undefined {
  // SAME padding is measured on the padded size: it cannot take more.
  const mode = stringAttribute(reader, 'auto_pad', 'NOTSET');
  if (mode !== 'NOTSET' && mode !== 'VALID') return undefined;
  const none = added.map(() => 0);
  const own = mode === 'VALID' ? none : intsAttribute(reader, 'pads', none);
  const padded: GraphNode = {
    ...reader,
    attributes: {
      ...reader.attributes,
      auto_pad: 'NOTSET',
      pads: added.map((count, i) => count + (own[i] ?? 0)),
    },
  };
  const value = floatAttribute(pad, 'value', 0);
  const countsOwn = intAttribute(reader, 'count_include_pad', 0) !== 0 || own.every((n) => n === 0);
  switch (reader.operator) {
    case 'Conv':
      return value === 0 ? padded : undefined;
    case 'AveragePool':
      return value === 0 && countsOwn
        ? { ...padded, attributes: { ...padded.attributes, count_include_pad: 1 } }
        : undefined;
    case 'MaxPool': {
      const afterRelu = producerOf(graph, inputName(pad, 0))?.operator === 'Relu';
      const neverWins = (value === 0 && afterRelu) || value <= NEVER_LARGEST;
      return neverWins && everyWindowHoldsInput(padded) ? padded : undefined;
    }
    default:
      return undefined;
  }
}

/** Less padding than the first step of a window covers: no window can lie in it alone. */
function everyWindowHoldsInput(pool: GraphNode): boolean {
  const kernel = intsAttribute(pool, 'kernel_shape', []);
  const dilations = intsAttribute(
    pool,
    'dilations',
    kernel.map(() => 1),
  );
  const pads = intsAttribute(pool, 'pads', []);
  return (
    dilations.every((dilation) => dilation === 1) &&
    pads.every((count, i) => count < (kernel[i % kernel.length] ?? 1))
  );
}
