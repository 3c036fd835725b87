import type { IntegerProgram } from '../integer/program.js';
import type { Lifetime } from './lifetime.js';
import { lifetimes } from './lifetime.js';

/** Where each tensor lies in the one static array of the device. */
export interface ArenaPlan {
  readonly bytes: number;
  readonly offsets: ReadonlyMap<string, number>;
  readonly lifetimes: readonly Lifetime[];
  /** The operation at which most bytes are alive, and who they are: what to look at when it does not fit. */
  readonly peak: {
    readonly operation: number;
    readonly bytes: number;
    readonly alive: readonly Lifetime[];
  };
}

/** Word loads of int16 and packed int8 need it. */
const ALIGNMENT = 8;

/** Greedy by size: the largest tensor first, each at the lowest offset free during its whole life. */
export function planArena(program: IntegerProgram): ArenaPlan {
  const all = lifetimes(program);
  const ordered = [...all].sort(
    (a, b) => b.bytes - a.bytes || a.first - b.first || (a.tensor < b.tensor ? -1 : 1),
  );
  const offsets = new Map<string, number>();
  const placed: { readonly life: Lifetime; readonly offset: number }[] = [];
  for (const life of ordered) {
    const neighbours = placed
      .filter((other) => overlap(other.life, life))
      .sort((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const other of neighbours) {
      if (offset + life.bytes <= other.offset) break;
      offset = Math.max(offset, align(other.offset + other.life.bytes));
    }
    offsets.set(life.tensor, offset);
    placed.push({ life, offset });
  }
  const bytes = placed.reduce((most, { life, offset }) => Math.max(most, offset + life.bytes), 0);
  return { bytes: align(bytes), offsets, lifetimes: all, peak: peakOf(program, all) };
}

function peakOf(program: IntegerProgram, all: readonly Lifetime[]): ArenaPlan['peak'] {
  let peak: ArenaPlan['peak'] = { operation: 0, bytes: 0, alive: [] };
  program.operations.forEach((_, operation) => {
    const alive = all.filter((life) => life.first <= operation && operation <= life.last);
    const bytes = alive.reduce((sum, life) => sum + life.bytes, 0);
    if (bytes > peak.bytes) peak = { operation, bytes, alive };
  });
  return peak;
}

function overlap(a: Lifetime, b: Lifetime): boolean {
  return a.first <= b.last && b.first <= a.last;
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
