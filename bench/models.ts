/**
 * Models one by one: bit-exact on each target, error against onnxruntime, memory, seconds to compile. For any ONNX file with
 * inputs in a JSON file (docs/cli.md tells the form); the default network on synthetic patients without one.
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  compileNetwork,
  frontEnd,
  modelSha256,
  type CompiledNetwork,
  type Explain,
} from '../codegen/compile.js';
import { IsochroneError } from '../codegen/errors.js';
import { tensorOf } from '../codegen/graph/graph.js';
import { importOnnx } from '../codegen/import/onnx.js';
import { integerTensor } from '../codegen/integer/program.js';
import { IntegerInterpreter } from '../codegen/interpret/integer.js';
import { packageRoot } from '../codegen/package-root.js';
import { calibrate } from '../codegen/quantize/calibration.js';
import { calibrationFileOf, DEFAULT_MODEL, readModel } from '../host/cli/network.js';
import { progress } from '../host/cli/progress.js';
import { errorText, targetRow, textTable } from '../host/report/text.js';
import { allTargets } from '../host/validate/targets.js';
import { validateNetwork, type TargetReport } from '../host/validate/validate.js';
import {
  floatInputsOfFile,
  inputsOfFile,
  inputsOfRecords,
  type ValidationInputs,
} from '../host/validate/validation-inputs.js';
import { syntheticRecords } from '../host/validate/vectors-from-records.js';

const MOST_INPUTS = 32;
/** Inputs that are run on every target; the error is measured on all. */
const TARGET_INPUTS = 2;

export interface ModelReport {
  readonly model: string;
  readonly explained: boolean;
  readonly inputs: number;
  /** Without a calibration of its own a model is calibrated on the very inputs: said here, for it flatters the error. */
  readonly calibratedOnInputs: boolean;
  readonly compileSeconds: number;
  readonly arenaBytes: number;
  readonly constantBytes: number;
  /** Integer network against onnxruntime on the same inputs; shares of the largest reference output. */
  readonly error: { readonly maximum: number; readonly rms: number; readonly ofLargest: number };
  readonly sameWinner: number;
  readonly targets: readonly TargetReport[];
}

export async function benchModels(options: {
  readonly file?: string;
  readonly io?: string;
}): Promise<readonly ModelReport[]> {
  return [await benchModel(options.file ?? DEFAULT_MODEL, options.io)];
}

async function benchModel(file: string, io: string | undefined): Promise<ModelReport> {
  const bytes = readModel(file);
  const { network, seconds, calibratedOnInputs } = compileTimed(bytes, file, io);
  const inputs = inputsFor(network, file, io);
  const build = join(packageRoot(), 'build', 'bench', 'models', basename(file));
  const bar = progress(basename(file));
  const report = await validateNetwork({
    network,
    inputs: { ...inputs, inputs: inputs.inputs.slice(0, TARGET_INPUTS) },
    targets: await allTargets(),
    buildDir: join(build, 'targets'),
    onProgress: (phase, done, total) => {
      bar.update(done, total, phase);
    },
  });
  bar.finish(`${report.targets.filter(({ bitExact }) => bitExact).length} targets bit-exact`);
  return {
    model: file,
    explained: network.program.explanation !== undefined,
    inputs: inputs.inputs.length,
    calibratedOnInputs,
    compileSeconds: Number(seconds.toFixed(2)),
    arenaBytes: network.plan.bytes,
    constantBytes: network.emitted.constantBytes,
    ...(await againstOracle(bytes, file, network, inputs)),
    targets: report.targets,
  };
}

/** With explanation where every operator has a gradient; with the model's calibration where it has one. */
function compileTimed(
  bytes: Uint8Array,
  file: string,
  io: string | undefined,
): { network: CompiledNetwork; seconds: number; calibratedOnInputs: boolean } {
  const explain = explainable(bytes, file);
  let calibration: { text: string; file: string };
  let calibratedOnInputs = false;
  try {
    const path = calibrationFileOf(file);
    calibration = { text: readFileSync(path, 'utf8'), file: path };
  } catch (cause) {
    if (io === undefined) {
      throw new IsochroneError('CALIBRATION_MISSING', 'the model has no calibration beside it', {
        hint: 'Give inputs with --io FILE: they calibrate it, too.',
        where: { file },
        cause,
      });
    }
    const prepared = frontEnd(bytes, file, explain);
    const { floats } = floatInputsOfFile(prepared, io, file, MOST_INPUTS);
    const text = JSON.stringify(
      calibrate(prepared, floats, { modelSha256: modelSha256(bytes), source: io }),
    );
    calibration = { text, file: io };
    calibratedOnInputs = true;
  }
  const started = performance.now();
  const network = compileNetwork({ bytes, file }, calibration, { explain });
  return { network, seconds: (performance.now() - started) / 1000, calibratedOnInputs };
}

