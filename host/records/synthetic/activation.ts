/**
 * When each piece of tissue is activated: shortest path from where the conduction system reaches the muscle, or from one ectopic site.
 */
import { ventricularLattice, type Lattice, type TissueNode } from './lattice.js';
import type { Ventricles } from './ventricles.js';

export const CONDUCTIONS = ['normal', 'lbbb', 'rbbb', 'lafb'] as const;
export type Conduction = (typeof CONDUCTIONS)[number];

/** Where a beat comes from: down the conduction system, or from one node of the lattice. */
export type BeatOrigin = { readonly conduction: Conduction } | { readonly ectopicNode: number };

/**
 * Velocities, delays and sites below lie in published ranges and were then chosen, within them, so that the generic heart's QRS
 * meets the median normal beat of PTB-XL. Working myocardium: 0.5–0.8 m/s along fibres, less across. mm/ms = m/s.
 */
const MYOCARDIUM_MM_PER_MS = 0.57;
/** Endocardium covered by Purkinje fibres conducts at 2–4 m/s; the base has none. */
const PURKINJE_MM_PER_MS = { left: 2.4, right: 2.15 } as const;
/** The right free wall is thin and trabeculated, and Purkinje fibres reach into it: through it activation runs faster. */
const RIGHT_WALL_MM_PER_MS = 1.18;
const PURKINJE_REACHES_APICOBASAL = 0.85;
/**
 * Endocardium on the side of a blocked bundle is reached from the muscle, late. On the left it then conducts no faster than muscle (QRS
 * of 120–170 ms), on the right, with its long free wall, Purkinje fibres take part again (QRS about 60 ms wider than normal).
 */
const BLOCKED_ENDOCARDIUM_MM_PER_MS = { left: 0.57, right: 1 } as const;
/**
 * The territory of the anterior fascicle is then reached from the posterior one and from the muscle, across its fibres. The generic
 * heart's frontal axis turns by some 80° to the left, and QRS stays below 120 ms.
 */
const BLOCKED_FASCICLE_MM_PER_MS = 0.4;
/** An ectopic beat enters Purkinje fibres from the muscle, late and against their direction; QRS is 120–170 ms wide. */
const ECTOPIC_ENDOCARDIUM_MM_PER_MS = 1.1;
/** Surviving muscle beside a scar conducts slowly (0.2–0.4 m/s are measured in border zones). */
const SCAR_BORDER_SLOWING = 0.5;

/** Earliest sites (Durrer 1970): mid septum on the left, both paraseptal areas, then the right free wall near its papillary muscle. */
const SEEDS = [
  { endocardium: 'left', chamber: 'left', apicobasal: 0.43, rotationDeg: 90, delayMs: 0 },
  { endocardium: 'left', chamber: 'left', apicobasal: 0.47, rotationDeg: 25, delayMs: 6.5 },
  { endocardium: 'left', chamber: 'left', apicobasal: 0.35, rotationDeg: 140, delayMs: 6 },
  { endocardium: 'right', chamber: 'left', apicobasal: 0.5, rotationDeg: 80, delayMs: 2 },
  { endocardium: 'right', chamber: 'right', apicobasal: 0.35, rotationDeg: 60, delayMs: 16 },
] as const;

/** In RBBB the right side waits for the septum; in LBBB the left side does. */
const BLOCKED_SIDE: Readonly<Record<Conduction, 'left' | 'right' | 'none'>> = {
  normal: 'none',
  lbbb: 'left',
  rbbb: 'right',
  lafb: 'none',
};

/** Fed by the anterior fascicle and its septal branch: the endocardium from the middle of the septum over the front to the back of the lateral wall. */
function inAnteriorFascicle(node: {
  readonly apicobasal: number;
  readonly rotationDeg: number;
}): boolean {
  return node.rotationDeg <= 90 || node.rotationDeg > 220;
}

/**
 * @param isScar per node: conducts nothing
 * @param speed factor on all velocities, 1 for the generic heart
 * @returns milliseconds after the first seed; Infinity where activation cannot come
 */
export function activationTimesMs(
  ventricles: Ventricles,
  isScar: readonly boolean[],
  origin: BeatOrigin,
  speed: number,
): Float64Array {
  const { frankMm, lattice } = ventricles;
  const { neighbourStart, neighbours } = lattice;
  const count = lattice.nodes.length;
  const velocities = velocitiesMmPerMs(origin);
  const border = scarBorder(lattice, isScar);
  const times = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const queue = new TimeQueue();
  for (const { site, delayMs } of seedsOf(origin)) {
    // Conduction fibres end in what they feed: a seed within a scar is lost.
    if (isScar[site] === true) continue;
    times[site] = Math.min(times[site] ?? 0, delayMs);
    queue.push(site, delayMs);
  }
  while (queue.pop()) {
    const { node, timeMs } = queue;
    if (timeMs > (times[node] ?? 0)) continue;
    const [x, y, z] = [3 * node, 3 * node + 1, 3 * node + 2].map((at) => frankMm[at] ?? 0);
    const end = neighbourStart[node + 1] ?? 0;
    for (let at = neighbourStart[node] ?? 0; at < end; at += 1) {
      const other = neighbours[at] ?? 0;
      if (isScar[other] === true) continue;
      const dx = (frankMm[3 * other] ?? 0) - (x ?? 0);
      const dy = (frankMm[3 * other + 1] ?? 0) - (y ?? 0);
      const dz = (frankMm[3 * other + 2] ?? 0) - (z ?? 0);
      const slow = border[node] === 1 || border[other] === 1 ? SCAR_BORDER_SLOWING : 1;
      const arrival =
        timeMs + Math.sqrt(dx * dx + dy * dy + dz * dz) / ((velocities[at] ?? 1) * slow * speed);
      if (arrival < (times[other] ?? 0)) {
        times[other] = arrival;
        queue.push(other, arrival);
      }
    }
  }
  const first = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return times.map((time) => time - first);
}

