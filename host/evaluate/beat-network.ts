/** A float network of single beats, run by the compiler's own interpreter: answers, and gradients of any mix of its logits. */
import { withGradient, type ExplainedGraph } from '../../codegen/explain/gradient.js';
import { importOnnx } from '../../codegen/import/onnx.js';
import { floatOf, runFloat, runNodes } from '../../codegen/interpret/float.js';
import type { Graph, TensorInfo } from '../../codegen/graph/graph.js';
import { sizeOf, tensorOf } from '../../codegen/graph/graph.js';
import { optimise } from '../../codegen/passes/passes.js';
import type { Random } from '../records/synthetic/random.js';

export interface BeatNetwork {
  readonly classes: readonly string[];
  /** Values of one input. */
  readonly inputLength: number;
  readonly logits: (input: Float32Array) => Float32Array;
  /** Gradient of a function of the logits, in the input's shape; the function is given as its derivative by each logit. */
  readonly gradient: (
    input: Float32Array,
    derivative: (logits: Float32Array) => Float32Array,
  ) => Float32Array;
}

/** Weights put in another order within their layer (Adebayo's weight randomisation that keeps their distribution). */
export interface WeightShuffle {
  readonly random: Random;
  /** So many layers with weights, counted from the answer downwards; all where nothing is said. */
  readonly layers?: number;
}

/** @throws {IsochroneError} MODEL_…, EXPLAIN_… */
export function openBeatNetwork(
  bytes: Uint8Array,
  file: string,
  shuffle?: WeightShuffle,
): BeatNetwork {
  const trained = optimise(importOnnx(bytes, file));
  const graph = shuffle === undefined ? trained : withShuffledWeights(trained, shuffle);
  return networkOf(withGradient(graph), (graph.metadata['isochrone.classes'] ?? '').split(','));
}

function withShuffledWeights(graph: Graph, { random, layers }: WeightShuffle): Graph {
  const weightsOf = (inputs: readonly string[]): string[] =>
    inputs.filter((name) => graph.tensors.get(name)?.data !== undefined);
  const fromTheAnswer = graph.nodes
    .map(({ inputs }) => weightsOf(inputs))
    .filter((names) => names.length > 0)
    .reverse();
  const chosen = new Set(fromTheAnswer.slice(0, layers).flat());
  const tensors = new Map<string, TensorInfo>();
  for (const [name, tensor] of graph.tensors) {
    tensors.set(
      name,
      chosen.has(name) && tensor.elementType === 'float32' && tensor.data !== undefined
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
  const backward = graph.nodes.slice(forwardNodes);
  return {
    classes,
    inputLength: sizeOf(tensorOf(graph, input).shape),
    logits: (values) =>
      Float32Array.from(floatOf(runFloat(forward, new Map([[input, values]])), logits)),
    gradient: (values, derivative) => {
      const known = runFloat(forward, new Map([[input, values]]));
      const weights = derivative(Float32Array.from(floatOf(known, logits)));
      known.set(seed, { shape: tensorOf(graph, seed).shape, data: weights });
      runNodes(graph, backward, known);
      return Float32Array.from(floatOf(known, inputGradient));
    },
  };
}
