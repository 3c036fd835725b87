/** `isochrone calibrate MODEL --data DIR`: ranges of every tensor on real input, as statistics only. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { frontEnd, modelSha256, type Leads } from '../../codegen/compile.js';
import { needsGradCam, type ChosenMethod } from '../../codegen/explain/methods.js';
import { IsochroneError } from '../../codegen/errors.js';
import { calibrate } from '../../codegen/quantize/calibration.js';
import { calibrateEqualised } from '../../codegen/quantize/choose-equalisation.js';
import { describeWindow, type WindowDescription } from '../familiarity/describe.js';
import { fitFamiliarity } from '../familiarity/fit.js';
import { decodedRecords, openDecodedSet } from '../records/decoded-set.js';
import type { EcgRecord } from '../records/record.js';
import { windowsOfRecords } from '../validate/record-inputs.js';
import { writeWhole } from '../toolchain/write-network.js';
import { calibrationFileOf, explainOptions, readModel } from './network.js';
import { progress } from './progress.js';
import { recordInputs } from './record-inputs.js';

/** About a minute on one core: 32 records of a network of 10 million MAC and twenty tensors. */
export const DEFAULT_BUDGET_MACS = 2e10;

/** More whole numbers than these stand on one line of the file. */
const LONGEST_COLUMN = 8;

export interface CalibrateOptions {
  readonly data: string;
  readonly records: number;
  /** Sets whose records the ranges may come from: the training folds, never the one that chooses or tests. */
  readonly sets: RegExp;
  readonly out?: string;
  readonly explain: readonly ChosenMethod[];
  readonly leads: Leads;
  readonly preprocess?: string;
  /** Try cross-layer equalisation, and keep it where it is measured to help. */
  readonly equalise: boolean;
}

export async function runCalibrate(modelFile: string, options: CalibrateOptions): Promise<void> {
  const bytes = readModel(modelFile);
  const { explain, methods } = explainOptions(options.explain);
  const explained = frontEnd(bytes, modelFile, explain, options.leads, needsGradCam(methods));
  const files = listSets(options);
  const read = recordInputs(modelFile, explained, options);
  const perSet = Math.ceil(options.records / files.length);
  const inputs: Float32Array[] = [];
  const described: (readonly WindowDescription[])[] = [];
  for (const file of files) {
    const set = await openDecodedSet(join(options.data, file));
    const { recordCount } = set;
    // Spread over the set, not its head: neighbours may be alike.
    const count = Math.min(perSet, recordCount, options.records - inputs.length);
    const chosen = new Set(
      Array.from({ length: count }, (_, i) => Math.floor((i * recordCount) / count)),
    );
    const records: EcgRecord[] = [];
    for await (const record of decodedRecords(set)) records.push(record);
    // One window of each: those of one patient are alike.
    const windows = windowsOfRecords(records, read).map(([window]) => window);
    windows.forEach((window, index) => {
      if (window !== undefined && chosen.has(index)) inputs.push(window.float);
    });
    described.push(
      windows.flatMap((window) => {
        const one = window?.microvolt === undefined ? undefined : describeWindow(window.microvolt);
        return one === undefined ? [] : [one];
      }),
    );
  }
  const familiarity = fitFamiliarity(described);
  const bar = progress('calibrate');
  const measure = options.equalise ? calibrateEqualised : calibrate;
  const calibration = measure(
    explained,
    inputs,
    {
      modelSha256: modelSha256(bytes),
      source: `${inputs.length} records spread over ${files.join(', ')} of ${basename(options.data)}`,
    },
    {
      onRecord: (done) => {
        bar.update(done, inputs.length);
      },
      budgetMacs: DEFAULT_BUDGET_MACS,
    },
  );
  const out = options.out ?? calibrationFileOf(modelFile);
  writeWhole(out, calibrationText({ ...calibration, familiarity }));
  const layers = Object.keys(calibration.equalisation ?? {}).length;
  bar.finish(
    `${calibration.records} records, ${layers === 0 ? '' : `${layers} layers equalised, `}${familiarity === undefined ? 'too few to know strange windows by, ' : `strange windows known by ${familiarity.windows}, `}written to ${out}`,
  );
}

/** Indented, but for the rows of a matrix: a line each. */
function calibrationText(calibration: object): string {
  const rows = (_key: string, value: unknown): unknown =>
    Array.isArray(value) && value.length > LONGEST_COLUMN && value.every(Number.isInteger)
      ? `[${value.join(', ')}]`
      : value;
  return `${JSON.stringify(calibration, rows, 1).replace(/"(\[[-\d, ]*\])"/g, '$1')}\n`;
}

function listSets(options: CalibrateOptions): readonly string[] {
  let names: string[];
  try {
    names = readdirSync(options.data);
  } catch (cause) {
    throw new IsochroneError('RECORD_NOT_FOUND', 'the folder of records cannot be read', {
      hint: 'Name a folder of decoded sets (*.d16.gz with manifest.json).',
      where: { folder: options.data },
      cause,
    });
  }
  const files = names.filter((name) => name.endsWith('.d16.gz') && options.sets.test(name)).sort();
  if (files.length === 0) {
    throw new IsochroneError('RECORD_NOT_FOUND', `no set matches ${String(options.sets)}`, {
      hint: 'Name a folder of decoded sets (*.d16.gz with manifest.json), or other --sets.',
      where: { folder: options.data },
    });
  }
  return files;
}
