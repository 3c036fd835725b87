/**
 * The two files of the attribution program (firmware-templates/app/attribution/main.c describes them), and running it on an
 * emulated board or natively. Little-endian.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { IsochroneError } from '../../codegen/errors.js';
import type { SignalArray } from '../../codegen/integer/program.js';
import type { OccludedRange } from '../attribution/occlusion.js';
import type { TiledBeat } from '../attribution/tile.js';
import { CLASS_OF_WINNER } from './vectors.js';
import type { RunPlace } from './run-vectors.js';
import { runOverFiles } from './run-vectors.js';

const REQUESTS_MAGIC = 0x414f5349;
const RESULTS_MAGIC = 0x424f5349;
const METHODS = { gradient: 0, integrated: 1, smoothgrad: 2, occlusion: 3, 'grad-cam': 4 } as const;
const REQUEST_WORDS = 9;
const RESULT_WORDS = 7;

export type Baseline = SignalArray | TiledBeat;

interface Common {
  readonly input: SignalArray;
  /** Class to explain; the winner without. */
  readonly classIndex?: number;
}

export type AttributionRequest = Common &
  (
    | { readonly method: 'gradient' }
    | { readonly method: 'grad-cam' }
    | {
        readonly method: 'integrated';
        readonly steps: number;
        /** Codes in the input's shape, or a beat to lay along it; 0 V without. */
        readonly baseline?: Baseline;
      }
    | {
        readonly method: 'smoothgrad';
        readonly draws: number;
        readonly seed: number;
        readonly noise256ths: number;
      }
    | {
        readonly method: 'occlusion';
        readonly ranges: readonly OccludedRange[];
        readonly parts: number;
        readonly byLead: boolean;
        readonly baseline?: Baseline;
      }
  );

export interface AttributionResult {
  readonly explainedClass: number;
  readonly saturations: number;
  /** Passes of the network behind the one that found the winner. */
  readonly steps: number;
  readonly ticks: number;
  /** Of the longest step: how long a main loop must wait. */
  readonly mostTicks: number;
  /** Gradients, in the input's shape, the logit drops of occlusion, or Grad-CAM over time. */
  readonly values: Int16Array | Int32Array;
}

export interface AttributionResults {
  readonly ticksPerSecond: number;
  readonly results: readonly AttributionResult[];
}

/** Runs all requests in one program. Throws what running throws, VECTORS_RESULTS. */
export async function runAttribution(
  place: RunPlace,
  requests: readonly AttributionRequest[],
): Promise<AttributionResults> {
  return runOverFiles(
    place,
    (file) => writeFile(file, Buffer.concat(encoded(requests))),
    async (file) => decoded(file, await readFile(file)),
  );
}

function encoded(requests: readonly AttributionRequest[]): readonly Uint8Array[] {
  const inputBytes = requests[0]?.input.byteLength ?? 0;
  return [
    words([REQUESTS_MAGIC, requests.length, inputBytes]),
    ...requests.flatMap((request) => {
      const baseline = 'baseline' in request ? request.baseline : undefined;
      const ranges = request.method === 'occlusion' ? request.ranges : [];
      return [
        words(head(request)),
        bytesOf(request.input),
        ...encodedBaseline(request, baseline),
        bytesOf(Uint16Array.from(ranges.flatMap(({ begin, end, part }) => [begin, end, part]))),
      ];
    }),
  ];
}

function encodedBaseline(
  { input }: AttributionRequest,
  baseline: Baseline | undefined,
): readonly Uint8Array[] {
  if (baseline === undefined) return [];
  if (!('beat' in baseline)) return [bytesOf(baseline)];
  const { beat, beatR, beatSamples, rIndex } = baseline;
  if (beat.BYTES_PER_ELEMENT !== input.BYTES_PER_ELEMENT) {
    throw new RangeError('beat and input are of different width');
  }
  return [bytesOf(Uint16Array.from([rIndex.length, beatSamples, beatR, ...rIndex])), bytesOf(beat)];
}

function head(request: AttributionRequest): readonly number[] {
  const to = new Array<number>(REQUEST_WORDS).fill(0);
  to[0] = METHODS[request.method];
  to[1] = request.classIndex ?? CLASS_OF_WINNER;
  if (request.method === 'integrated') to[2] = request.steps;
  if (request.method === 'smoothgrad') {
    [to[2], to[3], to[4]] = [request.draws, request.seed, request.noise256ths];
  }
  const baseline = 'baseline' in request ? request.baseline : undefined;
  to[5] = baseline === undefined ? 0 : 'beat' in baseline ? 2 : 1;
  if (request.method === 'occlusion') {
    [to[6], to[7], to[8]] = [request.parts, request.byLead ? 1 : 0, request.ranges.length];
  }
  return to;
}

const words = (values: readonly number[]): Uint8Array => bytesOf(Uint32Array.from(values));

function bytesOf(values: SignalArray | Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function decoded(file: string, bytes: Buffer): AttributionResults {
  let at = 0;
  const take = (count: number): Buffer => {
    if (at + count > bytes.length) throw damaged(file, `it ends at byte ${bytes.length}`);
    at += count;
    return bytes.subarray(at - count, at);
  };
  const u32 = (): number => take(4).readUInt32LE();
  if (u32() !== RESULTS_MAGIC) throw damaged(file, 'it begins with another word');
  const count = u32();
  const ticksPerSecond = u32();
  const results = Array.from({ length: count }, (): AttributionResult => {
    const [
      explainedClass = 0,
      saturations = 0,
      steps = 0,
      ticks = 0,
      mostTicks = 0,
      values = 0,
      width = 0,
    ] = Array.from({ length: RESULT_WORDS }, u32);
    const { buffer } = Uint8Array.from(take(values * width));
    return {
      explainedClass,
      saturations,
      steps,
      ticks,
      mostTicks,
      values: width === 2 ? new Int16Array(buffer) : new Int32Array(buffer),
    };
  });
  return { ticksPerSecond, results };
}

function damaged(file: string, what: string): IsochroneError {
  return new IsochroneError('VECTORS_RESULTS', `${file} is not a whole results file: ${what}`, {
    hint: 'Look at the exit status of the program that wrote it (see docs/errors.md).',
    where: { file },
  });
}
