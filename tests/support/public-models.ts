/** The MLPerf Tiny networks beside the repository, with the inputs and outputs of TFLite's reference kernels. */
import { readFileSync } from 'node:fs';
import { sharedPath } from '../../host/records/shared-data.js';

export interface ReferenceIo<Values> {
  readonly inputs: readonly Values[];
  readonly outputs: readonly Values[];
}

interface StoredArray {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: string;
}

const FOLDER = ['models', 'mlperf-tiny'] as const;

export function publicModelPath(file: string): string {
  return sharedPath(...FOLDER, file);
}

export function readPublicModel(file: string): Uint8Array {
  return readFileSync(publicModelPath(file));
}

function stored(file: string, end: 'in' | 'out'): StoredArray {
  const all = JSON.parse(readFileSync(publicModelPath('reference-io.json'), 'utf8')) as Record<
    string,
    { readonly in: StoredArray; readonly out: StoredArray }
  >;
  const entry = all[file];
  if (entry === undefined) throw new Error(`reference-io.json has no "${file}"`);
  return entry[end];
}

/** Copies the base64 text into an array of its own, aligned, and cuts it into one for each run. */
function rows<Values>(array: StoredArray, wrap: (bytes: ArrayBuffer) => Values): readonly Values[] {
  const bytes = new Uint8Array(Buffer.from(array.data, 'base64'));
  const [count = 1] = array.shape;
  const each = bytes.length / count;
  return Array.from({ length: count }, (_, i) =>
    wrap(bytes.slice(i * each, (i + 1) * each).buffer),
  );
}

export function int8Reference(file: string): ReferenceIo<Int8Array> {
  const read = (end: 'in' | 'out'): readonly Int8Array[] =>
    rows(stored(file, end), (bytes) => new Int8Array(bytes));
  return { inputs: read('in'), outputs: read('out') };
}

export function floatReference(file: string): ReferenceIo<Float32Array> {
  const read = (end: 'in' | 'out'): readonly Float32Array[] =>
    rows(stored(file, end), (bytes) => new Float32Array(bytes));
  return { inputs: read('in'), outputs: read('out') };
}
