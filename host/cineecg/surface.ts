/** The outer surface of the generic heart as a mesh: for the page to draw, coloured by region. */
import { type WallCoordinate, regionOf, wallNormal, wallPointMm } from './geometry.js';
import { type FrankVector, cross, dot, subtract } from './vector.js';

export interface HeartSurface {
  /** Frank frame, heart centre as origin. */
  readonly verticesMm: readonly FrankVector[];
  readonly normals: readonly FrankVector[];
  /** Vertex indices, counter-clockwise seen from outside. */
  readonly triangles: readonly (readonly [number, number, number])[];
  /** Region of each vertex, index into SEGMENT_NAMES. */
  readonly regions: readonly number[];
}

const LV_RINGS = 14;
const LV_SPOKES = 30;
const RV_RINGS = 11;
const RV_SPOKES = 12;
const RV_FIRST_AB = 0.14;

interface Patch {
  readonly rows: readonly (readonly WallCoordinate[])[];
  readonly closed: boolean;
}

function lvPatch(): Patch {
  const rows = Array.from({ length: LV_RINGS }, (_ring, ring) =>
    Array.from({ length: LV_SPOKES }, (_spoke, spoke) => ({
      part: 'LV' as const,
      // The first ring lies close to the apex point, so that the tip is not a large fan.
      ab: 0.03 + (0.97 * ring) / (LV_RINGS - 1),
      angle: (2 * Math.PI * spoke) / LV_SPOKES,
    })),
  );
  return { rows, closed: true };
}

function rvPatch(): Patch {
  const rows = Array.from({ length: RV_RINGS }, (_ring, ring) =>
    Array.from({ length: RV_SPOKES + 1 }, (_spoke, spoke) => ({
      part: 'RV' as const,
      ab: RV_FIRST_AB + ((1 - RV_FIRST_AB) * ring) / (RV_RINGS - 1),
      angle: (2 * Math.PI) / 3 + (2 * Math.PI * spoke) / (3 * RV_SPOKES),
    })),
  );
  return { rows, closed: false };
}

/** Deterministic; 420 + 1 nodes of the left ventricle and 143 of the right one. */
export function heartSurface(): HeartSurface {
  const verticesMm: FrankVector[] = [];
  const normals: FrankVector[] = [];
  const regions: number[] = [];
  const triangles: [number, number, number][] = [];

  const addVertex = (at: WallCoordinate): number => {
    verticesMm.push(wallPointMm(at));
    normals.push(wallNormal(at));
    regions.push(regionOf(at));
    return verticesMm.length - 1;
  };
  const addTriangle = (a: number, b: number, c: number): void => {
    const [pa, pb, pc] = [verticesMm[a], verticesMm[b], verticesMm[c]];
    const normal = normals[a];
    if (pa === undefined || pb === undefined || pc === undefined || normal === undefined) return;
    const facing = dot(cross(subtract(pb, pa), subtract(pc, pa)), normal);
    triangles.push(facing >= 0 ? [a, b, c] : [a, c, b]);
  };

  const apex = addVertex({ part: 'LV', ab: 0, angle: 0 });
  for (const patch of [lvPatch(), rvPatch()]) {
    const grid = patch.rows.map((row) => row.map(addVertex));
    if (patch.closed) {
      const first = grid[0] ?? [];
      first.forEach((vertex, i) =>
        addTriangle(apex, vertex, first[(i + 1) % first.length] ?? apex),
      );
    }
    for (let r = 0; r + 1 < grid.length; r += 1) {
      const [low, high] = [grid[r] ?? [], grid[r + 1] ?? []];
      const quads = patch.closed ? low.length : low.length - 1;
      for (let i = 0; i < quads; i += 1) {
        const j = (i + 1) % low.length;
        const [a, b, c, d] = [low[i], low[j], high[j], high[i]];
        if (a === undefined || b === undefined || c === undefined || d === undefined) continue;
        addTriangle(a, b, c);
        addTriangle(a, c, d);
      }
    }
  }
  return { verticesMm, normals, triangles, regions };
}
