import { isExplained, withoutGradient, type PreparedGraph } from '../explain/gradient.js';
import { sizeOf, tensorOf } from '../graph/graph.js';
import { floatOf, runFloat, runNodes } from '../interpret/float.js';
import { integerTensor } from '../integer/program.js';
import type { FloatTensor } from '../operators/operator.js';
import { calibrationOf, spread, type ChosenRange } from './choose-ranges.js';
import { int16Candidates } from './int16.js';
import { quantize } from './quantize.js';
import { forwardOf, programMacs, rounded } from './simulate.js';

/** What a tensor costs when it alone is int8 and everything else is real: medians over records. Zero is nothing. */
export interface Sensitivity {
  /** Root mean square error of the logits over their root mean square. */
  readonly answer: number;
  /**
   * 1 − cosine between the gradient × input of the rounded and of the real network, of each record's winning class; absent without explanation. It is what ReLU's decisions change that rounding turns over.
   */
  readonly explanation?: number;
}

export type Sensitivities = Readonly<Record<string, Sensitivity>>;

/** More records change no order that matters. */
const MOST_RECORDS = 16;

interface Run {
  readonly logits: FloatTensor['data'];
  readonly attribution: Float64Array | undefined;
  readonly winner: number;
}

/**
 * Measures each tensor that can be int16: rounds it alone, and compares answer and explanation with the real ones.
 * @param budgetMacs multiply-accumulates to spend; undefined is returned when it does not reach for one record
 */
export function measureSensitivities(
  prepared: PreparedGraph,
  ranges: ReadonlyMap<string, ChosenRange>,
  inputs: readonly Float32Array[],
  budgetMacs: number,
): Sensitivities | undefined {
  const forward = forwardOf(prepared);
  const candidates = int16Candidates(prepared.graph, forward.nodes, prepared);
  const program = quantize(withoutGradient(forward), calibrationOf(ranges));
  // The answer, and its explanation at about the same price.
  const passes = isExplained(prepared) ? 2 : 1;
  const perRecord = (candidates.length + 1) * passes * programMacs(program);
  const records = Math.min(MOST_RECORDS, inputs.length, Math.floor(budgetMacs / perRecord));
  if (records === 0) return undefined;
  const chosen = spread(inputs, records);
  const real = chosen.map((input) => runReal(prepared, input));
  const measure = (name: string): Sensitivity => {
    const tensor = integerTensor(program, name);
    const answers: number[] = [];
    const explanations: number[] = [];
    chosen.forEach((input, index) => {
      const wanted = real[index];
      if (wanted === undefined) return;
      const found = runReal(
        prepared,
        input,
        (at, values) => (at === name ? rounded(values, tensor) : undefined),
        wanted.winner,
      );
      let [error, signal] = [0, 0];
      wanted.logits.forEach((value: number, c: number) => {
        error += (value - (found.logits[c] ?? NaN)) ** 2;
        signal += value ** 2;
      });
      answers.push(signal === 0 ? 0 : Math.sqrt(error / signal));
      if (wanted.attribution === undefined || found.attribution === undefined) return;
      explanations.push(Math.max(0, 1 - cosine(wanted.attribution, found.attribution)));
    });
    return {
      answer: significant(median(answers)),
      ...(isExplained(prepared) ? { explanation: significant(median(explanations)) } : {}),
    };
  };
  return Object.fromEntries(candidates.map((name) => [name, measure(name)]));
}

/** One input through the float network, with tensors replaced behind the nodes that compute them; the winner is explained. */
export function runReal(
  prepared: PreparedGraph,
  input: Float32Array,
  replace: (name: string, values: FloatTensor['data']) => Float32Array | undefined = () =>
    undefined,
  explainedClass?: number,
): Run {
  const { graph, forwardNodes } = prepared;
  const first = replace(prepared.input, input) ?? input;
  const values = runFloat(
    { ...graph, inputs: [prepared.input], nodes: [] },
    new Map([[prepared.input, first]]),
  );
  for (const node of graph.nodes.slice(0, forwardNodes)) {
    runNodes(graph, [node], values);
    for (const name of node.outputs) {
      const value = values.get(name);
      const data = value === undefined ? undefined : replace(name, value.data);
      if (value !== undefined && data !== undefined) values.set(name, { shape: value.shape, data });
    }
  }
  const logits = floatOf(values, prepared.logits);
  const winner = explainedClass ?? logits.indexOf(Math.max(...logits));
  if (!isExplained(prepared)) return { logits, attribution: undefined, winner };
  const { shape } = tensorOf(graph, prepared.seed);
  const seed = Float32Array.from({ length: sizeOf(shape) }, (_, c) => (c === winner ? 1 : 0));
  values.set(prepared.seed, { shape, data: seed });
  runNodes(graph, graph.nodes.slice(forwardNodes), values);
  const gradient = floatOf(values, prepared.inputGradient);
  const attribution = Float64Array.from(gradient, (value, i) => value * (first[i] ?? 0));
  return { logits, attribution, winner };
}

/** Two zero vectors point the same way. */
export function cosine(a: Float64Array, b: Float64Array): number {
  const dot = (x: Float64Array, y: Float64Array): number =>
    x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  const norm = Math.sqrt(dot(a, a) * dot(b, b));
  return norm === 0 ? 1 : dot(a, b) / norm;
}

/** One record full of artefacts decides nothing. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function significant(value: number): number {
  return Number(value.toPrecision(4));
}
