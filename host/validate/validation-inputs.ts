/** Where the inputs of a validation come from, each for the float network and for the integer one. */
import type { CompiledNetwork } from '../../codegen/compile.js';
import type { PreparedGraph } from '../../codegen/explain/gradient.js';
import { quantizeMicrovolt } from '../../codegen/emit/input-factor.js';
import { sizeOf, tensorOf } from '../../codegen/graph/graph.js';
import { integerTensor } from '../../codegen/integer/program.js';
import { clamp } from '../../codegen/integer/round.js';
import { toAcquisition } from '../records/acquisition.js';
import type { EcgRecord } from '../records/record.js';
import { buildNativeChain } from '../toolchain/native-chain.js';
import type { PairedInput } from './layer-errors.js';
import { casesOf, readIoFile, unusable, type IoArray } from './io-file.js';

export interface ValidationInputs {
  /** In words, for the report. */
  readonly source: string;
  readonly inputs: readonly PairedInput[];
  /** What a reference answered to each, where the file says so. */
  readonly expected?: readonly Float32Array[];
}

/** Float values in the graph's layout (channels first) → the program's input codes, channels last. */
export function quantizedInput(network: CompiledNetwork, float: Float32Array): Int8Array {
  const { program } = network;
  const { scale, zeroPoint, channels } = integerTensor(program, program.input);
  const positions = float.length / channels;
  return Int8Array.from(float, (_, i) => {
    const value = float[(i % channels) * positions + Math.floor(i / channels)] ?? 0;
    return clamp(Math.round(value / scale) + zeroPoint, -128, 127);
  });
}

/** First windows of ECG records, through the device's own chain. */
export function inputsOfRecords(
  network: CompiledNetwork,
  records: readonly EcgRecord[],
  source: string,
): ValidationInputs {
  const windows = buildNativeChain().windows(
    records.map((record) => toAcquisition(record).microvolt),
  );
  const { channels } = integerTensor(network.program, network.program.input);
  return {
    source,
    inputs: windows.map((window) => {
      const positions = window.length / channels;
      return {
        integer: quantizeMicrovolt(network.program, window),
        float: Float32Array.from(window, (_, i) => {
          const microvolt = window[(i % positions) * channels + Math.floor(i / positions)] ?? 0;
          return microvolt / 1000;
        }),
      };
    }),
  };
}

/** Names that the files use beside those of the network itself. */
const INPUT_NAMES = ['in', 'input'];
const OUTPUT_NAMES = ['logits', 'out', 'output'];

function named<Value>(
  from: ReadonlyMap<string, Value>,
  names: readonly string[],
): Value | undefined {
  return names.map((name) => from.get(name)).find((value) => value !== undefined);
}

/**
 * Float inputs of a JSON file (see io-file.ts), at most `most` of them, and what a reference answered where the file says so.
 * @throws IsochroneError IO_FILE
 */
export function floatInputsOfFile(
  prepared: PreparedGraph,
  file: string,
  modelFile: string,
  most: number,
): { readonly floats: readonly Float32Array[]; readonly expected?: readonly Float32Array[] } {
  const { graph, input, logits } = prepared;
  const arrays = readIoFile(file, modelFile);
  const given = named(arrays, [input, ...INPUT_NAMES]);
  if (given === undefined) {
    throw unusable(file, `it has no array "${input}" (it has ${[...arrays.keys()].join(', ')})`);
  }
  const cases = (array: IoArray, tensor: string): Float32Array[] =>
    casesOf(array, sizeOf(tensorOf(graph, tensor).shape), tensor, file).slice(0, most);
  const answers = named(arrays, [logits, ...OUTPUT_NAMES]);
  return {
    floats: cases(given, input),
    ...(answers === undefined ? {} : { expected: cases(answers, logits) }),
  };
}

/** @throws IsochroneError IO_FILE */
export function inputsOfFile(
  network: CompiledNetwork,
  file: string,
  modelFile: string,
  most: number,
): ValidationInputs {
  const { floats, expected } = floatInputsOfFile(network.explained, file, modelFile, most);
  return {
    source: file,
    inputs: floats.map((float) => ({ float, integer: quantizedInput(network, float) })),
    ...(expected === undefined ? {} : { expected }),
  };
}

/** Whether the network takes what the device's chain gives: 12 leads, 10 s at 100 Hz. */
export function takesRecords(network: CompiledNetwork): boolean {
  const { shape } = tensorOf(network.explained.graph, network.explained.input);
  return shape.join(',') === '1,12,1000';
}
