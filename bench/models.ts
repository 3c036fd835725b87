/**
 * Models one by one: bit-exact on each target, error against an independent runtime, area under the ROC curve where there
 * are labels, memory, seconds to compile. One model with its inputs, or the list of models/model-list.ts.
 */
import { basename, join } from 'node:path';
import { IsochroneError } from '../codegen/errors.js';
import { isTflite } from '../codegen/import/model.js';
import { packageRoot } from '../codegen/package-root.js';
import { DEFAULT_MODEL, readModel } from '../host/cli/network.js';
import { progress } from '../host/cli/progress.js';
import { allTargets, hostTarget, targetFolder } from '../host/validate/targets.js';
import { validateNetwork, type TargetReport } from '../host/validate/validate.js';
import { measuredAreas, type MeasuredAreas } from './models/areas.js';
import { deviceAnswers } from './models/device-answers.js';
import { buildModel, measuredInputs, type Say } from './models/model-inputs.js';
import { listedModels, type ListedModel } from './models/model-list.js';
import { againstFile, againstRuntime, type ReferenceReport } from './models/references.js';

/** Inputs that are run on every target; the error is measured on all. */
const TARGET_INPUTS = 2;

export interface ModelReport {
  readonly model: string;
  readonly skipped?: string;
  /** A typed error: what keeps it from being built or measured. */
  readonly failed?: { readonly code: string; readonly message: string };
  readonly measured?: MeasuredModel;
}

export interface MeasuredModel {
  readonly format: 'onnx' | 'tflite';
  readonly explained: boolean;
  readonly notExplained?: string;
  readonly inputs: { readonly count: number; readonly source: string };
  readonly calibratedOnInputs: boolean;
  readonly calibrateSeconds: number;
  readonly compileSeconds: number;
  readonly references: readonly ReferenceReport[];
  /** macro area under the ROC curve, float and integer. */
  readonly areas?: MeasuredAreas;
  readonly targets: readonly TargetReport[];
}

export async function benchModels(options: {
  readonly file?: string;
  readonly io?: string;
}): Promise<readonly ModelReport[]> {
  const given = options.file ?? (options.io === undefined ? undefined : DEFAULT_MODEL);
  const list: readonly ListedModel[] =
    given === undefined
      ? listedModels()
      : [{ file: given, ...(options.io === undefined ? {} : { io: options.io }) }];
  const reports: ModelReport[] = [];
  for (const [index, model] of list.entries()) {
    const count = list.length === 1 ? '' : `${index + 1}/${list.length} `;
    const label = `${count}${basename(model.file)}`;
    reports.push(await benchModel(model, label));
  }
  return reports;
}

async function benchModel(model: ListedModel, label: string): Promise<ModelReport> {
  const bar = progress(label);
  if (model.skipped !== undefined) {
    bar.finish(`skipped: ${model.skipped}`);
    return { model: model.file, skipped: model.skipped };
  }
  try {
    const measured = await measure(model, (phase, done, total) => {
      bar.update(done, total, phase);
    });
    bar.finish(summary(measured.targets));
    return { model: model.file, measured };
  } catch (error) {
    if (!(error instanceof IsochroneError)) throw error;
    bar.finish(error.describe());
    return { model: model.file, failed: { code: error.code, message: error.message } };
  }
}

function summary(targets: readonly TargetReport[]): string {
  const exact = targets.filter(({ bitExact }) => bitExact).length;
  const large = targets.filter(({ tooLarge }) => tooLarge !== undefined).length;
  return `bit-exact on ${exact} of ${targets.length} targets${large === 0 ? '' : `, too large for ${large}`}`;
}

async function measure(model: ListedModel, say: Say): Promise<MeasuredModel> {
  const { file } = model;
  const bytes = readModel(file);
  const built = buildModel(model, bytes, say);
  const { network } = built;
  const inputs = measuredInputs(model, bytes, network);
  const buildDir = join(packageRoot(), 'build', 'bench', 'models', basename(file));
  const report = await validateNetwork({
    network,
    inputs: { ...inputs, inputs: inputs.inputs.slice(0, TARGET_INPUTS) },
    targets: await allTargets(),
    buildDir,
    onProgress: say,
  });
  say('answers', 0, 1);
  const outDir = targetFolder(buildDir, hostTarget);
  const run = { bytes, file, network, networkDir: join(outDir, 'network'), outDir };
  const device = await deviceAnswers(run, inputs.inputs);
  const areas = await measuredAreas(run, model, say);
  return {
    format: isTflite(bytes) ? 'tflite' : 'onnx',
    explained: network.program.explanation !== undefined,
    ...(built.notExplained === undefined ? {} : { notExplained: built.notExplained }),
    inputs: { count: inputs.inputs.length, source: inputs.source },
    calibratedOnInputs: built.calibratedOnInputs,
    calibrateSeconds: built.calibrateSeconds,
    compileSeconds: built.compileSeconds,
    references: [
      await againstRuntime(run, inputs.inputs, device),
      ...againstFile(network, inputs, device),
    ],
    ...(areas === undefined ? {} : { areas }),
    targets: report.targets,
  };
}
