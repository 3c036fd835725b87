/** `isochrone evaluate-network MODEL --data DIR`: what the network is worth on a fold, in float, in integers and on a board. */
import { join } from 'node:path';
import type { CompiledNetwork, Leads } from '../../codegen/compile.js';
import { quantizeMicrovolt } from '../../codegen/emit/input-factor.js';
import { IsochroneError } from '../../codegen/errors.js';
import { integerTensor } from '../../codegen/integer/program.js';
import { IntegerInterpreter } from '../../codegen/interpret/integer.js';
import { packageRoot } from '../../codegen/package-root.js';
import type { Precision } from '../../codegen/quantize/precision.js';
import type { Familiarity } from '../../codegen/quantize/familiarity.js';
import { describeWindow } from '../familiarity/describe.js';
import { strangerReports } from '../familiarity/strangers.js';
import { unfamiliarity } from '../familiarity/unfamiliarity.js';
import { toAcquisition } from '../records/acquisition.js';
import { decodedRecords, openDecodedSet } from '../records/decoded-set.js';
import { readFoldTable, superclassLabels } from '../records/labels.js';
import type { EcgRecord } from '../records/record.js';
import { evaluationText } from '../report/evaluation-text.js';
import { foldAnswers, type EvaluationWindow, type FoldAnswers } from '../validate/accuracy.js';
import { deviceAnswers, type DeviceReport } from '../validate/device-answers.js';
import { evaluation, type EvaluationReport } from '../validate/evaluation.js';
import { windowsOfRecords, type RecordWindow } from '../validate/record-inputs.js';
import { sigmoid } from '../validate/probabilities.js';
import { targetByName } from '../validate/targets.js';
import { independentWindow } from '../validate/windows.js';
import { compileModel, widthOptions } from './network.js';
import { progress } from './progress.js';
import { recordInputs } from './record-inputs.js';

/** Enough to tell a tenth from a half; each is changed in some twenty ways. */
const STRANGER_RECORDS = 100;

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
  /** Emulated, which runs windows spread over the fold. */
  readonly board?: string;
  readonly deviceRecords?: number;
  readonly json: boolean;
}

export async function runEvaluate(modelFile: string, options: EvaluateOptions): Promise<void> {
  const report = await evaluateNetwork(modelFile, options);
  process.stdout.write(
    options.json ? `${JSON.stringify(report, null, 2)}\n` : evaluationText(report),
  );
}

/** A network on one fold of decoded sets; a record's score is the largest over its windows. */
export async function evaluateNetwork(
  modelFile: string,
  options: Omit<EvaluateOptions, 'json'>,
): Promise<EvaluationReport> {
  const { data, fold, leads } = options;
  // The answer is the same with and without its explanation.
  const network = compileModel(modelFile, { explain: 'none', leads, ...widthOptions(options) });
  const { metadata } = network.program;
  const classes = listed(options.classes ?? metadata['isochrone.classes']);
  if (classes.length === 0) {
    throw new IsochroneError('LABELS_INVALID', 'the model does not name its classes', {
      hint: 'Name them with --classes, or in the metadata property isochrone.classes, for instance NORM,MI,STTC,CD,HYP.',
      where: { file: modelFile },
    });
  }
  const table = await readFoldTable(data, fold);
  const superclasses = classes.filter((name) => table.superclass('sup', name) !== undefined);
  const labels = superclassLabels(
    table,
    // None at all: the error names a column that would be needed.
    superclasses.length === 0 ? classes : superclasses,
  );
  const set = await openDecodedSet(join(data, `fold${String(fold).padStart(2, '0')}.d16.gz`));
  const records: EcgRecord[] = [];
  for await (const record of decodedRecords(set)) records.push(record);
  const read = recordInputs(modelFile, network.explained, options);
  const given = windowsOfRecords(records, read);
  const windows = given.map((own) =>
    own.map(({ float, codes }) => ({ float, integer: codes(network.program) })),
  );
  const { familiarity } = network;
  const unfamiliar = familiarity === undefined ? undefined : unfamiliarities(familiarity, given);
  const bar = progress('evaluate');
  const answers = foldAnswers(network, windows, (done) => {
    bar.update(done, records.length);
  });
  const points = listed(metadata['isochrone.operating_points']).map(Number);
  const report = evaluation({
    fold,
    classes,
    answers,
    labels,
    about: table.about,
    operatingPoints: new Map(classes.flatMap((name, c) => pair(name, points[c]))),
    ...(unfamiliar === undefined ? {} : { unfamiliarity: unfamiliar }),
  });
  const { abstention } = report;
  const strangers =
    familiarity === undefined || abstention === undefined
      ? {}
      : {
          abstention: {
            ...abstention,
            strangers: strangersOf(network, classes, familiarity, records, leads),
          },
        };
  const device = await onBoard(network, windows, answers, options);
  bar.finish(`${report.records} records of fold ${fold}`);
  return { ...report, ...strangers, ...(device === undefined ? {} : { device }) };
}

/** The largest over a record's windows; undefined where they did not come out of the device's chain. */
function unfamiliarities(
  trained: Familiarity,
  records: readonly (readonly RecordWindow[])[],
): readonly number[] | undefined {
  const found = records.map((own) =>
    own.map(({ microvolt }) =>
      microvolt === undefined ? undefined : unfamiliarity(trained, describeWindow(microvolt)),
    ),
  );
  return found.flat().includes(undefined)
    ? undefined
    : found.map((own) => Math.max(...own.map((value) => value ?? 0)));
}

/** Of records spread over the fold. */
function strangersOf(
  { program }: CompiledNetwork,
  classes: readonly string[],
  trained: Familiarity,
  records: readonly EcgRecord[],
  leads: Leads,
): ReturnType<typeof strangerReports> {
  const interpreter = new IntegerInterpreter(program);
  const { scale } = integerTensor(program, program.logits);
  const count = Math.min(STRANGER_RECORDS, records.length);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * records.length) / count));
  return strangerReports(
    trained,
    chosen.flatMap((index) => {
      const record = records[index];
      return record === undefined ? [] : [toAcquisition(record).microvolt];
    }),
    (twelve) => {
      const window = leads === 8 ? independentWindow(twelve) : twelve;
      const steps = interpreter.forward(quantizeMicrovolt(program, window));
      const most = Math.max(...steps);
      return {
        className: classes[steps.indexOf(most)] ?? '',
        probability: program.answersProbabilities === true ? most * scale : sigmoid(most * scale),
      };
    },
  );
}

/** Windows spread over the fold: neighbours may be alike. */
async function onBoard(
  network: CompiledNetwork,
  records: readonly (readonly EvaluationWindow[])[],
  answers: FoldAnswers,
  { board, deviceRecords = 0 }: Pick<EvaluateOptions, 'board' | 'deviceRecords'>,
): Promise<DeviceReport | undefined> {
  const windows = records.flat();
  const count = Math.min(deviceRecords, windows.length);
  if (board === undefined || count === 0) return undefined;
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * windows.length) / count));
  return deviceAnswers(
    network,
    await targetByName(board),
    chosen.flatMap((index) => windows[index]?.integer ?? []),
    chosen.flatMap((index) => answers.steps[index] ?? []),
    join(packageRoot(), 'build', 'evaluate', network.program.name),
  );
}

function pair(name: string, point: number | undefined): readonly (readonly [string, number])[] {
  return point === undefined || !(point > 0 && point < 1) ? [] : [[name, point]];
}

function listed(text = ''): readonly string[] {
  return text.split(',').filter((name) => name !== '');
}
