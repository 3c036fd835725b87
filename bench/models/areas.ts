/**
 * Macro area under the ROC curve of a network on labelled records, float (the independent runtime) against integer (the
 * emitted C): the fold that chooses, 9, of the records beside the repository.
 */
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { sizeOf, tensorOf } from '../../codegen/graph/graph.js';
import { decodedRecords, openDecodedSet } from '../../host/records/decoded-set.js';
import { LABEL_RULES, readFoldLabels, type LabelRule } from '../../host/records/labels.js';
import type { EcgRecord } from '../../host/records/record.js';
import { hasShared, sharedPath } from '../../host/records/shared-data.js';
import { classAreas } from '../../host/validate/area-under-curve.js';
import { readIoFile } from '../../host/validate/io-file.js';
import type { PairedInput } from '../../host/validate/layer-errors.js';
import { inputCodes } from '../../codegen/interpret/input-codes.js';
import { inputsOfRecords, takesRecords } from '../../host/validate/validation-inputs.js';
import { deviceAnswers, type ModelRun } from './device-answers.js';
import type { Say } from './model-inputs.js';
import type { ListedModel } from './model-list.js';
import { oracleAnswers } from './oracle.js';
import { scoredWindows } from '../../host/records/scored-windows.js';

export interface MeasuredAreas {
  readonly records: number;
  readonly fold: number;
  readonly rules: Readonly<
    Record<LabelRule, { readonly float: number; readonly integer: number; readonly loss: number }>
  >;
}

const FOLD = 9;
const DATA = ['data', 'ptbxl'] as const;
/** Diagnostic superclasses of PTB-XL in the usual order (Wagner et al., Sci Data 2020), where the model names none. */
const SUPERCLASSES = ['NORM', 'MI', 'STTC', 'CD', 'HYP'];

/** Windows of one record; its score for a class is the largest over them. */
type RecordInputs = readonly PairedInput[];

/** Undefined where no labelled records are here, or the network does not take them. */
export async function measuredAreas(
  run: ModelRun,
  model: ListedModel,
  say: Say,
): Promise<MeasuredAreas | undefined> {
  const { network } = run;
  const named = (network.program.metadata['isochrone.classes'] ?? '').split(',').filter(Boolean);
  const classes = named.length > 0 ? named : SUPERCLASSES;
  const outputs = sizeOf(tensorOf(network.explained.graph, network.explained.logits).shape);
  const prepare = preparation(run, model, named.length > 0);
  if (!hasShared(...DATA) || prepare === undefined || classes.length !== outputs) return undefined;
  const labels = await labelsOf(classes);
  if (labels === undefined) return undefined;
  say('records', 0, 1);
  const set = await openDecodedSet(
    sharedPath(...DATA, `fold${String(FOLD).padStart(2, '0')}.d16.gz`),
  );
  const records: EcgRecord[] = [];
  for await (const record of decodedRecords(set)) records.push(record);
  const inputs = prepare(records);
  const flat = inputs.flat();
  say('records, float', 0, records.length);
  const float = await oracleAnswers(run, flat);
  say('records, integer', 0, records.length);
  const integer = await deviceAnswers(run, flat);
  const floatScores = largestOf(inputs, float.answers);
  const integerScores = largestOf(inputs, integer.answers);
  const compare = (rule: LabelRule): MeasuredAreas['rules'][LabelRule] => {
    const [a, b] = [floatScores, integerScores].map(
      (scores) => classAreas(scores, labels[rule]).macro,
    ) as [number, number];
    return { float: a, integer: b, loss: a - b };
  };
  const [sup, sup50] = LABEL_RULES;
  return {
    records: records.length,
    fold: FOLD,
    rules: { [sup]: compare(sup), [sup50]: compare(sup50) },
  };
}

async function labelsOf(
  classes: readonly string[],
): Promise<Awaited<ReturnType<typeof readFoldLabels>> | undefined> {
  try {
    return await readFoldLabels(join(sharedPath(...DATA)), FOLD, classes);
  } catch (error) {
    // Classes that the records have no labels of.
    if (error instanceof IsochroneError && error.code === 'LABELS_INVALID') return undefined;
    throw error;
  }
}

/**
 * How the network wants a record: as the device's chain gives it, or band-passed and scaled by the lead statistics that
 * come with its inputs (`lead_mean`, `lead_std`).
 */
function preparation(
  { network }: ModelRun,
  model: ListedModel,
  namesClasses: boolean,
): ((records: readonly EcgRecord[]) => readonly RecordInputs[]) | undefined {
  if (takesRecords(network) && namesClasses) {
    return (records) =>
      inputsOfRecords(network, records, 'records').inputs.map((window) => [window]);
  }
  if (model.io === undefined) return undefined;
  const arrays = readIoFile(model.io, model.file);
  const mean = arrays.get('lead_mean')?.values;
  const deviation = arrays.get('lead_std')?.values;
  const [batch, leads, samples] = tensorOf(network.explained.graph, network.explained.input).shape;
  if (mean?.length !== 12 || deviation?.length !== 12 || batch !== 1 || leads !== 12) {
    return undefined;
  }
  return (records) =>
    records.map((record) =>
      scoredWindows(record, { mean, deviation }, samples ?? 1).map((float) => ({
        float,
        integer: inputCodes(network.program, float),
      })),
    );
}

function largestOf(
  inputs: readonly RecordInputs[],
  answers: readonly ArrayLike<number>[],
): readonly Float64Array[] {
  let next = 0;
  return inputs.map((windows) => {
    const own = answers.slice(next, next + windows.length);
    next += windows.length;
    return Float64Array.from(own[0] ?? [], (_, c) =>
      own.reduce((most, answer) => Math.max(most, answer[c] ?? NaN), -Infinity),
    );
  });
}
