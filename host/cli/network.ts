/** A model file and its calibration → generated C in a folder of its own. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  compileNetwork,
  modelSha256,
  PORTABLE,
  type CompiledNetwork,
  type CompileOptions,
} from '../../codegen/compile.js';
import { IsochroneError } from '../../codegen/errors.js';
import {
  DEFAULT_METHODS,
  methodsText,
  needsGradient,
  type ChosenMethod,
} from '../../codegen/explain/methods.js';
import type { Precision } from '../../codegen/quantize/precision.js';
import { packageRoot } from '../../codegen/package-root.js';
import { writeNetwork } from '../toolchain/write-network.js';

export const DEFAULT_MODEL = join(packageRoot(), 'models/default/default.onnx');

const MODEL_EXTENSION = /\.(onnx|tflite)$/i;

export interface GeneratedNetwork {
  readonly compiled: CompiledNetwork;
  /** Holds network.c and network.h. */
  readonly folder: string;
  readonly modelFile: string;
}

/** Of the command line's `--precision` and `--ram`. */
export function widthOptions(options: {
  readonly precision?: Precision;
  readonly ram?: number;
}): Pick<NetworkOptions, 'precision' | 'ramBytes'> {
  const { precision, ram } = options;
  return {
    ...(precision === undefined ? {} : { precision }),
    ...(ram === undefined ? {} : { ramBytes: ram }),
  };
}

/** Of the command line's `--explain`. */
export function explainOptions(
  methods: readonly ChosenMethod[],
): Required<Pick<NetworkOptions, 'explain' | 'methods'>> {
  return { explain: needsGradient(methods) ? 'gradient' : 'none', methods };
}

/** `NAME.calibration.json` beside `NAME.onnx` or `NAME.tflite`. */
export function calibrationFileOf(modelFile: string): string {
  return modelFile.replace(MODEL_EXTENSION, '') + '.calibration.json';
}

/** @throws IsochroneError MODEL_NOT_FOUND */
export function readModel(modelFile: string): Uint8Array {
  try {
    return readFileSync(modelFile);
  } catch (cause) {
    throw new IsochroneError('MODEL_NOT_FOUND', 'the model file cannot be read', {
      hint: 'Check the path; an ONNX (.onnx) or TFLite (.tflite) file is expected.',
      where: { file: modelFile },
      cause,
    });
  }
}

/** What is built of a model; the explained network of twelve leads in portable C where nothing is said. */
export type NetworkOptions = Omit<CompileOptions, 'selfTest'>;

/**
 * Compiles a model with the calibration beside it.
 * @throws IsochroneError MODEL_*, CALIBRATION_*, EXPLAIN_*
 */
export function compileModel(modelFile: string, options: NetworkOptions = {}): CompiledNetwork {
  const calibrationFile = calibrationFileOf(modelFile);
  return compileNetwork(
    { bytes: readModel(modelFile), file: modelFile },
    // A network that is quantised already needs none; the compiler knows.
    existsSync(calibrationFile)
      ? { text: readFileSync(calibrationFile, 'utf8'), file: calibrationFile }
      : undefined,
    options,
  );
}

/** Of the folder's name: nothing where what is built is the default. */
function methodsSuffix(
  explain: NetworkOptions['explain'],
  methods: NetworkOptions['methods'] = explain === 'none' ? [] : DEFAULT_METHODS,
): string {
  if (methods.length === 0) return '-unexplained';
  const text = methodsText(methods);
  return text === methodsText(DEFAULT_METHODS) ? '' : `-${text.replace(/[:,]/g, '-')}`;
}

/**
 * Compiles a model and writes its C.
 * @throws IsochroneError MODEL_*, CALIBRATION_*, EXPLAIN_*
 */
export function generateNetwork(
  modelFile: string,
  outDir?: string,
  options: NetworkOptions = {},
): GeneratedNetwork {
  const compiled = compileModel(modelFile, options);
  const { methods, explain, leads, precision, ramBytes, int16Limit, target = PORTABLE } = options;
  const bytes = readModel(modelFile);
  const stem = basename(modelFile).replace(MODEL_EXTENSION, '');
  const folder =
    outDir ??
    join(
      packageRoot(),
      'build',
      'networks',
      `${stem}-${modelSha256(bytes).slice(0, 12)}${methodsSuffix(explain, methods)}${leads === 8 ? '-8-leads' : ''}${precision === undefined ? '' : `-${precision}`}${ramBytes === undefined ? '' : `-${ramBytes}`}${int16Limit === undefined ? '' : `-${int16Limit.name}`}-${target.backend}-${target.optimize}`,
    );
  writeNetwork(compiled, folder);
  return { compiled, folder, modelFile };
}
