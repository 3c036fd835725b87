/** Damage, seeded: case `index` of a seed is the same file on every machine. */
import { seededRandom } from '../../codegen/testing/random.js';
import type { CorpusFile } from './corpus.js';
import { onnxDamage } from './mutate-onnx.js';
import { tfliteDamage } from './mutate-tflite.js';

/** Gives a whole number from 0 to below its argument. */
export type Pick = (below: number) => number;

export type Damage = (bytes: Uint8Array, pick: Pick, other: Uint8Array) => Uint8Array;

export interface Mutation {
  readonly file: CorpusFile;
  readonly kinds: readonly string[];
  readonly bytes: Uint8Array;
}

/** Numbers at the edges of what the formats hold. */
export const EDGES = [
  ...[0, 1, 2, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 1 << 24, 1 << 26],
  ...[0x7fff_ffff, 0x8000_0000, 0xffff_ffff],
];

/** Damage to plain bytes, whatever they mean. */
const byteDamage: Readonly<Record<string, Damage>> = {
  'bit flip': (bytes, pick) => {
    const copy = bytes.slice();
    const at = pick(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << pick(8));
    return copy;
  },
  'byte overwritten': (bytes, pick) => {
    const copy = bytes.slice();
    copy[pick(copy.length)] = pick(256);
    return copy;
  },
  'cut short': (bytes, pick) => bytes.slice(0, pick(bytes.length)),
  'bytes removed': (bytes, pick) => {
    const at = pick(bytes.length);
    return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + pick(16)));
  },
  'bytes inserted': (bytes, pick) => {
    const at = pick(bytes.length);
    const fresh = Uint8Array.from({ length: 1 + pick(16) }, () => pick(256));
    return joined(bytes.subarray(0, at), fresh, bytes.subarray(at));
  },
  'block repeated': (bytes, pick) => {
    const start = pick(bytes.length);
    const block = bytes.subarray(start, start + 1 + pick(200));
    const at = pick(bytes.length);
    return joined(bytes.subarray(0, at), block, bytes.subarray(at));
  },
  'spliced with another file': (bytes, pick, other) =>
    joined(bytes.subarray(0, pick(bytes.length)), other.subarray(pick(other.length))),
  'run of one value': (bytes, pick) => {
    const at = pick(bytes.length);
    return bytes.slice().fill([0, 0xff, 0x7f, 0x80][pick(4)] ?? 0, at, at + 1 + pick(8));
  },
};

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** One damage mostly: a second one seldom gets beyond what finds the first. */
const DAMAGES = [1, 1, 1, 2, 3];

/** Damages on one file of the corpus; three in four know the format. */
export function mutation(files: readonly CorpusFile[], seed: number, index: number): Mutation {
  const random = seededRandom(
    (Math.imul(seed, 0x9e37_79b1) ^ Math.imul(index + 1, 0x85eb_ca6b)) >>> 0,
  );
  const pick: Pick = (below) => Math.floor(random() * below);
  // Both formats get half of the cases, however many files they have.
  const format = pick(2) === 0 ? 'onnx' : 'tflite';
  const own = files.filter((file) => file.format === format);
  const file = own[pick(own.length)];
  const other = files[pick(files.length)];
  if (file === undefined || other === undefined) throw new RangeError('the corpus is empty');
  const known = format === 'onnx' ? onnxDamage : tfliteDamage;
  let bytes = file.bytes;
  const kinds: string[] = [];
  for (let count = DAMAGES[pick(DAMAGES.length)] ?? 1; count > 0 && bytes.length > 0; count -= 1) {
    const [kind, damage] = chosen(pick(4) === 0 ? byteDamage : known, pick);
    bytes = damage(bytes, pick, other.bytes);
    kinds.push(kind);
  }
  return { file, kinds, bytes };
}

function chosen(from: Readonly<Record<string, Damage>>, pick: Pick): readonly [string, Damage] {
  const all = Object.entries(from);
  const [kind, damage] = all[pick(all.length)] ?? [];
  if (kind === undefined || damage === undefined) throw new RangeError('no damage to choose');
  return [kind, damage];
}
