import type { PreparedGraph } from '../explain/gradient.js';
import type { Graph, GraphNode } from '../graph/graph.js';
import { floatOf, runFloat } from '../interpret/float.js';
import type { IntegerProgram, IntegerTensor } from '../integer/program.js';
import { kernelOf } from '../integer/registry.js';
import type { FloatTensor } from '../operators/operator.js';

/** Float values as the integers of a tensor would hold them: rounded to its steps, clipped to its range. */
export function rounded(values: ArrayLike<number>, tensor: IntegerTensor): Float32Array {
  const [low, high] = tensor.type === 'int16' ? [-32_767, 32_767] : [-128, 127];
  const { scale, zeroPoint } = tensor;
  return Float32Array.from(values, (value) => {
    const step = Math.round(value / scale) + zeroPoint;
    return ((step < low ? low : step > high ? high : step) - zeroPoint) * scale;
  });
}

export function programMacs({ operations }: Pick<IntegerProgram, 'operations'>): number {
  return operations.reduce(
    (sum, operation) => sum + (kernelOf(operation).multiplyAccumulates?.(operation) ?? 0),
    0,
  );
}

/** The forward pass alone, as a graph of one input. */
export function forwardOf(prepared: PreparedGraph): Graph {
  const nodes = prepared.graph.nodes.slice(0, prepared.forwardNodes);
  return { ...prepared.graph, inputs: [prepared.input], outputs: [prepared.logits], nodes };
}

/** A record on its way through the network: every tensor so far, and the float network's answer. */
export interface Trial {
  readonly values: Map<string, FloatTensor>;
  readonly logits: FloatTensor['data'];
}

export function startTrials(
  forward: Graph,
  prepared: PreparedGraph,
  inputs: readonly Float32Array[],
): readonly Trial[] {
  return inputs.map((input) => {
    const values = runFloat(forward, new Map([[prepared.input, input]]));
    return { values, logits: floatOf(values, prepared.logits) };
  });
}

/** Of the records, the worst decide nothing; more would let ranges clip what only some patients have: a hypertrophied heart's QRS. */
const TRIMMED_SHARE = 0.05;

/**
 * Mean absolute error of the simulated logits over the records, the worst left out: the area under the ROC curve asks for the
 * order of typical records, and one record full of artefacts must not outvote them.
 */
export function logitError(
  trials: readonly Pick<Trial, 'logits'>[],
  answers: readonly FloatTensor['data'][],
): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((a, b) => a + b, 0) / values.length;
  const errors = trials
    .map(({ logits }, index) =>
      mean(Array.from(logits, (value, c) => Math.abs(value - (answers[index]?.[c] ?? NaN)))),
    )
    .sort((a, b) => a - b);
  return mean(errors.slice(0, errors.length - Math.floor(TRIMMED_SHARE * errors.length)));
}

/** Integer tensors whose steps are their own: those that only take over the steps of what they are computed from are left out. */
export function quantisedTensors(
  program: IntegerProgram,
  nodes: readonly GraphNode[],
): Set<string> {
  const float = new Set([program.input, ...nodes.flatMap((node) => node.outputs)]);
  const steps = (name: string | undefined): string => {
    const tensor = name === undefined ? undefined : program.tensors.get(name);
    return `${tensor?.type} ${tensor?.scale} ${tensor?.zeroPoint}`;
  };
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node])));
  return new Set(
    [...program.tensors.values()]
      .filter(({ name, type }) => float.has(name) && type === 'int8')
      .filter(({ name }) => {
        const inputs = producers.get(name)?.inputs ?? [];
        return !inputs.some((input) => steps(input) === steps(name));
      })
      .map(({ name }) => name),
  );
}
