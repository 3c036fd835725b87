/** Where the inputs of a validation come from, each for the float network and for the integer one. */
import type { CompiledNetwork } from '../../codegen/compile.js';
import type { PreparedGraph } from '../../codegen/explain/gradient.js';
import { sizeOf, tensorOf, type TensorInfo } from '../../codegen/graph/graph.js';
import { isTflite } from '../../codegen/import/model.js';
import { integerTensor } from '../../codegen/integer/program.js';
import { inputCodes } from '../../codegen/interpret/input-codes.js';
import type { EcgRecord } from '../records/record.js';
import type { PairedInput } from './layer-errors.js';
import { windowsOfRecords } from './record-inputs.js';
import { casesOf, readIoFile, unusable, type IoArray } from './io-file.js';

export interface ValidationInputs {
  /** In words, for the report. */
  readonly source: string;
  readonly inputs: readonly PairedInput[];
  /** What a reference answered to each, where the file says so, in the order of axes of the model file. */
  readonly expected?: readonly Float32Array[];
  /** The answers are codes of the quantised output, not what they stand for. */
  readonly expectedCodes?: boolean;
}

/** First windows of ECG records, through the device's own chain. */
export function inputsOfRecords(
  network: CompiledNetwork,
  records: readonly EcgRecord[],
  source: string,
): ValidationInputs {
  const { channels } = integerTensor(network.program, network.program.input);
  const read = { leads: channels === 8 ? (8 as const) : (12 as const), samples: 0 };
  return {
    source,
    inputs: windowsOfRecords(records, read).flatMap((windows) =>
      windows.map(({ float, codes }) => ({ float, integer: codes(network.program) })),
    ),
  };
}

/** A model as its inputs must fit it: its bytes tell the order of axes. */
export interface ModelFile {
  readonly bytes: Uint8Array;
  readonly file: string;
}

/** Names that the files use beside those of the network itself. */
const INPUT_NAMES = ['in', 'input', 'inputs', 'x'];
const OUTPUT_NAMES = ['logits', 'out', 'output', 'outputs', 'y'];

/**
 * The array of that tensor: named like it (whatever the case, without a converter's decoration), by a usual name, or else
 * the only one whose rows have its size.
 */
function arrayFor(
  arrays: ReadonlyMap<string, IoArray>,
  tensor: string,
  usual: readonly string[],
  size: number,
): IoArray | undefined {
  const plain = (name: string): string =>
    name
      .toLowerCase()
      .replace(/^serving_default_/, '')
      .replace(/:\d+$/, '');
  const byName = new Map([...arrays].map(([name, array]) => [plain(name), array]));
  const named = [plain(tensor), ...usual].map((name) => byName.get(name));
  const found = arrays.get(tensor) ?? named.find((array) => array !== undefined);
  if (found !== undefined) return found;
  const ofSize = [...arrays.values()].filter(
    ({ shape }) => shape.slice(1).reduce((a, b) => a * b, 1) === size,
  );
  return ofSize.length === 1 ? ofSize[0] : undefined;
}

export interface FileInputs {
  /** In the graph's order of axes. */
  readonly floats: readonly Float32Array[];
  /** What a reference answered, in the order of axes of the model file. */
  readonly expected?: readonly Float32Array[];
  /** The answers are codes of the quantised output, not what they stand for. */
  readonly expectedCodes: boolean;
}

/**
 * Inputs of a JSON file (see io-file.ts), at most `most` of them, and what a reference answered where the file says so. A
 * TFLite model's arrays are channels last; integers given for a quantised input are its codes.
 * @throws IsochroneError IO_FILE
 */
export function floatInputsOfFile(
  prepared: PreparedGraph,
  file: string,
  model: ModelFile,
  most: number,
): FileInputs {
  const { graph, input, logits } = prepared;
  const arrays = readIoFile(file, model.file);
  const info = tensorOf(graph, input);
  const given = arrayFor(arrays, input, INPUT_NAMES, sizeOf(info.shape));
  if (given === undefined) {
    throw unusable(file, `it has no array "${input}" (it has ${[...arrays.keys()].join(', ')})`);
  }
  const channelsLast = isTflite(model.bytes);
  const channels = info.shape.length > 2 ? (info.shape[1] ?? 1) : 1;
  const real = realValues(given, info);
  const floats = casesOf(given, sizeOf(info.shape), input, file)
    .slice(0, most)
    .map((values) => {
      const reals = values.map(real);
      return channelsLast ? channelsFirstOf(reals, channels) : reals;
    });
  if (!floats.every((values) => values.every(Number.isFinite))) {
    throw unusable(file, `array "${input}" holds a value that is not a finite number`);
  }
  const size = sizeOf(tensorOf(graph, logits).shape);
  const answers = arrayFor(arrays, logits, OUTPUT_NAMES, size);
  return {
    floats,
    expectedCodes: answers !== undefined && !answers.type.startsWith('float'),
    ...(answers === undefined || answers === given
      ? {}
      : { expected: casesOf(answers, size, logits, file).slice(0, most) }),
  };
}

/** What an element of the array stands for: itself, or the value of a code. */
function realValues(array: IoArray, info: TensorInfo): (value: number) => number {
  const { quantization } = info;
  if (quantization === undefined || array.type.startsWith('float')) return (value) => value;
  const scale = quantization.scales[0] ?? 1;
  // The device's codes are int8: those of a uint8 file lie 128 higher.
  const zeroPoint = quantization.zeroPoint + (array.type === 'uint8' ? 128 : 0);
  return (code) => (code - zeroPoint) * scale;
}

function channelsFirstOf(values: Float32Array, channels: number): Float32Array {
  const positions = values.length / channels;
  return values.map((_, i) => values[(i % positions) * channels + Math.floor(i / positions)] ?? 0);
}

/** @throws IsochroneError IO_FILE */
export function inputsOfFile(
  network: CompiledNetwork,
  file: string,
  model: ModelFile,
  most: number,
): ValidationInputs {
  const { floats, ...answers } = floatInputsOfFile(network.explained, file, model, most);
  return {
    source: file,
    inputs: floats.map((float) => ({ float, integer: inputCodes(network.program, float) })),
    ...answers,
  };
}

/** Whether the network takes what the device's chain gives: 12 leads (8 where it was folded), 10 s at 100 Hz. */
export function takesRecords(network: CompiledNetwork): boolean {
  const { shape } = tensorOf(network.explained.graph, network.explained.input);
  return ['1,12,1000', '1,8,1000'].includes(shape.join(','));
}
