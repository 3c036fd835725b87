/** Seeded generator for tests (mulberry32): the same seed gives the same numbers everywhere. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `length` values from −amplitude to amplitude. */
export function randomValues(
  random: () => number,
  length: number,
  amplitude: number,
): Float32Array {
  return Float32Array.from({ length }, () => (2 * random() - 1) * amplitude);
}
