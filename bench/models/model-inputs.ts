/** What a model is calibrated on, and what it is measured on. */
import { existsSync, readFileSync } from 'node:fs';
import {
  compileNetwork,
  frontEnd,
  modelSha256,
  type CompiledNetwork,
  type Explain,
} from '../../codegen/compile.js';
import { IsochroneError } from '../../codegen/errors.js';
import type { PreparedGraph } from '../../codegen/explain/gradient.js';
import { sizeOf, tensorOf } from '../../codegen/graph/graph.js';
import { calibrateEqualised } from '../../codegen/quantize/choose-equalisation.js';
import { inputCodes } from '../../codegen/interpret/input-codes.js';
import { hasOwnScales } from '../../codegen/quantize/own-scales/lower.js';
import { DEFAULT_BUDGET_MACS } from '../../host/cli/calibrate.js';
import { calibrationFileOf } from '../../host/cli/network.js';
import {
  floatInputsOfFile,
  inputsOfFile,
  inputsOfRecords,
  takesRecords,
  type ValidationInputs,
} from '../../host/validate/validation-inputs.js';
import { syntheticRecords } from '../../host/validate/vectors-from-records.js';
import type { ListedModel } from './model-list.js';

export const MOST_INPUTS = 32;
const NOISE_INPUTS = 8;
const SYNTHETIC_RECORDS = 5;
/**
 * Calibrating an explanation runs the gradient of every class on every input. Beyond this many passes (an autoencoder's
 * hundreds of outputs, say) the answer alone is built: nobody asks why of each of its values.
 */
const MOST_EXPLAINED_CLASSES = 32;

/** Where the work is, for people who wait. */
export type Say = (phase: string, done: number, total: number) => void;

export interface Calibrated {
  readonly text: string;
  readonly file: string;
}

export interface BuiltModel {
  readonly network: CompiledNetwork;
  /** Calibrated on the very inputs that it is measured on: it flatters the error. */
  readonly calibratedOnInputs: boolean;
  readonly calibrateSeconds: number;
  /** From the bytes of the file to the C, calibration left out. */
  readonly compileSeconds: number;
  /** Why there is no explanation, where there is none. */
  readonly notExplained?: string;
}

/**
 * Compiles with an explanation where one can be built, else without.
 * @throws IsochroneError MODEL_*, CALIBRATION_*, IO_FILE
 */
export function buildModel(
  model: ListedModel,
  bytes: Uint8Array,
  say: Say,
  wanted: Explain = 'gradient',
): BuiltModel {
  const attempt = (explain: Explain): BuiltModel => {
    const started = performance.now();
    const prepared = frontEnd(bytes, model.file, explain);
    const classes = sizeOf(tensorOf(prepared.graph, prepared.logits).shape);
    if (explain === 'gradient' && classes > MOST_EXPLAINED_CLASSES) {
      throw new IsochroneError('EXPLAIN_NO_GRADIENT', `it has ${classes} outputs`, {
        hint: 'Build without an explanation.',
      });
    }
    const { calibration, calibratedOnInputs } = calibrationOf(model, bytes, prepared, say);
    const calibrated = performance.now();
    const network = compileNetwork({ bytes, file: model.file }, calibration, { explain });
    return {
      network,
      calibratedOnInputs,
      calibrateSeconds: seconds(calibrated - started),
      compileSeconds: seconds(performance.now() - calibrated),
    };
  };
  try {
    return attempt(wanted);
  } catch (error) {
    if (!(error instanceof IsochroneError) || !/^(EXPLAIN|MODEL)_/.test(error.code)) throw error;
    // What keeps the answer from being built is thrown again here.
    return { ...attempt('none'), notExplained: error.message };
  }
}

function seconds(ms: number): number {
  return Number((ms / 1000).toFixed(2));
}

function calibrationOf(
  model: ListedModel,
  bytes: Uint8Array,
  prepared: PreparedGraph,
  say: Say,
): { readonly calibration?: Calibrated; readonly calibratedOnInputs: boolean } {
  if (hasOwnScales(prepared.graph)) return { calibratedOnInputs: false };
  const beside = calibrationFileOf(model.file);
  if (existsSync(beside)) {
    const calibration = { text: readFileSync(beside, 'utf8'), file: beside };
    return { calibration, calibratedOnInputs: false };
  }
  if (model.io === undefined && model.noise !== true) {
    throw new IsochroneError('CALIBRATION_MISSING', 'the model has no calibration beside it', {
      hint: 'Give inputs with --io FILE: they calibrate it, too.',
      where: { file: model.file },
    });
  }
  const { io } = model;
  const floats =
    io === undefined
      ? noise(prepared, 1)
      : floatInputsOfFile(prepared, io, { bytes, file: model.file }, MOST_INPUTS).floats;
  const about = { modelSha256: modelSha256(bytes), source: io ?? 'seeded noise' };
  // Trying ranges on the answer is for networks that have learnt something.
  const budget = io === undefined ? {} : { budgetMacs: DEFAULT_BUDGET_MACS };
  say('calibrate', 0, floats.length);
  const onRecord = (done: number): void => {
    say('calibrate', done, floats.length);
  };
  const text = JSON.stringify(calibrateEqualised(prepared, floats, about, { ...budget, onRecord }));
  return { calibration: { text, file: about.source }, calibratedOnInputs: io !== undefined };
}

/** @throws IsochroneError IO_FILE, VALIDATE_NO_INPUTS */
export function measuredInputs(
  model: ListedModel,
  bytes: Uint8Array,
  network: CompiledNetwork,
): ValidationInputs {
  if (model.io !== undefined) {
    return inputsOfFile(network, model.io, { bytes, file: model.file }, MOST_INPUTS);
  }
  if (model.noise === true) {
    // Not the noise that it was calibrated on.
    const inputs = noise(network.explained, 2).map((float) => ({
      float,
      integer: inputCodes(network.program, float),
    }));
    return { source: 'seeded noise', inputs };
  }
  if (!takesRecords(network)) {
    throw new IsochroneError(
      'VALIDATE_NO_INPUTS',
      'the network does not take 12 leads of ten seconds at 100 Hz, so records are no input for it',
      { hint: 'Give inputs with --io FILE (docs/cli.md).', where: { file: model.file } },
    );
  }
  return inputsOfRecords(network, syntheticRecords(SYNTHETIC_RECORDS), 'synthetic patients');
}

/** Uniform within ±1, from a linear congruential sequence: the same on every machine. */
function noise(prepared: PreparedGraph, seed: number): readonly Float32Array[] {
  const size = sizeOf(tensorOf(prepared.graph, prepared.input).shape);
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return Array.from({ length: NOISE_INPUTS }, () => Float32Array.from({ length: size }, next));
}
