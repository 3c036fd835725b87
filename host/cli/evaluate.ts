/** `isochrone evaluate-network MODEL --data DIR`: what the integers cost, as area under the ROC curve on a fold. */
import { join } from 'node:path';
import type { Leads } from '../../codegen/compile.js';
import { IsochroneError } from '../../codegen/errors.js';
import type { Precision } from '../../codegen/quantize/precision.js';
import { decodedRecords, openDecodedSet } from '../records/decoded-set.js';
import { LABEL_RULES, readFoldLabels } from '../records/labels.js';
import type { EcgRecord } from '../records/record.js';
import { measureAccuracy, type AccuracyReport } from '../validate/accuracy.js';
import { windowsOfRecords } from '../validate/record-inputs.js';
import { compileModel, widthOptions } from './network.js';
import { progress } from './progress.js';
import { recordInputs } from './record-inputs.js';

export interface EvaluateOptions {
  readonly data: string;
  readonly fold: number;
  readonly leads: Leads;
  readonly precision?: Precision;
  readonly ram?: number;
  /** Lead statistics for a network that reads z-scores. */
  readonly preprocess?: string;
  /** For a model that does not name its classes. */
  readonly classes?: string;
  readonly json: boolean;
}

export async function runEvaluate(modelFile: string, options: EvaluateOptions): Promise<void> {
  const report = await evaluateNetwork(modelFile, options);
  process.stdout.write(
    options.json ? `${JSON.stringify(report, null, 2)}\n` : accuracyText(report),
  );
}

/** A network on one fold of decoded sets; a record's score is the largest over its windows. */
export async function evaluateNetwork(
  modelFile: string,
  options: Omit<EvaluateOptions, 'json'>,
): Promise<AccuracyReport> {
  const { data, fold, leads } = options;
  // The answer is the same with and without its explanation.
  const network = compileModel(modelFile, { explain: 'none', leads, ...widthOptions(options) });
  const { metadata } = network.program;
  const classes = (options.classes ?? metadata['isochrone.classes'] ?? '')
    .split(',')
    .filter((name) => name !== '');
  if (classes.length === 0) {
    throw new IsochroneError('LABELS_INVALID', 'the model does not name its classes', {
      hint: 'Name them with --classes, or in the metadata property isochrone.classes, for instance NORM,MI,STTC,CD,HYP.',
      where: { file: modelFile },
    });
  }
  const labels = await readFoldLabels(data, fold, classes);
  const set = await openDecodedSet(join(data, `fold${String(fold).padStart(2, '0')}.d16.gz`));
  const records: EcgRecord[] = [];
  for await (const record of decodedRecords(set)) records.push(record);
  const read = recordInputs(modelFile, network.explained, options);
  const windows = windowsOfRecords(records, read).map((own) =>
    own.map(({ float, codes }) => ({ float, integer: codes(network.program) })),
  );
  const bar = progress('evaluate');
  const report = measureAccuracy(network, windows, labels, (done) => {
    bar.update(done, records.length);
  });
  bar.finish(`${report.records} records of fold ${fold}`);
  return report;
}

export function accuracyText(report: AccuracyReport): string {
  const lines = LABEL_RULES.flatMap((rule) => {
    const { float, integer, macroLoss } = report.rules[rule];
    const row = (name: string, a: number, b: number): string =>
      `${rule.padEnd(6)} ${name.padEnd(8)} ${a.toFixed(4)}  ${b.toFixed(4)}  ${(b - a).toFixed(4).padStart(7)}`;
    return [
      ...Object.entries(float.classes).map(([name, area]) =>
        row(name, area, integer.classes[name] ?? NaN),
      ),
      row('macro', float.macro, float.macro - macroLoss),
    ];
  });
  const { rootMeanSquareError, largestError } = report.logits;
  return [
    'area under the ROC curve',
    'rule   class    float   integer  change',
    ...lines,
    `logits: root mean square error ${rootMeanSquareError.toFixed(4)}, largest ${largestError.toFixed(4)}, ${report.records} records`,
    '',
  ].join('\n');
}
