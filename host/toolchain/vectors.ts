/**
 * The two files of the vectors program (firmware-templates/app/vectors/main.c describes them): network inputs in, logits,
 * checksums of every layer, gradients and times out. Little-endian.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { IsochroneError } from '../../codegen/errors.js';
import type { SignalArray } from '../../codegen/integer/program.js';

const VECTORS_MAGIC = 0x564f5349;
const RESULTS_MAGIC = 0x524f5349;
const FORMAT_VERSION = 1;
const FLAG_OBSERVE = 1;
const FLAG_TIME = 2;
const VECTORS_HEADER_BYTES = 24;
const RESULTS_HEADER_BYTES = 40;
/** Explains the class with the highest logit. */
export const CLASS_OF_WINNER = 255;

export interface NetworkVector {
  /** As the network reads it, channels last. */
  readonly input: SignalArray;
  /** Class to explain, or CLASS_OF_WINNER. */
  readonly classIndex: number;
}

export interface VectorsRequest {
  readonly vectors: readonly NetworkVector[];
  /** Checksum of every layer's output; costs time, so benches leave it off. */
  readonly observeLayers: boolean;
  /** Ticks of every layer, beside its checksum; the checksums' own time is left out of them. */
  readonly timeLayers?: boolean;
  /** How many vectors, from the first on, give their whole gradient and not only its checksum. */
  readonly fullGradients: number;
}

export interface VectorResult {
  readonly logits: Int16Array;
  readonly explainedClass: number;
  /** CRC-32C of each layer's output bytes, forward then gradient; empty when not observed. */
  readonly layerCrcs: Uint32Array;
  /** Ticks of each layer; only when asked for. */
  readonly layerTicks?: Uint32Array;
  readonly gradientCrc: number;
  readonly saturations: number;
  readonly forwardTicks: number;
  readonly explainTicks: number;
  readonly gradient?: Int16Array;
}

export interface VectorsResults {
  readonly ticksPerSecond: number;
  readonly networkHash: number;
  readonly stackHighWaterBytes: number;
  /** Of a device that is running: how its known-answer test went. */
  readonly selfTest?: string;
  readonly results: readonly VectorResult[];
}

export async function writeVectors(file: string, request: VectorsRequest): Promise<void> {
  const inputBytes = request.vectors[0]?.input.byteLength ?? 0;
  const bytes = new Uint8Array(VECTORS_HEADER_BYTES + request.vectors.length * (4 + inputBytes));
  const header = new DataView(bytes.buffer, 0, VECTORS_HEADER_BYTES);
  const words = [
    VECTORS_MAGIC,
    FORMAT_VERSION,
    request.vectors.length,
    (request.observeLayers ? FLAG_OBSERVE : 0) | (request.timeLayers === true ? FLAG_TIME : 0),
    inputBytes,
    request.fullGradients,
  ];
  words.forEach((word, index) => {
    header.setUint32(index * 4, word, true);
  });
  request.vectors.forEach(({ input, classIndex }, index) => {
    if (input.byteLength !== inputBytes) {
      throw new RangeError(
        `vector ${index} has ${input.byteLength} bytes, the first ${inputBytes}`,
      );
    }
    const at = VECTORS_HEADER_BYTES + index * (4 + inputBytes);
    bytes[at] = classIndex;
    bytes.set(new Uint8Array(input.buffer, input.byteOffset, inputBytes), at + 4);
  });
  await writeFile(file, bytes);
}

function damaged(file: string, what: string): IsochroneError {
  return new IsochroneError('VECTORS_RESULTS', `${file} is not a whole results file: ${what}`, {
    hint: 'Look at the exit status of the program that wrote it (see docs/errors.md).',
    where: { file },
  });
}

/** Throws VECTORS_RESULTS when the file is cut short or not a results file. */
export async function readVectorsResults(file: string): Promise<VectorsResults> {
  const bytes = await readFile(file);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const u32 = (): number => {
    if (at + 4 > view.byteLength) throw damaged(file, `it ends at byte ${view.byteLength}`);
    at += 4;
    return view.getUint32(at - 4, true);
  };
  const i16 = (count: number): Int16Array => {
    if (at + 2 * count > view.byteLength) throw damaged(file, `it ends at byte ${view.byteLength}`);
    const values = Int16Array.from({ length: count }, (_, i) => view.getInt16(at + 2 * i, true));
    at += 2 * count;
    return values;
  };
  if (view.byteLength < RESULTS_HEADER_BYTES)
    throw damaged(file, `it has ${view.byteLength} bytes`);
  const magic = u32();
  const version = u32();
  if (magic !== RESULTS_MAGIC || version !== FORMAT_VERSION) {
    throw damaged(file, `it begins with ${magic.toString(16)}, version ${version}`);
  }
  const count = u32();
  const classes = u32();
  const layers = u32();
  const gradientValues = u32();
  const fullGradients = u32();
  const ticksPerSecond = u32();
  const networkHash = u32();
  const timed = u32() === 1;
  const results: VectorResult[] = [];
  for (let index = 0; index < count; index += 1) {
    const logits = i16(classes + (classes % 2)).slice(0, classes);
    const explainedClass = u32();
    const layerCrcs = Uint32Array.from({ length: layers }, u32);
    const layerTicks = timed ? Uint32Array.from({ length: layers }, u32) : undefined;
    const result = {
      logits,
      explainedClass,
      layerCrcs,
      ...(layerTicks === undefined ? {} : { layerTicks }),
      gradientCrc: u32(),
      saturations: u32(),
      forwardTicks: u32(),
      explainTicks: u32(),
    };
    results.push(index < fullGradients ? { ...result, gradient: i16(gradientValues) } : result);
  }
  return { ticksPerSecond, networkHash, stackHighWaterBytes: u32(), results };
}
