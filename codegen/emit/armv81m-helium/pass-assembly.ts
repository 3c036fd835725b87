/**
 * Sums of 2 channels × 4 positions, the common part of the tiles of convolutions and of their gradients. They fill the eight
 * even registers.
 *
 * A pass multiplies T neighbouring taps (1…3) of one vector of channels. Positions that lie one tap apart share their
 * activations, so that T + 3 activation vectors and 2·T weight vectors feed 8·T VMLADAVA.
 */

/** A C function, written once for all layers that call it. */
export interface TileRoutine {
  readonly name: string;
  readonly text: string;
}

/** Bytes of a vector register. */
export const VECTOR = 16;
/** Output positions that are summed together. */
export const POSITIONS = 4;
/** Output channels that are summed together. */
export const PAIR = 2;
/** Weights of so many taps and two channels fit the vector registers beside an activation. */
export const TAPS_MOST = 3;

/** VMLADAVA accumulates in even registers only; lr is one of them, so that LE cannot count the loop. */
export const ACCUMULATORS = [
  ['r0', 'r4', 'r8', 'r12'],
  ['r2', 'r6', 'r10', 'lr'],
] as const;
export const ACTIVATION = 'q6';

/** Vector instructions of one pass. */
export function passCost(taps: number): number {
  return taps + POSITIONS - 1 + PAIR * taps + PAIR * POSITIONS * taps;
}

export function passVectors(taps: number): number {
  return taps + POSITIONS - 1;
}

/** Element type of the activations, and how a vector of weights is loaded for it. */
export interface PassElements {
  readonly type: 's8' | 's16';
  /** The two channels' and the taps' registers are loaded in order: first by tap. */
  readonly loadWeights: (register: string, channel: 0 | 1, tap: number) => string;
}

/** One weight vector behind the other. */
export const INT8: PassElements = {
  type: 's8',
  loadWeights: (register) => `vldrb.8 ${register}, [r3], #16`,
};

/** One pass; `load` gives the instruction that loads its j-th activation vector. */
export function pass(
  taps: number,
  first: boolean,
  load: (j: number) => string,
  elements: PassElements,
): readonly string[] {
  const lines: string[] = [];
  const started = new Set<string>();
  const multiply = (channel: 0 | 1, tap: number, position: number): string => {
    const accumulator = ACCUMULATORS[channel][position] ?? '';
    const fresh = first && !started.has(accumulator);
    started.add(accumulator);
    return `vmladav${fresh ? '' : 'a'}.${elements.type} ${accumulator}, ${weightRegister(channel, tap)}, ${ACTIVATION}`;
  };
  const loadWeights = (channel: 0 | 1, tap: number): string =>
    elements.loadWeights(weightRegister(channel, tap), channel, tap);
  for (let j = 0; j < passVectors(taps); j += 1) {
    lines.push(load(j));
    // Taps whose weights are there already, then the new one: loads and multiplications alternate.
    for (let tap = 0; tap < Math.min(j, taps); tap += 1) {
      if (j - tap >= POSITIONS) continue;
      lines.push(multiply(0, tap, j - tap), multiply(1, tap, j - tap));
    }
    if (j < taps) {
      lines.push(loadWeights(0, j), multiply(0, j, 0), loadWeights(1, j), multiply(1, j, 0));
    }
  }
  return lines;
}

function weightRegister(channel: 0 | 1, tap: number): string {
  return `q${2 * tap + channel}`;
}

/** Sums into vectors, a position in each lane: one vector a channel. The first register goes to the lane named second. */
export const collect = [
  'vmov q0[2], q0[0], r0, r8',
  'vmov q0[3], q0[1], r4, r12',
  'vmov q1[2], q1[0], r2, r10',
  'vmov q1[3], q1[1], r6, lr',
] as const;