function scarBorder(
  { neighbourStart, neighbours }: Lattice,
  isScar: readonly boolean[],
): Uint8Array {
  const border = new Uint8Array(isScar.length);
  for (const [node, scar] of isScar.entries()) {
    if (!scar) continue;
    for (let at = neighbourStart[node] ?? 0; at < (neighbourStart[node + 1] ?? 0); at += 1) {
      border[neighbours[at] ?? 0] = 1;
    }
  }
  return border;
}

function seedsOf(
  origin: BeatOrigin,
): readonly { readonly site: number; readonly delayMs: number }[] {
  if ('ectopicNode' in origin) return [{ site: origin.ectopicNode, delayMs: 0 }];
  const { conduction } = origin;
  return SEEDS.filter(
    (seed) =>
      seed.endocardium !== BLOCKED_SIDE[conduction] &&
      !(conduction === 'lafb' && seed.endocardium === 'left' && inAnteriorFascicle(seed)),
  ).flatMap((seed) => {
    const site = nearestNode(seed);
    return site === undefined ? [] : [{ site, delayMs: seed.delayMs }];
  });
}

const velocityTables = new Map<string, Float64Array>();

/** By the lattice's neighbour entries; the same for all hearts, so each is made once. */
function velocitiesMmPerMs(origin: BeatOrigin): Float64Array {
  const key = 'ectopicNode' in origin ? 'ectopic' : origin.conduction;
  let table = velocityTables.get(key);
  if (table === undefined) {
    const { nodes, neighbourStart, neighbours } = ventricularLattice();
    table = new Float64Array(neighbours.length);
    for (const [node, from] of nodes.entries()) {
      for (let at = neighbourStart[node] ?? 0; at < (neighbourStart[node + 1] ?? 0); at += 1) {
        const to = nodes[neighbours[at] ?? 0];
        if (to !== undefined) table[at] = velocityMmPerMs(from, to, origin);
      }
    }
    velocityTables.set(key, table);
  }
  return table;
}

function velocityMmPerMs(from: TissueNode, to: TissueNode, origin: BeatOrigin): number {
  if (from.endocardium === 'none' || from.endocardium !== to.endocardium) {
    const throughRightWall =
      from.chamber === 'right' &&
      from.rotationDeg === to.rotationDeg &&
      from.apicobasal === to.apicobasal;
    return throughRightWall ? RIGHT_WALL_MM_PER_MS : MYOCARDIUM_MM_PER_MS;
  }
  if ('ectopicNode' in origin) return ECTOPIC_ENDOCARDIUM_MM_PER_MS;
  if (from.endocardium === BLOCKED_SIDE[origin.conduction]) {
    return BLOCKED_ENDOCARDIUM_MM_PER_MS[from.endocardium];
  }
  if (Math.max(from.apicobasal, to.apicobasal) >= PURKINJE_REACHES_APICOBASAL) {
    return MYOCARDIUM_MM_PER_MS;
  }
  const blockedFascicle =
    origin.conduction === 'lafb' &&
    from.endocardium === 'left' &&
    (inAnteriorFascicle(from) || inAnteriorFascicle(to));
  return blockedFascicle ? BLOCKED_FASCICLE_MM_PER_MS : PURKINJE_MM_PER_MS[from.endocardium];
}

function nearestNode(seed: (typeof SEEDS)[number]): number | undefined {
  let best: number | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const [index, node] of ventricularLattice().nodes.entries()) {
    const suits = node.endocardium === seed.endocardium && node.chamber === seed.chamber;
    if (!suits) continue;
    const turn = Math.abs(((node.rotationDeg - seed.rotationDeg + 540) % 360) - 180) / 180;
    const away = Math.hypot(node.apicobasal - seed.apicobasal, turn);
    if (away < bestDistance) {
      best = index;
      bestDistance = away;
    }
  }
  return best;
}

/** Binary heap by time; what was popped last is `node` at `timeMs`. */
class TimeQueue {
  node = 0;
  timeMs = 0;
  readonly #nodes: number[] = [];
  readonly #times: number[] = [];

  push(node: number, timeMs: number): void {
    let at = this.#nodes.length;
    this.#nodes.push(node);
    this.#times.push(timeMs);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#times[parent] ?? 0;
      if (above <= timeMs) break;
      this.#put(at, this.#nodes[parent] ?? 0, above);
      at = parent;
    }
    this.#put(at, node, timeMs);
  }

  pop(): boolean {
    const [nodes, times] = [this.#nodes, this.#times];
    const [node, timeMs] = [nodes[0], times[0]];
    const [lastNode, lastTime] = [nodes.pop(), times.pop()];
    if (node === undefined || timeMs === undefined) return false;
    if (lastNode === undefined || lastTime === undefined) return false;
    this.node = node;
    this.timeMs = timeMs;
    const size = nodes.length;
    if (size === 0) return true;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && (times[child + 1] ?? 0) < (times[child] ?? 0)) child += 1;
      const below = times[child] ?? 0;
      if (below >= lastTime) break;
      this.#put(at, nodes[child] ?? 0, below);
      at = child;
    }
    this.#put(at, lastNode, lastTime);
    return true;
  }

  #put(at: number, node: number, timeMs: number): void {
    this.#nodes[at] = node;
    this.#times[at] = timeMs;
  }
}
