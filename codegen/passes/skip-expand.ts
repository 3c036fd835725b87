import type { Graph } from '../graph/graph.js';
import { inputName, outputName, tensorOf } from '../graph/graph.js';
import { broadcastShape } from '../operators/broadcast.js';
import { producerOf } from './rewrite.js';

const BROADCASTING: readonly string[] = ['Add', 'Div', 'Mul', 'Sub'];

/**
 * Arithmetic broadcasts by itself: where it reads an Expand and its result keeps its shape without, it reads what was
 * expanded. (torch writes the gate of a squeeze-and-excitation block with `expand_as`.)
 */
export function skipExpand(graph: Graph): Graph {
  const nodes = graph.nodes.map((node) => {
    if (!BROADCASTING.includes(node.operator)) return node;
    const output = tensorOf(graph, outputName(node)).shape;
    return [0, 1].reduce((current, index) => {
      const producer = producerOf(graph, inputName(current, index));
      if (producer?.operator !== 'Expand') return current;
      const source = inputName(producer, 0);
      const other = tensorOf(graph, inputName(current, 1 - index)).shape;
      const shape = broadcastShape(node, tensorOf(graph, source).shape, other);
      if (shape.join() !== output.join()) return current;
      return { ...current, inputs: current.inputs.with(index, source) };
    }, node);
  });
  return { ...graph, nodes };
}
