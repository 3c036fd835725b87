/** What an independent runtime answers: onnxruntime for ONNX, tfjs-tflite for TFLite. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { CompiledNetwork } from '../../codegen/compile.js';
import { IsochroneError } from '../../codegen/errors.js';
import { tensorOf } from '../../codegen/graph/graph.js';
import { isTflite } from '../../codegen/import/model.js';
import { readTflite } from '../../codegen/import/tflite-file.js';
import { TYPE } from '../../codegen/import/tflite-schema.js';
import type { PairedInput } from '../../host/validate/layer-errors.js';
import type { ModelRun } from './device-answers.js';
import { witness } from './tflite-witness.js';

export interface OracleAnswers {
  readonly runtime: 'onnxruntime' | 'tfjs-tflite';
  /** For each input, in the order of axes of the model file. */
  readonly answers: readonly ArrayLike<number>[];
  /** The answers are int8 codes of the quantised output. */
  readonly codes: boolean;
}

/** @throws IsochroneError ORACLE_FAILED when the runtime does not run the model */
export async function oracleAnswers(
  { bytes, file, network }: Pick<ModelRun, 'bytes' | 'file' | 'network'>,
  inputs: readonly PairedInput[],
): Promise<OracleAnswers> {
  return isTflite(bytes)
    ? tfliteAnswers(bytes, file, network, inputs)
    : onnxAnswers(bytes, network, inputs);
}

async function tfliteAnswers(
  bytes: Uint8Array,
  file: string,
  network: CompiledNetwork,
  inputs: readonly PairedInput[],
): Promise<OracleAnswers> {
  const model = readTflite(bytes, file);
  const takesCodes = model.tensors[model.inputs[0] ?? -1]?.type === TYPE.int8;
  const { shape } = tensorOf(network.explained.graph, network.explained.input);
  const channels = shape.length > 2 ? (shape[1] ?? 1) : 1;
  const answers = takesCodes
    ? await witness(
        bytes,
        inputs.map(({ integer }) => Int8Array.from(integer)),
      )
    : await witness(
        bytes,
        inputs.map(({ float }) => channelsLast(float, channels)),
      );
  return { runtime: 'tfjs-tflite', answers, codes: answers[0] instanceof Int8Array };
}

function channelsLast(values: Float32Array, channels: number): Float32Array {
  const positions = values.length / channels;
  return values.map((_, i) => values[(i % channels) * positions + Math.floor(i / channels)] ?? 0);
}

async function onnxAnswers(
  bytes: Uint8Array,
  network: CompiledNetwork,
  inputs: readonly PairedInput[],
): Promise<OracleAnswers> {
  const { shape } = tensorOf(network.explained.graph, network.explained.input);
  try {
    const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 });
    const [input = ''] = session.inputNames;
    const [output = ''] = session.outputNames;
    const [metadata] = session.inputMetadata;
    const type = metadata?.isTensor === true ? metadata.type : 'float32';
    const answers: number[][] = [];
    for (const { float, integer } of inputs) {
      const answer = (
        await session.run({ [input]: feedOf(type, float, Int8Array.from(integer), shape) })
      )[output];
      if (answer === undefined) throw new Error(`it gives no "${output}"`);
      answers.push(Array.from(answer.data as ArrayLike<number | bigint>, Number));
    }
    return { runtime: 'onnxruntime', answers, codes: false };
  } catch (cause) {
    throw new IsochroneError(
      'ORACLE_FAILED',
      `onnxruntime refuses the model: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        hint: 'The model may use what that runtime does not know; its answer cannot be compared with.',
        cause,
      },
    );
  }
}

/** The input in the file's element type; codes go to a network whose own input is quantised. */
function feedOf(
  type: string,
  float: Float32Array,
  integer: Int8Array,
  shape: readonly number[],
): Tensor {
  switch (type) {
    case 'float64':
      return new Tensor('float64', Float64Array.from(float), [...shape]);
    case 'int8':
      return new Tensor('int8', integer, [...shape]);
    default:
      return new Tensor('float32', float, [...shape]);
  }
}
