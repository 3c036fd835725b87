/**
 * When each piece of tissue is activated: shortest path from where the conduction system reaches the muscle.
 */
import type { TissueNode, Ventricles } from './ventricles.js';
import { distance } from './vector3.js';

export type Conduction = 'normal' | 'lbbb' | 'rbbb';

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
};

/**
 * @param isScar per node: conducts nothing
 * @param speed factor on all velocities, 1 for the generic heart
 * @returns milliseconds after the first seed; Infinity where activation cannot come
 */
export function activationTimesMs(
  ventricles: Ventricles,
  isScar: readonly boolean[],
  conduction: Conduction,
  speed: number,
): Float64Array {
  const { nodes, neighbours } = ventricles;
  const blocked = BLOCKED_SIDE[conduction];
  const border = neighbours.map((around) => around.some((other) => isScar[other] === true));
  const times = new Float64Array(nodes.length).fill(Number.POSITIVE_INFINITY);
  const queue = new TimeQueue();
  for (const seed of SEEDS) {
    if (seed.endocardium === blocked) continue;
    const site = nearestNode(nodes, seed);
    // Conduction fibres end in what they feed: a seed within a scar is lost.
    if (site === undefined || isScar[site] === true) continue;
    times[site] = Math.min(times[site] ?? 0, seed.delayMs);
    queue.push(site, seed.delayMs);
  }
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (next.timeMs > (times[next.node] ?? 0)) continue;
    const here = nodes[next.node];
    for (const other of neighbours[next.node] ?? []) {
      const there = nodes[other];
      if (here === undefined || there === undefined || isScar[other] === true) continue;
      const slow = border[next.node] === true || border[other] === true ? SCAR_BORDER_SLOWING : 1;
      const velocity = velocityMmPerMs(here, there, blocked) * slow * speed;
      const timeMs = next.timeMs + distance(here.frankMm, there.frankMm) / velocity;
      if (timeMs < (times[other] ?? 0)) {
        times[other] = timeMs;
        queue.push(other, timeMs);
      }
    }
  }
  const first = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return times.map((time) => time - first);
}

function velocityMmPerMs(
  from: TissueNode,
  to: TissueNode,
  blocked: 'left' | 'right' | 'none',
): number {
  if (from.endocardium === 'none' || from.endocardium !== to.endocardium) {
    const throughRightWall =
      from.chamber === 'right' &&
      from.rotationDeg === to.rotationDeg &&
      from.apicobasal === to.apicobasal;
    return throughRightWall ? RIGHT_WALL_MM_PER_MS : MYOCARDIUM_MM_PER_MS;
  }
  if (from.endocardium === blocked) return BLOCKED_ENDOCARDIUM_MM_PER_MS[from.endocardium];
  return Math.max(from.apicobasal, to.apicobasal) < PURKINJE_REACHES_APICOBASAL
    ? PURKINJE_MM_PER_MS[from.endocardium]
    : MYOCARDIUM_MM_PER_MS;
}

function nearestNode(
  nodes: readonly TissueNode[],
  seed: (typeof SEEDS)[number],
): number | undefined {
  let best: number | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const [index, node] of nodes.entries()) {
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

/** Binary heap by time. */
class TimeQueue {
  readonly #heap: { readonly node: number; readonly timeMs: number }[] = [];

  push(node: number, timeMs: number): void {
    const heap = this.#heap;
    let at = heap.length;
    const entry = { node, timeMs };
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.timeMs <= timeMs) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  pop(): { readonly node: number; readonly timeMs: number } | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      const leftIndex = 2 * at + 1;
      const left = heap[leftIndex];
      const right = heap[leftIndex + 1];
      if (left === undefined) break;
      const useRight = right !== undefined && right.timeMs < left.timeMs;
      const child = useRight ? right : left;
      if (child.timeMs >= last.timeMs) break;
      heap[at] = child;
      at = useRight ? leftIndex + 1 : leftIndex;
    }
    heap[at] = last;
    return top;
  }
}
