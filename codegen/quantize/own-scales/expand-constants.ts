import type { Graph, TensorInfo } from '../../graph/graph.js';
import { outputName, sizeOf, tensorOf } from '../../graph/graph.js';
import { broadcastIndices } from '../../operators/broadcast.js';

const ARITHMETIC: ReadonlySet<string> = new Set(['Add', 'Mul', 'Sub']);

/**
 * Kernels broadcast along all positions or all channels. A constant that broadcasts along some positions only becomes as
 * large as the signal; the others get the signal's rank.
 */
export function expandConstants(graph: Graph): Graph {
  const tensors = new Map<string, TensorInfo>(graph.tensors);
  const nodes = graph.nodes.map((node) => {
    if (!ARITHMETIC.has(node.operator)) return node;
    const { shape } = tensorOf(graph, outputName(node));
    const inputs = node.inputs.map((name, index) => {
      const constant = tensorOf(graph, name);
      const { data, quantization } = constant;
      const values = quantization?.values;
      if (data === undefined || quantization === undefined || values === undefined) return name;
      const aligned = [
        ...Array<number>(shape.length - constant.shape.length).fill(1),
        ...constant.shape,
      ];
      const spatial = aligned.slice(2);
      const partial = sizeOf(spatial) !== 1 && spatial.some((size, i) => size !== shape[i + 2]);
      const to = partial ? shape : aligned;
      const from = broadcastIndices(aligned, to);
      // Named by its reader: another may need another shape.
      const made = `${name}/of ${node.name}/${index}`;
      tensors.set(made, {
        shape: to,
        elementType: 'float32',
        data: Float32Array.from(from, (i) => data[i] ?? 0),
        quantization: { ...quantization, values: pick(values, from) },
      });
      return made;
    });
    return { ...node, inputs };
  });
  return { ...graph, nodes, tensors };
}

function pick(values: Int8Array | Int32Array, from: Int32Array): Int8Array | Int32Array {
  const at = (i: number): number => values[i] ?? 0;
  return values instanceof Int8Array ? Int8Array.from(from, at) : Int32Array.from(from, at);
}
