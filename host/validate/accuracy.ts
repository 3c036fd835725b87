/** What rounding to integers costs a network: areas under the ROC curve, float graph against integer program. */
import type { CompiledNetwork } from '../../codegen/compile.js';
import { floatOf, runFloat } from '../../codegen/interpret/float.js';
import { IntegerInterpreter } from '../../codegen/interpret/integer.js';
import { integerTensor, type SignalArray } from '../../codegen/integer/program.js';
import { LABEL_RULES, type FoldLabels, type LabelRule } from '../records/labels.js';
import { areaIntervals, type AreaIntervals } from './area-intervals.js';
import { classAreas, type ClassAreas } from './area-under-curve.js';

/** One window as both see it. */
export interface EvaluationWindow {
  readonly float: Float32Array;
  readonly integer: SignalArray;
}

/** Logits of every record and class, in the order of the network's classes; the largest over a record's windows. */
export interface FoldAnswers {
  readonly float: readonly Float64Array[];
  readonly integer: readonly Float64Array[];
  /** Of every window of every record, int16 steps, as a device must give them. */
  readonly steps: readonly Int16Array[];
  /** Integer against float logits over all windows and classes. */
  readonly logits: { readonly rootMeanSquareError: number; readonly largestError: number };
}

/** One executor, with 95 % intervals where there are records enough of both kinds. */
export interface ExecutorAreas extends ClassAreas {
  readonly intervals?: AreaIntervals;
}

export type AccuracyByRule = Readonly<
  Record<
    LabelRule,
    { readonly float: ExecutorAreas; readonly integer: ExecutorAreas; readonly macroLoss: number }
  >
>;

/** @param records windows of each record */
export function foldAnswers(
  network: CompiledNetwork,
  records: readonly (readonly EvaluationWindow[])[],
  onRecord: (done: number) => void = () => undefined,
): FoldAnswers {
  const { graph, forwardNodes, input, logits } = network.explained;
  const forward = { ...graph, inputs: [input], nodes: graph.nodes.slice(0, forwardNodes) };
  const interpreter = new IntegerInterpreter(network.program);
  const { scale } = integerTensor(network.program, network.program.logits);
  const floatScores: Float64Array[] = [];
  const integerScores: Float64Array[] = [];
  const steps: Int16Array[] = [];
  let squares = 0;
  let largestError = 0;
  let values = 0;
  for (const windows of records) {
    const answers = windows.map((window) => {
      const own = interpreter.forward(window.integer).slice();
      steps.push(own);
      return {
        float: Float64Array.from(
          floatOf(runFloat(forward, new Map([[input, window.float]])), logits),
        ),
        integer: Float64Array.from(own, (value) => value * scale),
      };
    });
    for (const { float, integer } of answers) {
      float.forEach((value, c) => {
        const error = Math.abs(value - (integer[c] ?? NaN));
        squares += error * error;
        largestError = Math.max(largestError, error);
        values += 1;
      });
    }
    floatScores.push(largestOf(answers.map((answer) => answer.float)));
    integerScores.push(largestOf(answers.map((answer) => answer.integer)));
    onRecord(floatScores.length);
  }
  return {
    float: floatScores,
    integer: integerScores,
    steps,
    logits: { rootMeanSquareError: Math.sqrt(squares / values), largestError },
  };
}

/**
 * @param answers the columns of the classes that `labels` name, in that order
 * @param labels of the same records, in order
 */
export function accuracyByRule(
  answers: Pick<FoldAnswers, 'float' | 'integer'>,
  labels: FoldLabels,
): AccuracyByRule {
  const areas = (scores: readonly Float64Array[], rule: LabelRule): ExecutorAreas => {
    const intervals = areaIntervals(scores, labels[rule]);
    return {
      ...classAreas(scores, labels[rule]),
      ...(intervals === undefined ? {} : { intervals }),
    };
  };
  const compare = (rule: LabelRule): AccuracyByRule[LabelRule] => {
    const [float, integer] = [areas(answers.float, rule), areas(answers.integer, rule)];
    return { float, integer, macroLoss: float.macro - integer.macro };
  };
  const [sup, sup50] = LABEL_RULES;
  return { [sup]: compare(sup), [sup50]: compare(sup50) };
}

function largestOf(answers: readonly Float64Array[]): Float64Array {
  const [first = new Float64Array(), ...others] = answers;
  return first.map((value, c) => others.reduce((a, b) => Math.max(a, b[c] ?? -Infinity), value));
}