function explainable(bytes: Uint8Array, file: string): Explain {
  try {
    frontEnd(bytes, file);
    return 'gradient';
  } catch (error) {
    if (error instanceof IsochroneError && error.code === 'EXPLAIN_NO_GRADIENT') return 'none';
    throw error;
  }
}

function inputsFor(
  network: CompiledNetwork,
  file: string,
  io: string | undefined,
): ValidationInputs {
  return io === undefined
    ? inputsOfRecords(network, syntheticRecords(5), 'synthetic patients')
    : inputsOfFile(network, io, file, MOST_INPUTS);
}

/** The device's logits against what onnxruntime gives; where the file ends in a Sigmoid or Softmax, behind that. */
async function againstOracle(
  bytes: Uint8Array,
  file: string,
  network: CompiledNetwork,
  { inputs }: ValidationInputs,
): Promise<Pick<ModelReport, 'error' | 'sameWinner'>> {
  const { program, explained } = network;
  const session = await InferenceSession.create(bytes);
  const original = importOnnx(bytes, file);
  const end = original.nodes.find((node) => node.outputs[0] === original.outputs[0]);
  const stripped = original.outputs[0] !== explained.logits;
  const interpreter = new IntegerInterpreter(program);
  const { scale } = integerTensor(program, program.logits);
  const { shape } = tensorOf(explained.graph, explained.input);
  let [maximum, squares, count, largest, same] = [0, 0, 0, 0, 0];
  for (const input of inputs) {
    const feeds = { [session.inputNames[0] ?? '']: new Tensor('float32', input.float, [...shape]) };
    const answer = (await session.run(feeds))[session.outputNames[0] ?? ''];
    const theirs = Array.from(answer?.data as Float32Array);
    const logits = Array.from(interpreter.forward(input.integer), (code) => code * scale);
    const ours = stripped ? activate(end?.operator ?? '', logits) : logits;
    theirs.forEach((value, i) => {
      const difference = Math.abs(value - (ours[i] ?? NaN));
      maximum = Math.max(maximum, difference);
      squares += difference ** 2;
      largest = Math.max(largest, Math.abs(value));
      count += 1;
    });
    if (winnerOf(theirs) === winnerOf(ours)) same += 1;
  }
  return {
    error: { maximum, rms: Math.sqrt(squares / count), ofLargest: maximum / largest },
    sameWinner: same,
  };
}

function activate(operator: string, logits: readonly number[]): readonly number[] {
  if (operator === 'Sigmoid') return logits.map((value) => 1 / (1 + Math.exp(-value)));
  const top = Math.max(...logits);
  const powers = logits.map((value) => Math.exp(value - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
}

function winnerOf(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

export function modelsText(reports: readonly ModelReport[]): string {
  const models = textTable(
    [
      'model',
      'explained',
      'inputs',
      'error max',
      'rms',
      'of largest',
      'same winner',
      'arena B',
      'constants B',
      'compile s',
    ],
    reports.map((report) => [
      basename(report.model),
      report.explained ? 'yes' : 'no',
      `${report.inputs}${report.calibratedOnInputs ? ' (calibrated on them)' : ''}`,
      errorText(report.error.maximum),
      errorText(report.error.rms),
      `${(100 * report.error.ofLargest).toFixed(1)} %`,
      `${report.sameWinner} of ${report.inputs}`,
      String(report.arenaBytes),
      String(report.constantBytes),
      String(report.compileSeconds),
    ]),
  );
  const targets = textTable(
    ['model', 'target', 'bit-exact', 'flash B', 'RAM B', 'fits', 'instructions', 'to explain'],
    reports.flatMap((report) =>
      report.targets.map((target) => [basename(report.model), ...targetRow(target)]),
    ),
  );
  return `${models}\n${targets}`;
}
