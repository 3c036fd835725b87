/** The device's answers against an independent runtime's, and against those that come with the inputs. */
import { basename } from 'node:path';
import type { CompiledNetwork } from '../../codegen/compile.js';
import { IsochroneError } from '../../codegen/errors.js';
import { integerTensor } from '../../codegen/integer/program.js';
import type { PairedInput } from '../../host/validate/layer-errors.js';
import type { ValidationInputs } from '../../host/validate/validation-inputs.js';
import { answerError, stepError, type AnswerError, type StepError } from './compare.js';
import { ownZeroPoint, type DeviceAnswers, type ModelRun } from './device-answers.js';
import { oracleAnswers } from './oracle.js';

/** Against one set of reference answers. */
export interface ReferenceReport {
  /** `onnxruntime`, `tfjs-tflite`, or the file that holds the answers. */
  readonly reference: string;
  /** Why the reference gave none. */
  readonly failed?: string;
  /** Of the C, in real values. */
  readonly error?: AnswerError;
  /** Of a network that is quantised itself: its int8 codes. */
  readonly steps?: StepError;
}

/** A runtime that refuses the model is said, not thrown: there is still the rest to measure. */
export async function againstRuntime(
  run: ModelRun,
  inputs: readonly PairedInput[],
  device: DeviceAnswers,
): Promise<ReferenceReport> {
  try {
    const { runtime, answers, codes } = await oracleAnswers(run, inputs);
    return { reference: runtime, ...compared(run.network, device, answers, codes) };
  } catch (error) {
    if (!(error instanceof IsochroneError) || error.code !== 'ORACLE_FAILED') throw error;
    return { reference: 'runtime', failed: error.message };
  }
}

export function againstFile(
  network: CompiledNetwork,
  { source, expected, expectedCodes }: ValidationInputs,
  device: DeviceAnswers,
): readonly ReferenceReport[] {
  if (expected === undefined) return [];
  return [
    {
      reference: basename(source),
      ...compared(network, device, expected, expectedCodes === true),
    },
  ];
}

function compared(
  { program }: CompiledNetwork,
  device: DeviceAnswers,
  theirs: readonly ArrayLike<number>[],
  theirsAreCodes: boolean,
): Pick<ReferenceReport, 'error' | 'steps'> {
  const zero = ownZeroPoint(program);
  if (device.codes === undefined || zero === undefined) {
    return { error: answerError(device.answers, theirs) };
  }
  const { scale } = integerTensor(program, program.logits);
  const map = (change: (value: number) => number): Float64Array[] =>
    theirs.map((answer) => Float64Array.from(answer, change));
  return {
    error: answerError(
      device.answers,
      theirsAreCodes ? map((code) => (code - zero) * scale) : theirs,
    ),
    steps: stepError(
      device.codes,
      theirsAreCodes ? theirs : map((value) => Math.round(value / scale) + zero),
    ),
  };
}
