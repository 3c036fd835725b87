/**
 * Seeded randomness: the same seed gives the same numbers on every machine.
 */

export interface Random {
  /** Uniform in [0, 1). */
  readonly uniform: () => number;
  /** Standard normal. */
  readonly normal: () => number;
}

/**
 * sfc32 (Doty-Humphrey, PractRand): 128 bits of state, passes PractRand and BigCrush, integer arithmetic only.
 *
 * @param stream name of the purpose: streams of one seed are independent, so that adding a draw to one leaves the others alone
 */
export function seededRandom(seed: number, stream: string): Random {
  let a = hashText(stream, 0x9e3779b9);
  let b = hashText(stream, seed | 0);
  let c = Math.floor(seed / 2 ** 32) | 0;
  let counter = 1;
  const next = (): number => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + result;
    c |= 0;
    return result >>> 0;
  };
  // The generator's author lets it run so that near seeds part.
  for (let i = 0; i < 15; i += 1) next();
  const uniform = (): number => next() / 2 ** 32;
  let spare: number | undefined;
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    // Box and Muller; 1 − u keeps the logarithm finite.
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return { uniform, normal };
}

/** FNV-1a over the text, begun at `basis`. */
function hashText(text: string, basis: number): number {
  let hash = 0x811c9dc5 ^ basis;
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash | 0;
}
