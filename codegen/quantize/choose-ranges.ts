import { IsochroneError } from '../errors.js';
import type { PreparedGraph } from '../explain/gradient.js';
import { withoutGradient } from '../explain/gradient.js';
import { tensorOf } from '../graph/graph.js';
import { floatOf, runNodes } from '../interpret/float.js';
import type { IntegerProgram } from '../integer/program.js';
import { integerTensor } from '../integer/program.js';
import type { Calibration } from './calibration.js';
import { RANGE_RULES, type Histogram, type Range, type RangeRule } from './histogram.js';
import { quantize } from './quantize.js';
import {
  forwardOf,
  logitError,
  programMacs,
  quantisedTensors,
  rounded,
  startTrials,
} from './simulate.js';

/** A clipping range and the rule that it came from. */
export interface ChosenRange extends Range {
  readonly rule: RangeRule;
}

/** Codes of errors that other ranges may not meet. */
const NO_ROOM: readonly string[] = ['MODEL_UNSUPPORTED_OPERATOR', 'QUANTIZE_SCALE'];

/** More records than this change no choice that matters. */
const MOST_RECORDS = 32;

/**
 * Chooses a clipping range for each tensor by its effect on the answer. Tensors are settled in the order of execution: each rule's
 * range is tried on the real values (earlier tensors already rounded as chosen), the rest of the network runs in float, and the
 * rule whose logits lie nearest to the float network's wins. Ties go to the earlier rule.
 * @param histograms of each tensor of the forward pass
 * @param budgetMacs multiply-accumulates to spend. A network that is too large for even one record gets the range of least mean
 *   square error of each tensor by itself.
 */
export function chooseRanges(
  prepared: PreparedGraph,
  histograms: ReadonlyMap<string, Histogram>,
  inputs: readonly Float32Array[],
  budgetMacs: number,
): ReadonlyMap<string, ChosenRange> {
  const forward = forwardOf(prepared);
  const alone = withoutGradient(forward);
  const all = (rule: RangeRule): Map<string, ChosenRange> =>
    new Map([...histograms].map(([name, histogram]) => [name, { ...histogram.range(rule), rule }]));
  const chosen = all('mean square error');
  const first = quantize(alone, calibrationOf(all('min-max')));
  // 16 bits have room for everything.
  for (const { name, type } of first.tensors.values()) {
    const histogram = histograms.get(name);
    if (type !== 'int16' || histogram === undefined) continue;
    chosen.set(name, { ...histogram.range('min-max'), rule: 'min-max' });
  }
  const tensors = quantisedTensors(first, forward.nodes);
  // On average half of the network lies behind a tensor.
  const perRecord = (tensors.size * RANGE_RULES.length * programMacs(first)) / 2;
  const records = Math.min(MOST_RECORDS, inputs.length, Math.floor(budgetMacs / perRecord));
  if (records === 0) return chosen;
  const candidates = RANGE_RULES.flatMap((rule) => {
    const ranges = all(rule);
    // Very narrow ranges may leave no room for a layer's sum in int32: such a rule is no candidate.
    const program = quantizable(() => quantize(alone, calibrationOf(ranges)));
    return program === undefined ? [] : [{ ranges, program }];
  });
  const trials = startTrials(forward, prepared, spread(inputs, records));
  const settle = (name: string, behind: number): void => {
    if (!tensors.has(name)) return;
    const rest = forward.nodes.slice(behind);
    const { shape } = tensorOf(forward, name);
    const tried = candidates.map(({ ranges, program }) => {
      const tensor = integerTensor(program, name);
      const answers = trials.map(({ values }) => {
        const data = rounded(floatOf(values, name), tensor);
        const copy = new Map(values).set(name, { shape, data });
        runNodes(forward, rest, copy);
        return floatOf(copy, prepared.logits);
      });
      return { range: ranges.get(name), tensor, error: logitError(trials, answers) };
    });
    const best = tried.reduce((a, b) => (b.error < a.error ? b : a));
    if (best.range !== undefined) chosen.set(name, best.range);
    for (const { values } of trials) {
      values.set(name, { shape, data: rounded(floatOf(values, name), best.tensor) });
    }
  };
  settle(prepared.input, 0);
  forward.nodes.forEach((node, index) => {
    for (const { values } of trials) runNodes(forward, [node], values);
    for (const output of node.outputs) settle(output, index + 1);
  });
  return chosen;
}

/** `count` of them, evenly over the whole. */
export function spread<T>(items: readonly T[], count: number): readonly T[] {
  return items.filter(
    (_, i) =>
      Math.floor((i * count) / items.length) !== Math.floor(((i - 1) * count) / items.length),
  );
}

/** What quantize reads of a calibration, before there is one. */
export function calibrationOf(
  ranges: ReadonlyMap<string, ChosenRange>,
  biasCorrections?: Calibration['biasCorrections'],
): Calibration {
  return {
    format: 0,
    modelSha256: '',
    source: '',
    records: 0,
    activations: Object.fromEntries(ranges),
    gradients: {},
    ...(biasCorrections === undefined ? {} : { biasCorrections }),
  };
}

/** What `lower` makes; undefined where ranges or channels leave no room in the integers. */
export function quantizable(lower: () => IntegerProgram): IntegerProgram | undefined {
  try {
    return lower();
  } catch (error) {
    if (error instanceof IsochroneError && NO_ROOM.includes(error.code)) return undefined;
    throw error;
  }
}
