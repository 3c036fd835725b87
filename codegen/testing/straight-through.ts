import type { CompiledNetwork } from '../compile.js';
import { isExplained } from '../explain/gradient.js';
import { outputName, sizeOf, tensorOf } from '../graph/graph.js';
import { floatOf, runNodes } from '../interpret/float.js';
import type { IntegerInterpreter } from '../interpret/integer.js';
import type { FloatTensor } from '../operators/operator.js';
import { channelsFirst } from './trial.js';

/**
 * The backward pass in float, on what the integers of the forward pass stand for: straight through, by definition.
 * @param interpreter behind a forward pass
 * @returns gradient in the graph's layout
 */
export function straightThrough(
  { explained, program }: CompiledNetwork,
  interpreter: IntegerInterpreter,
  classIndex: number,
): Float32Array | Float64Array {
  if (!isExplained(explained)) throw new Error('no backward pass');
  const { graph, forwardNodes, seed, inputGradient } = explained;
  const values = new Map<string, FloatTensor>();
  for (const [name, { shape, data }] of graph.tensors) {
    if (data !== undefined) values.set(name, { shape, data });
  }
  const hold = (name: string): boolean => {
    const tensor = program.tensors.get(name);
    if (tensor === undefined) return false;
    const { scale, zeroPoint, channels } = tensor;
    const codes = Array.from(interpreter.values(name), (code) => (code - zeroPoint) * scale);
    const data = Float32Array.from(channelsFirst(codes, channels));
    values.set(name, { shape: tensorOf(graph, name).shape, data });
    return true;
  };
  hold(explained.input);
  for (const node of graph.nodes.slice(0, forwardNodes)) {
    // Views have no integers of their own, nor has what an activation clamps.
    if (!hold(outputName(node))) runNodes(graph, [node], values);
  }
  const { shape } = tensorOf(graph, seed);
  const oneHot = Float32Array.from({ length: sizeOf(shape) }, (_, i) => (i === classIndex ? 1 : 0));
  values.set(seed, { shape, data: oneHot });
  runNodes(graph, graph.nodes.slice(forwardNodes), values);
  return floatOf(values, inputGradient);
}
