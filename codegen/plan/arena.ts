import { integerTensor, type IntegerProgram } from '../integer/program.js';
import { kernelOf } from '../integer/registry.js';
import type { Lifetime } from './lifetime.js';
import { lifetimes, scratchName } from './lifetime.js';
import { Placement, align, type Extent } from './placement.js';

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

/** What the planner must know of the kernel that runs an operation. */
export interface KernelNeeds {
  readonly scratchBytes: number;
  readonly positionsTogether: number;
}

/** Orders tried after the fixed ones … */
const TRIALS = 20_000;
/** … and the most work that they may be, in tensors that a tensor is kept apart from: some tenths of a second. */
const MOST_WORK = 20_000_000;
/** Each round starts from the best order so far, and may first accept one that is worse by this share. */
const ROUNDS = 4;
const LOOSEST = 0.1;

/**
 * Places each tensor at the lowest offset that is free during its whole life; an output may lie over the input that it
 * consumes as far as the kernels' order of work allows. Which tensor goes first decides: by size is the usual greedy
 * rule and the floor; backwards in time serves the overlaps; moving and exchanging tensors looks further. Deterministic.
 */
export function planArena(program: IntegerProgram, kernels: readonly KernelNeeds[]): ArenaPlan {
  const all = lifetimes(
    program,
    kernels.map((kernel) => kernel.scratchBytes),
  );
  const placement = new Placement(all, extents(program, kernels, all));
  const byName = (a: Lifetime, b: Lifetime): number => (a.tensor < b.tensor ? -1 : 1);
  const orders = [
    [...all].sort((a, b) => b.bytes - a.bytes || a.first - b.first || byName(a, b)),
    [...all].sort((a, b) => b.first - a.first || b.bytes - a.bytes || byName(a, b)),
    [...all].sort((a, b) => a.first - b.first || b.bytes - a.bytes || byName(a, b)),
  ].map((order) => order.map((life) => all.indexOf(life)));
  const bytes = search(placement, orders);
  const offsets = new Map(all.map((life, index) => [life.tensor, bytes.offsets[index] ?? 0]));
  return {
    bytes: align(bytes.height),
    offsets,
    scratch: program.operations.map((_, operation) => offsets.get(scratchName(program, operation))),
    lifetimes: all,
    peak: peakOf(program, all),
  };
}

/**
 * The lowest of the orders given; then, from that one, threshold accepting (Dueck and Scheuer, J Comput Phys 90:161, 1990): one tensor
 * changes place, or two are exchanged, and the order stays when it is at most a little worse, less and less so.
 */
function search(
  placement: Placement,
  orders: readonly (readonly number[])[],
): { readonly height: number; readonly offsets: Int32Array } {
  const placed = orders.map((order) => ({
    order,
    height: placement.place(order) ?? Number.POSITIVE_INFINITY,
    offsets: placement.offsets.slice(),
  }));
  const first = placed.reduce((a, b) => (b.height < a.height ? b : a));
  let { order, height } = first;
  let best = first;
  // A linear congruential sequence (Numerical Recipes): the same plan on every machine.
  let state = 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const trials = Math.min(TRIALS, Math.ceil(MOST_WORK / placement.work));
  for (let trial = 0; trial < trials; trial += 1) {
    const left = 1 - (trial % (trials / ROUNDS)) / (trials / ROUNDS);
    if (left === 1) ({ order, height } = best);
    const tried = [...order];
    const [from, to] = [next(order.length), next(order.length)];
    const [moved = 0] = tried.splice(from, 1, ...(trial % 2 === 0 ? [] : tried.slice(to, to + 1)));
    tried.splice(to, trial % 2, moved);
    const reached = placement.place(tried, height + left * LOOSEST * best.height);
    if (reached === undefined) continue;
    order = tried;
    height = reached;
    if (height < best.height) best = { order, height, offsets: placement.offsets.slice() };
  }
  return best;
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
