/**
 * Where tensors lie when they are placed one by one, each at the lowest offset that is free during its whole life. Flat arrays: the
 * search for a good order (`arena.ts`) does it thousands of times.
 */
import type { Lifetime } from './lifetime.js';

/** Word loads of int16 and packed int8 need it. */
export const ALIGNMENT = 8;

/** How far above the start of `lower` the start of `upper`, which lives at the same time, must stay, bytes. */
export type Extent = (lower: Lifetime, upper: Lifetime) => number;

export class Placement {
  readonly #bytes: Int32Array;
  /** Of each tensor: those that live at the same time. */
  readonly #neighbours: readonly Int32Array[];
  /** Of each tensor and neighbour: how far above the neighbour it must lie, and how far below. */
  readonly #above: readonly Int32Array[];
  readonly #below: readonly Int32Array[];
  /** Neighbours of all tensors together: the work of placing them once. */
  readonly work: number;
  /** Offset of each tensor after the last placement that was not given up. */
  readonly offsets: Int32Array;
  readonly #lows: Int32Array;
  readonly #highs: Int32Array;

  constructor(lives: readonly Lifetime[], extent: Extent) {
    const aligned = (lower: Lifetime, upper: Lifetime): number => align(extent(lower, upper));
    this.#bytes = Int32Array.from(lives, ({ bytes }) => bytes);
    const neighbours = lives.map((life) =>
      lives.filter((other) => other !== life && together(other, life)),
    );
    const indexOf = new Map(lives.map((life, index) => [life, index]));
    this.#neighbours = neighbours.map((list) =>
      Int32Array.from(list, (other) => indexOf.get(other) ?? -1),
    );
    this.#above = lives.map((life, i) =>
      Int32Array.from(neighbours[i] ?? [], (other) => aligned(other, life)),
    );
    this.#below = lives.map((life, i) =>
      Int32Array.from(neighbours[i] ?? [], (other) => aligned(life, other)),
    );
    this.work = neighbours.reduce((sum, { length }) => sum + length, lives.length);
    this.offsets = new Int32Array(lives.length);
    this.#lows = new Int32Array(lives.length);
    this.#highs = new Int32Array(lives.length);
  }

  /**
   * Places all tensors in the order of their indices given.
   * @returns the bytes that they need together; undefined, and nothing said of offsets, once they are more than `limit`
   */
  place(order: readonly number[], limit = Number.POSITIVE_INFINITY): number | undefined {
    this.offsets.fill(-1);
    let height = 0;
    for (const index of order) {
      const offset = this.#lowestFree(index);
      this.offsets[index] = offset;
      height = Math.max(height, offset + at(this.#bytes, index));
      if (height > limit) return undefined;
    }
    return height;
  }

  /** Each neighbour that is placed forbids what lies between its low and its high end; by rising low ends, one pass finds the lowest gap. */
  #lowestFree(index: number): number {
    const [lows, highs] = [this.#lows, this.#highs];
    const neighbours = this.#neighbours[index] ?? NONE;
    const above = this.#above[index] ?? NONE;
    const below = this.#below[index] ?? NONE;
    let count = 0;
    for (let n = 0; n < neighbours.length; n += 1) {
      const other = at(this.offsets, at(neighbours, n));
      if (other < 0) continue;
      const low = other - at(below, n);
      let slot = count;
      for (; slot > 0 && at(lows, slot - 1) > low; slot -= 1) {
        lows[slot] = at(lows, slot - 1);
        highs[slot] = at(highs, slot - 1);
      }
      lows[slot] = low;
      highs[slot] = other + at(above, n);
      count += 1;
    }
    let offset = 0;
    for (let slot = 0; slot < count; slot += 1) {
      if (offset > at(lows, slot) && offset < at(highs, slot)) offset = at(highs, slot);
    }
    return offset;
  }
}

const NONE = new Int32Array(0);

/** Of indices known to be inside. */
function at(values: Int32Array, index: number): number {
  return values[index] ?? 0;
}

function together(a: Lifetime, b: Lifetime): boolean {
  return a.first <= b.last && b.first <= a.last;
}

export function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
