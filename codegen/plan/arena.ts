import { integerTensor, type IntegerProgram } from '../integer/program.js';
import { kernelOf } from '../integer/registry.js';
import type { Lifetime } from './lifetime.js';
import { lifetimes, scratchName } from './lifetime.js';

/** Where each tensor lies in the one static array of the device. */
export interface ArenaPlan {
  readonly bytes: number;
  readonly offsets: ReadonlyMap<string, number>;
  /** Offset of each operation's scratch; undefined where its kernel needs none. */
  readonly scratch: readonly (number | undefined)[];
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

interface Placed {
  readonly life: Lifetime;
  readonly offset: number;
}

/** What the planner must know of the kernel that runs an operation. */
export interface KernelNeeds {
  readonly scratchBytes: number;
  readonly positionsTogether: number;
}

/** Orders tried by exchanging two tensors, after the fixed ones; a plan takes well under a millisecond. */
const EXCHANGES = 1_500;

/** The work of one placement grows with the cube of the tensors: networks of over 60 are tried fewer times. */
const PLACEMENT_WORK = 1_500 * 60 ** 3;

/**
 * Places each tensor at the lowest offset that is free during its whole life; an output may lie over the input that it
 * consumes as far as the kernels' order of work allows. Which tensor goes first decides: by size is the usual greedy
 * rule and the floor; backwards in time serves the overlaps; exchanges of two look further. Deterministic.
 */
export function planArena(program: IntegerProgram, kernels: readonly KernelNeeds[]): ArenaPlan {
  const all = lifetimes(
    program,
    kernels.map((kernel) => kernel.scratchBytes),
  );
  const extent = extents(program, kernels, all);
  const byName = (a: Lifetime, b: Lifetime): number => (a.tensor < b.tensor ? -1 : 1);
  const orders = [
    [...all].sort((a, b) => b.bytes - a.bytes || a.first - b.first || byName(a, b)),
    [...all].sort((a, b) => b.first - a.first || b.bytes - a.bytes || byName(a, b)),
    [...all].sort((a, b) => a.first - b.first || b.bytes - a.bytes || byName(a, b)),
  ];
  const tried = orders.map((order) => ({ order, placed: place(order, extent) }));
  let best = tried.reduce((a, b) => (heightOf(b.placed) < heightOf(a.placed) ? b : a));
  // A linear congruential sequence (Numerical Recipes): the same plan on every machine.
  let state = 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const exchanges = Math.min(EXCHANGES, Math.ceil(PLACEMENT_WORK / all.length ** 3));
  for (let i = 0; i < exchanges; i += 1) {
    const order = [...best.order];
    const [a, b] = [next(order.length), next(order.length)];
    [order[a], order[b]] = [order[b] as Lifetime, order[a] as Lifetime];
    const placed = place(order, extent);
    if (heightOf(placed) <= heightOf(best.placed)) best = { order, placed };
  }
  const offsets = new Map(best.placed.map(({ life, offset }) => [life.tensor, offset]));
  return {
    bytes: align(heightOf(best.placed)),
    offsets,
    scratch: program.operations.map((_, operation) => offsets.get(scratchName(program, operation))),
    lifetimes: all,
    peak: peakOf(program, all),
  };
}

type Extent = (lower: Lifetime, upper: Lifetime) => number;

function place(order: readonly Lifetime[], extent: Extent): readonly Placed[] {
  const placed: Placed[] = [];
  for (const life of order) {
    const neighbours = placed.filter((other) => together(other.life, life));
    const candidates = [
      0,
      ...neighbours.map((other) => align(other.offset + extent(other.life, life))),
    ].sort((a, b) => a - b);
    const offset = candidates.find((candidate) =>
      neighbours.every(
        (other) =>
          candidate >= other.offset + extent(other.life, life) ||
          other.offset >= candidate + extent(life, other.life),
      ),
    );
    if (offset === undefined) throw new RangeError('no candidate offset was free');
    placed.push({ life, offset });
  }
  return placed;
}

function heightOf(placed: readonly Placed[]): number {
  return placed.reduce((most, { life, offset }) => Math.max(most, offset + life.bytes), 0);
}

/** How far above the start of `lower` another tensor that lives at the same time must stay. */
function extents(
  program: IntegerProgram,
  kernels: readonly KernelNeeds[],
  all: readonly Lifetime[],
): Extent {
  const lives = new Map(all.map((life) => [life.tensor, life]));
  const gaps = new Map<string, number>();
  program.operations.forEach((operation, index) => {
    const overlaps = kernelOf(operation).overlaps?.(
      operation,
      (name) => integerTensor(program, name),
      kernels[index]?.positionsTogether ?? 1,
    );
    for (const { input, gap } of overlaps ?? []) {
      // Only where the input dies just there; whoever else reads it needs it whole.
      if (lives.get(input)?.last === index) gaps.set(`${operation.output}\n${input}`, gap);
    }
  });
  return (lower, upper) =>
    Math.min(lower.bytes, gaps.get(`${lower.tensor}\n${upper.tensor}`) ?? lower.bytes);
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

function together(a: Lifetime, b: Lifetime): boolean {
  return a.first <= b.last && b.first <= a.last;
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
