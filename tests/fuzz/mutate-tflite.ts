/**
 * Damage that knows how FlatBuffers lie (https://flatbuffers.dev/internals/): aligned 32-bit words that are sizes, indices or
 * offsets from where they stand.
 */
import { EDGES, type Damage, type Pick } from './mutate.js';

function onWords(change: (view: DataView, words: number, pick: Pick) => void): Damage {
  return (bytes, pick) => {
    const copy = bytes.slice();
    const words = Math.floor(copy.length / 4);
    if (words > 0) change(new DataView(copy.buffer, copy.byteOffset, copy.length), words, pick);
    return copy;
  };
}

/** Words that a reader would follow or count with: small ones; most of the file is weights. */
function structural(view: DataView, words: number, pick: Pick): number {
  for (let tries = 0; tries < 40; tries += 1) {
    const at = 4 * pick(words);
    if (Math.abs(view.getInt32(at, true)) < view.byteLength) return at;
  }
  return 4 * pick(words);
}

export const tfliteDamage: Readonly<Record<string, Damage>> = {
  'word at an edge': onWords((view, words, pick) => {
    view.setUint32(structural(view, words, pick), EDGES[pick(EDGES.length)] ?? 0, true);
  }),
  'word a little off': onWords((view, words, pick) => {
    const at = structural(view, words, pick);
    view.setInt32(at, view.getInt32(at, true) + pick(9) - 4, true);
  }),
  'offset elsewhere': onWords((view, words, pick) => {
    view.setUint32(structural(view, words, pick), 4 * pick(words), true);
  }),
  // Tables that hold themselves, or one that holds them.
  'offset backwards': onWords((view, words, pick) => {
    view.setInt32(structural(view, words, pick), -4 * pick(words), true);
  }),
  'words exchanged': onWords((view, words, pick) => {
    const [a, b] = [structural(view, words, pick), structural(view, words, pick)];
    const kept = view.getUint32(a, true);
    view.setUint32(a, view.getUint32(b, true), true);
    view.setUint32(b, kept, true);
  }),
  // Another tensor's index, another vector: operators out of order, cycles.
  'word twice': onWords((view, words, pick) => {
    const from = structural(view, words, pick);
    view.setUint32(structural(view, words, pick), view.getUint32(from, true), true);
  }),
  'half word': onWords((view, words, pick) => {
    view.setUint16(4 * pick(words) + 2 * pick(2), pick(64), true);
  }),
};
