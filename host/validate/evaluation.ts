/** Everything that is measured of a network on one fold of labelled records. */
import type { Interval } from '../evaluate/statistics.js';
import type { FoldLabels, RecordAbout } from '../records/labels.js';
import type { StrangerReport } from '../familiarity/strangers.js';
import { accuracyByRule, type AccuracyByRule, type FoldAnswers } from './accuracy.js';
import { areaIntervals } from './area-intervals.js';
import type { DeviceReport } from './device-answers.js';
import { groupReports, type GroupReport, type Grouping } from './groups.js';
import {
  classProbabilities,
  coverageCurve,
  sigmoid,
  type ClassProbabilities,
  type CoveragePoint,
} from './probabilities.js';

/** How many of the worst records are named. */
const WORST = 12;

export interface EvaluationReport {
  readonly fold: number;
  readonly records: number;
  readonly rules: AccuracyByRule;
  readonly logits: FoldAnswers['logits'];
  /** Outputs besides the superclasses, against subclasses and statements of the labels; integer logits. */
  readonly details: Readonly<
    Record<string, { readonly records: number; readonly area: Interval | null }>
  >;
  /** Outputs that the labels say nothing of. */
  readonly unlabelled: readonly string[];
  /** Integer logits, rule `sup`. */
  readonly groups: Readonly<Record<Grouping, readonly GroupReport[]>>;
  /** Of the integer network's sigmoids, rule `sup`. */
  readonly probabilities: {
    readonly meanExpectedCalibrationError: number;
    readonly classes: Readonly<Record<string, ClassProbabilities>>;
  };
  /** Records in the order of how far their logits are from the operating points. */
  readonly coverage: readonly CoveragePoint[];
  /** What a device withholds as unlike the training data; absent where the calibration does not say what they were like. */
  readonly abstention?: Abstention;
  /** Largest mean cross-entropy over the superclasses, rule `sup`. */
  readonly worst: readonly WorstRecord[];
  readonly device?: DeviceReport;
}

export interface Abstention {
  readonly withheld: number;
  /** Share of wrong calls among the records that are answered, and among the others; null of none. */
  readonly errorAnswered: number | null;
  readonly errorWithheld: number | null;
  /** Records in the order of how unlike the training data they are. */
  readonly coverage: readonly CoveragePoint[];
  /** What is no such ECG, and how much of it is withheld. */
  readonly strangers?: readonly StrangerReport[];
}

export interface WorstRecord {
  readonly index: number;
  readonly id: string;
  readonly loss: number;
  readonly labels: readonly string[];
  readonly probabilities: Readonly<Record<string, number>>;
}

export interface EvaluationInput {
  readonly fold: number;
  /** All outputs of the network in their order. */
  readonly classes: readonly string[];
  readonly answers: FoldAnswers;
  /** Of the classes that are superclasses, in the order of `classes`. */
  readonly labels: FoldLabels;
  readonly about: readonly RecordAbout[];
  /** Probability from which each class is called, as the model names them. */
  readonly operatingPoints: ReadonlyMap<string, number>;
  /** Of each record, above 1 it is not answered; absent: not known. */
  readonly unfamiliarity?: readonly number[];
}

export function evaluation(input: EvaluationInput): EvaluationReport {
  const { answers, labels, about, classes, operatingPoints } = input;
  const names = [...labels.sup.keys()];
  const columns = names.map((name) => classes.indexOf(name));
  const pick = (rows: readonly Float64Array[]): readonly Float64Array[] =>
    rows.map((row) => Float64Array.from(columns, (c) => row[c] ?? NaN));
  const [float, integer] = [pick(answers.float), pick(answers.integer)];
  const points = names.map((name) => operatingPoints.get(name) ?? 0.5);
  const truth = names.map((name) => labels.sup.get(name) ?? []);
  const byClass = names.map((name, c): readonly [string, ClassProbabilities] => [
    name,
    classProbabilities(
      integer.map((row) => sigmoid(row[c] ?? NaN)),
      truth[c] ?? [],
      points[c] ?? 0.5,
    ),
  ]);
  const margins = integer.map((row) =>
    names.map((_, c) => (row[c] ?? NaN) - Math.log((points[c] ?? 0.5) / (1 - (points[c] ?? 0.5)))),
  );
  const wrong = margins.map((row, record) =>
    meanOf(row.map((margin, c) => (margin >= 0 === truth[c]?.[record] ? 0 : 1))),
  );
  const others = classes.filter((name) => !labels.sup.has(name));
  const known = new Set(about.flatMap(({ findings }) => findings));
  return {
    fold: input.fold,
    records: about.length,
    rules: accuracyByRule({ float, integer }, labels),
    logits: answers.logits,
    details: Object.fromEntries(
      others
        .filter((name) => known.has(name))
        .map((name) => {
          const has = about.map(({ findings }) => findings.includes(name));
          const column = classes.indexOf(name);
          const areas = areaIntervals(
            answers.integer.map((row) => [row[column] ?? NaN]),
            new Map([[name, has]]),
          );
          return [name, { records: has.filter(Boolean).length, area: areas?.macro ?? null }];
        }),
    ),
    unlabelled: others.filter((name) => !known.has(name)),
    groups: groupReports(integer, labels.sup, about),
    probabilities: {
      meanExpectedCalibrationError:
        byClass.reduce((sum, [, one]) => sum + one.expectedCalibrationError, 0) / byClass.length,
      classes: Object.fromEntries(byClass),
    },
    coverage: coverageCurve(
      margins.map((row) => -meanOf(row.map(Math.abs))),
      wrong,
    ),
    ...(input.unfamiliarity === undefined
      ? {}
      : { abstention: abstentionOf(input.unfamiliarity, wrong) }),
    worst: worstRecords(names, integer, truth, about),
  };
}

/** @param wrong share of each record's classes that are called wrongly */
function abstentionOf(unfamiliarity: readonly number[], wrong: readonly number[]): Abstention {
  const errors = (withheld: boolean): readonly number[] =>
    wrong.filter((_, record) => (unfamiliarity[record] ?? NaN) > 1 === withheld);
  const [answered, others] = [errors(false), errors(true)];
  return {
    withheld: others.length,
    errorAnswered: answered.length === 0 ? null : meanOf(answered),
    errorWithheld: others.length === 0 ? null : meanOf(others),
    coverage: coverageCurve(unfamiliarity, wrong),
  };
}

function worstRecords(
  names: readonly string[],
  logits: readonly Float64Array[],
  truth: readonly (readonly boolean[])[],
  about: readonly RecordAbout[],
): readonly WorstRecord[] {
  return logits
    .map((row, index) => ({
      index,
      id: about[index]?.id ?? '',
      loss: meanOf(
        names.map((_, c) =>
          Math.log1p(Math.exp(truth[c]?.[index] === true ? -(row[c] ?? NaN) : (row[c] ?? NaN))),
        ),
      ),
      labels: names.filter((_, c) => truth[c]?.[index] === true),
      probabilities: Object.fromEntries(
        names.map((name, c) => [name, Number(sigmoid(row[c] ?? NaN).toFixed(3))]),
      ),
    }))
    .sort((a, b) => b.loss - a.loss)
    .slice(0, WORST);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
