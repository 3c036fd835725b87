/** What rounding to integers costs a network: areas under the ROC curve, float graph against integer program. */
import type { CompiledNetwork } from '../../codegen/compile.js';
import { floatOf, runFloat } from '../../codegen/interpret/float.js';
import { IntegerInterpreter } from '../../codegen/interpret/integer.js';
import { integerTensor, type SignalArray } from '../../codegen/integer/program.js';
import { LABEL_RULES, type FoldLabels, type LabelRule } from '../records/labels.js';
import { classAreas, type ClassAreas } from './area-under-curve.js';

/** One window as both see it. */
export interface EvaluationWindow {
  readonly float: Float32Array;
  readonly integer: SignalArray;
}

export interface AccuracyReport {
  readonly records: number;
  readonly rules: Readonly<
    Record<
      LabelRule,
      { readonly float: ClassAreas; readonly integer: ClassAreas; readonly macroLoss: number }
    >
  >;
  /** Integer against float logits over all records and classes. */
  readonly logits: { readonly rootMeanSquareError: number; readonly largestError: number };
}

/**
 * @param records windows of each record; a class's score is its largest logit over them
 * @param labels of the same records, in order
 */
export function measureAccuracy(
  network: CompiledNetwork,
  records: readonly (readonly EvaluationWindow[])[],
  labels: FoldLabels,
  onRecord: (done: number) => void = () => undefined,
): AccuracyReport {
  const { graph, forwardNodes, input, logits } = network.explained;
  const forward = { ...graph, inputs: [input], nodes: graph.nodes.slice(0, forwardNodes) };
  const interpreter = new IntegerInterpreter(network.program);
  const { scale } = integerTensor(network.program, network.program.logits);
  const floatScores: Float64Array[] = [];
  const integerScores: Float64Array[] = [];
  let squares = 0;
  let largestError = 0;
  let values = 0;
  for (const windows of records) {
    const answers = windows.map((window) => ({
      float: Float64Array.from(
        floatOf(runFloat(forward, new Map([[input, window.float]])), logits),
      ),
      integer: Float64Array.from(interpreter.forward(window.integer), (value) => value * scale),
    }));
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
  const compare = (rule: LabelRule): AccuracyReport['rules'][LabelRule] => {
    const float = classAreas(floatScores, labels[rule]);
    const integer = classAreas(integerScores, labels[rule]);
    return { float, integer, macroLoss: float.macro - integer.macro };
  };
  const [sup, sup50] = LABEL_RULES;
  return {
    records: records.length,
    rules: { [sup]: compare(sup), [sup50]: compare(sup50) },
    logits: { rootMeanSquareError: Math.sqrt(squares / values), largestError },
  };
}

function largestOf(answers: readonly Float64Array[]): Float64Array {
  const [first = new Float64Array(), ...others] = answers;
  return first.map((value, c) => others.reduce((a, b) => Math.max(a, b[c] ?? -Infinity), value));
}
