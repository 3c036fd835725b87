/** Evidence in the heart: mass on the nodes of the generic surface, summed by region. Nothing is lost or made on the way. */
import { REGION_COUNT } from '../geometry.js';
import { heartSurface } from '../surface.js';
import { cross, magnitude, subtract } from '../vector.js';

export const SURFACE = heartSurface();
export const NODE_COUNT = SURFACE.verticesMm.length;

export interface HeartMap {
  /** Mass on each node of the surface. */
  readonly nodes: Float64Array;
  /** Its sum over each of the 21 regions, in SEGMENT_NAMES order. */
  readonly regions: readonly number[];
}

/**
 * The surface that each node stands for: a third of its triangles, as a share of the whole. A deposit weighs by it, so that a
 * densely drawn part of the mesh (the apex) draws no more than another.
 */
export const NODE_AREA_SHARE: Float64Array = (() => {
  const { verticesMm, triangles } = SURFACE;
  const area = new Float64Array(NODE_COUNT);
  for (const [a, b, c] of triangles) {
    const [pa, pb, pc] = [verticesMm[a], verticesMm[b], verticesMm[c]];
    if (pa === undefined || pb === undefined || pc === undefined) continue;
    const third = magnitude(cross(subtract(pb, pa), subtract(pc, pa))) / 6;
    for (const node of [a, b, c]) area[node] = (area[node] ?? 0) + third;
  }
  const whole = area.reduce((sum, value) => sum + value, 0);
  return area.map((value) => value / whole);
})();

export function mapOfNodes(nodes: Float64Array): HeartMap {
  const regions = new Array<number>(REGION_COUNT).fill(0);
  SURFACE.regions.forEach((region, node) => {
    regions[region] = (regions[region] ?? 0) + (nodes[node] ?? 0);
  });
  return { nodes, regions };
}

/** Node by node over a map of evidence without a preference, and again of the same mass: the geometry's own bias taken out. */
export function dividedByNeutral(map: HeartMap, neutral: HeartMap): HeartMap {
  const relative = map.nodes.map((mass, node) => {
    const share = neutral.nodes[node] ?? 0;
    return share > 0 ? (mass * (NODE_AREA_SHARE[node] ?? 0)) / share : 0;
  });
  const before = map.nodes.reduce((sum, mass) => sum + mass, 0);
  const after = relative.reduce((sum, mass) => sum + mass, 0);
  return mapOfNodes(after === 0 ? relative : relative.map((mass) => (mass * before) / after));
}
