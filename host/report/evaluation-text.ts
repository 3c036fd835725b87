/** The evaluation of a network as tables for a terminal. */
import type { Interval } from '../evaluate/statistics.js';
import { LABEL_RULES } from '../records/labels.js';
import type { EvaluationReport } from '../validate/evaluation.js';
import type { CoveragePoint, Share } from '../validate/probabilities.js';
import { textTable } from './text.js';

export function evaluationText(report: EvaluationReport): string {
  const { device, logits, probabilities } = report;
  return [
    `fold ${report.fold}, ${report.records} records: area under the ROC curve, 95 % interval of the integers`,
    areasTable(report),
    `logits: root mean square error ${logits.rootMeanSquareError.toFixed(4)}, largest ${logits.largestError.toFixed(4)}`,
    ...(device === undefined
      ? []
      : [
          `${device.target}: ${device.windows - device.differing} of ${device.windows} windows give the interpreter's logits to the last bit`,
        ]),
    ...detailsTable(report),
    ...(report.unlabelled.length === 0
      ? []
      : [`without labels here: ${report.unlabelled.join(', ')}`]),
    '',
    'groups, macro area over the classes of which a group has enough (integers, rule sup)',
    groupsTable(report),
    `probabilities (rule sup): mean expected calibration error ${probabilities.meanExpectedCalibrationError.toFixed(3)}`,
    probabilitiesTable(report),
    'coverage: share of wrong calls when the records nearest to the operating points are withheld',
    coverageTable(report.coverage),
    ...abstentionLines(report),
    'largest mean cross-entropy',
    textTable(
      ['index', 'id', 'loss', 'labels', 'probabilities'],
      report.worst.map(({ index, id, loss, labels, probabilities: own }) => [
        String(index),
        id,
        loss.toFixed(2),
        labels.join(' '),
        Object.entries(own)
          .map(([name, value]) => `${name} ${value.toFixed(2)}`)
          .join(' '),
      ]),
    ),
  ].join('\n');
}

function coverageTable(points: readonly CoveragePoint[]): string {
  return textTable(
    ['coverage', 'records', 'error'],
    points.map(({ coverage, records, error }) => [
      coverage.toFixed(2),
      String(records),
      error.toFixed(4),
    ]),
  );
}

function abstentionLines({ abstention, records }: EvaluationReport): readonly string[] {
  if (abstention === undefined) return [];
  const { withheld, errorAnswered, errorWithheld, coverage, strangers = [] } = abstention;
  const error = (value: number | null): string => (value === null ? 'none' : value.toFixed(4));
  return [
    `unlike the training data: ${withheld} of ${records} records are not answered; share of wrong calls ${error(errorAnswered)} of the others, ${error(errorWithheld)} of these`,
    'coverage: the same share when the records that are most unlike the training data are withheld',
    coverageTable(coverage),
    'what a device does not answer, and what the network would say of the first',
    textTable(
      ['signal', 'records', 'withheld', 'answer'],
      strangers.map(({ kind, records: count, withheld: kept, answer }) => [
        kind,
        String(count),
        (kept / count).toFixed(2),
        `${answer.className} ${answer.probability.toFixed(2)}`,
      ]),
    ),
  ];
}

function areasTable({ rules }: EvaluationReport): string {
  return textTable(
    ['rule', 'class', 'float', 'integer', 'change', 'interval'],
    LABEL_RULES.flatMap((rule) => {
      const { float, integer, macroLoss } = rules[rule];
      const row = (name: string, a: number, b: number, interval?: Interval): string[] => [
        rule,
        name,
        a.toFixed(4),
        b.toFixed(4),
        (b - a).toFixed(4),
        interval === undefined ? '' : range(interval),
      ];
      return [
        ...Object.entries(float.classes).map(([name, area]) =>
          row(name, area, integer.classes[name] ?? NaN, integer.intervals?.classes[name]),
        ),
        row('macro', float.macro, float.macro - macroLoss, integer.intervals?.macro),
      ];
    }),
  );
}

function detailsTable({ details }: EvaluationReport): readonly string[] {
  const rows = Object.entries(details);
  if (rows.length === 0) return [];
  return [
    '',
    'further outputs, against subclasses and statements of the labels',
    textTable(
      ['output', 'records', 'area', 'interval'],
      rows.map(([name, { records, area }]) => [
        name,
        String(records),
        area === null ? 'too few' : area.estimate.toFixed(4),
        area === null ? '' : range(area),
      ]),
    ),
  ];
}

function groupsTable({ groups }: EvaluationReport): string {
  return textTable(
    ['by', 'group', 'records', 'area', 'interval', 'classes'],
    Object.entries(groups).flatMap(([by, list]) =>
      list.map(({ group, records, areas }) => [
        by,
        group,
        String(records),
        areas === undefined ? 'too few' : areas.macro.estimate.toFixed(4),
        areas === undefined ? '' : range(areas.macro),
        areas === undefined ? '' : Object.keys(areas.classes).join(' '),
      ]),
    ),
  );
}

function probabilitiesTable({ probabilities }: EvaluationReport): string {
  const text = ({ share, low, high }: Share): string =>
    `${share.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  return textTable(
    ['class', 'calibration error', 'called from', 'sensitivity', 'specificity', 'predictive value'],
    Object.entries(probabilities.classes).map(([name, one]) => [
      name,
      one.expectedCalibrationError.toFixed(3),
      one.operatingPoint.toFixed(3),
      text(one.sensitivity),
      text(one.specificity),
      text(one.positivePredictiveValue),
    ]),
  );
}

function range({ low, high }: Interval): string {
  return `${low.toFixed(3)} to ${high.toFixed(3)}`;
}
