/** A float network of single beats, run by the compiler's own interpreter: answers, and gradients of any mix of its logits. */
import { withGradient, type ExplainedGraph } from '../../codegen/explain/gradient.js';
import { importOnnx } from '../../codegen/import/onnx.js';
import { floatOf, runFloat } from '../../codegen/interpret/float.js';
import type { Graph, TensorInfo } from '../../codegen/graph/graph.js';
import { sizeOf, tensorOf } from '../../codegen/graph/graph.js';
import { optimise } from '../../codegen/passes/passes.js';
import type { Random } from '../records/synthetic/random.js';

export interface BeatNetwork {
  readonly classes: readonly string[];
  /** Values of one input. */
  readonly inputLength: number;
  readonly logits: (input: Float32Array) => Float32Array;
  /** Gradient of Σ weight · logit, in the input's shape. */
  readonly gradient: (input: Float32Array, logitWeights: Float32Array) => Float32Array;
}

/**
 * @param shuffle weights of every layer are put in another order (Adebayo's weight randomisation that keeps their distribution)
 * @throws {IsochroneError} MODEL_…, EXPLAIN_…
 */
export function openBeatNetwork(bytes: Uint8Array, file: string, shuffle?: Random): BeatNetwork {
  const trained = optimise(importOnnx(bytes, file));
  const graph = shuffle === undefined ? trained : withShuffledWeights(trained, shuffle);
  return networkOf(withGradient(graph), (graph.metadata['isochrone.classes'] ?? '').split(','));
}

function withShuffledWeights(graph: Graph, random: Random): Graph {
  const tensors = new Map<string, TensorInfo>();
  for (const [name, tensor] of graph.tensors) {
    tensors.set(
      name,
      tensor.elementType === 'float32' && tensor.data !== undefined
        ? { ...tensor, data: shuffled(Float32Array.from(tensor.data), random) }
        : tensor,
    );
  }
  return { ...graph, tensors };
}

/** Fisher and Yates. */
function shuffled(values: Float32Array, random: Random): Float32Array {
  for (let last = values.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random.uniform() * (last + 1));
    [values[last], values[other]] = [values[other] ?? 0, values[last] ?? 0];
  }
  return values;
}

function networkOf(explained: ExplainedGraph, classes: readonly string[]): BeatNetwork {
  const { graph, input, seed, logits, inputGradient, forwardNodes } = explained;
  const forward: Graph = {
    ...graph,
    inputs: [input],
    outputs: [logits],
    nodes: graph.nodes.slice(0, forwardNodes),
  };
  return {
    classes,
    inputLength: sizeOf(tensorOf(graph, input).shape),
    logits: (values) =>
      Float32Array.from(floatOf(runFloat(forward, new Map([[input, values]])), logits)),
    gradient: (values, logitWeights) => {
      const known = runFloat(
        graph,
        new Map([
          [input, values],
          [seed, logitWeights],
        ]),
      );
      return Float32Array.from(floatOf(known, inputGradient));
    },
  };
}
