/** `isochrone evaluate-network MODEL --data DIR`: what the integers cost, as area under the ROC curve on a fold. */
import { join } from 'node:path';
import type { Leads } from '../../codegen/compile.js';
import { quantizeMicrovolt } from '../../codegen/emit/input-factor.js';
import { IsochroneError } from '../../codegen/errors.js';
import { toAcquisition } from '../records/acquisition.js';
import { decodedRecords, openDecodedSet } from '../records/decoded-set.js';
import { LABEL_RULES, readFoldLabels } from '../records/labels.js';
import { buildNativeChain } from '../toolchain/native-chain.js';
import { measureAccuracy, type AccuracyReport } from '../validate/accuracy.js';
import { compileModel } from './network.js';
import { progress } from './progress.js';
import { chainInput, independentWindow } from './windows.js';

export interface EvaluateOptions {
  readonly data: string;
  readonly fold: number;
  readonly leads: Leads;
  readonly json: boolean;
}

export async function runEvaluate(modelFile: string, options: EvaluateOptions): Promise<void> {
  const report = await evaluateNetwork(modelFile, options.data, options.fold, options.leads);
  process.stdout.write(
    options.json ? `${JSON.stringify(report, null, 2)}\n` : accuracyText(report),
  );
}

/** A network whose input is the chain's twelve leads in millivolt, on one fold of decoded sets. */
export async function evaluateNetwork(
  modelFile: string,
  folder: string,
  fold: number,
  leads: Leads = 12,
): Promise<AccuracyReport> {
  // The answer is the same with and without its explanation.
  const network = compileModel(modelFile, { explain: 'none', leads });
  const { metadata } = network.program;
  const classes = (metadata['isochrone.classes'] ?? '').split(',').filter((name) => name !== '');
  if (classes.length === 0) {
    throw new IsochroneError('LABELS_INVALID', 'the model does not name its classes', {
      hint: 'Write them to the metadata property isochrone.classes, for instance NORM,MI,STTC,CD,HYP.',
      where: { file: modelFile },
    });
  }
  const labels = await readFoldLabels(folder, fold, classes);
  const set = await openDecodedSet(join(folder, `fold${String(fold).padStart(2, '0')}.d16.gz`));
  const acquisitions: Int16Array[] = [];
  for await (const record of decodedRecords(set))
    acquisitions.push(toAcquisition(record).microvolt);
  const records = buildNativeChain()
    .windows(acquisitions)
    .map((twelve) => {
      const window = leads === 8 ? independentWindow(twelve) : twelve;
      return [
        { float: chainInput(window, leads), integer: quantizeMicrovolt(network.program, window) },
      ];
    });
  const bar = progress('evaluate');
  const report = measureAccuracy(network, records, labels, (done) => {
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
