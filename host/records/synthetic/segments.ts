/** Which segments touch, and lesions that spread over several of them. */
import { SEGMENT_COUNT, ventricularLattice } from './lattice.js';
import type { Random } from './random.js';

/** Segments of the left ventricle, where infarcts are told apart: AHA 1–17. */
export const LEFT_SEGMENTS: readonly number[] = Array.from({ length: 17 }, (_, index) => index + 1);

let touching: ReadonlyMap<number, readonly number[]> | undefined;

/** By segment 1…21, those that share a border with it. */
export function neighbouringSegments(): ReadonlyMap<number, readonly number[]> {
  if (touching === undefined) {
    const { nodes, neighbours, neighbourStart } = ventricularLattice();
    const sets = Array.from({ length: SEGMENT_COUNT + 1 }, () => new Set<number>());
    for (const [node, { segment }] of nodes.entries()) {
      for (let at = neighbourStart[node] ?? 0; at < (neighbourStart[node + 1] ?? 0); at += 1) {
        const other = nodes[neighbours[at] ?? 0]?.segment ?? segment;
        if (other !== segment) sets[segment]?.add(other);
      }
    }
    touching = new Map(sets.map((set, segment) => [segment, [...set].sort((a, b) => a - b)]));
  }
  return touching;
}

/** `count` connected segments of the left ventricle, grown from a random one; ascending. */
export function growLesion(random: Random, count: number): readonly number[] {
  const pick = (from: readonly number[]): number =>
    from[Math.floor(random.uniform() * from.length)] ?? 1;
  const lesion = [pick(LEFT_SEGMENTS)];
  while (lesion.length < count) {
    const border = LEFT_SEGMENTS.filter(
      (segment) =>
        !lesion.includes(segment) &&
        lesion.some((own) => neighbouringSegments().get(own)?.includes(segment) === true),
    );
    lesion.push(pick(border));
  }
  return lesion.sort((a, b) => a - b);
}
