/**
 * The tissue of both ventricles as a lattice: which piece belongs where, and what it touches. The same for every heart, so it is
 * built once; where the pieces lie in one particular heart is `ventricles.ts`.
 *
 * The left ventricle is RINGS × COLUMNS × LAYERS, the free wall of the right one a smaller lattice that grows out of the left
 * one's outermost layer on both sides of the septum.
 */
export const SEGMENT_COUNT = 21;
/** AHA 1–17, then the four regions of the right ventricle: 18 base, 19 mid, 20 apex, 21 outflow. */
export const RV_BASE = 18;
export const RV_MID = 19;
export const RV_APEX = 20;
export const RV_OUTFLOW = 21;

/** The base cuts the ellipsoids this far above their equator. */
export const BASE_LATITUDE = (-20 * Math.PI) / 180;
const LAST_LATITUDE = (84 * Math.PI) / 180;

const RINGS = 18;
const COLUMNS = 36;
export const LAYERS = 4;
/** Columns of the free wall; it joins the left ventricle at the column before the first and after the last. */
const RV_FIRST_COLUMN = 2;
const RV_LAST_COLUMN = 16;
const RV_COLUMNS = RV_LAST_COLUMN - RV_FIRST_COLUMN + 1;
const RV_RINGS = 16;
export const RV_LAYERS = 2;

export type Chamber = 'left' | 'right';

export interface TissueNode {
  /** 1…21. */
  readonly segment: number;
  readonly chamber: Chamber;
  /** Apex 0, base 1; the same through the wall, so that a segment is transmural. */
  readonly apicobasal: number;
  /** Around the long axis, degrees: anterior 0, septal 90, inferior 180, lateral 270. */
  readonly rotationDeg: number;
  /** Endocardium of the left (0) or right ventricle (RV side of the septum included): where Purkinje fibres run. */
  readonly endocardium: Chamber | 'none';
  readonly latitude: number;
  /** Through the wall of its chamber: 0 endocardium, 1 epicardium. */
  readonly depth: number;
  /** Share of the way from the septum's front to its back; of the right free wall only. */
  readonly across: number;
}

/**
 * A lattice point as one of the two lattices sees it: `around` its neighbours one step along ring −/+, column −/+, layer −/+
 * (−1: none).
 */
export interface LatticeSite {
  readonly node: number;
  readonly around: readonly number[];
  /** The right free wall, where it grows out of the left ventricle, has no thickness of its own. */
  readonly isRoot: boolean;
}

/** An edge that carries current, along one of the lattice's three directions. */
export interface LatticeEdge {
  readonly from: number;
  readonly to: number;
  /** Index into `sites`: the point that gives the edge its cross-section. */
  readonly site: number;
  /** 0 ring, 1 column, 2 layer. */
  readonly direction: number;
}

export interface Lattice {
  readonly nodes: readonly TissueNode[];
  readonly sites: readonly LatticeSite[];
  readonly edges: readonly LatticeEdge[];
  /** Neighbours of node n, diagonals too: `neighbours[neighbourStart[n] … neighbourStart[n + 1])`. Activation spreads there. */
  readonly neighbourStart: Int32Array;
  readonly neighbours: Int32Array;
}

type Grid = (ring: number, column: number, layer: number) => number;

let built: Lattice | undefined;

export function ventricularLattice(): Lattice {
  built ??= build();
  return built;
}

function build(): Lattice {
  const nodes: TissueNode[] = [];
  for (let ring = 0; ring < RINGS; ring += 1) {
    for (let column = 0; column < COLUMNS; column += 1) {
      for (let layer = 0; layer < LAYERS; layer += 1) nodes.push(leftNode(ring, column, layer));
    }
  }
  const rvStart = nodes.length;
  for (let ring = 0; ring < RV_RINGS; ring += 1) {
    for (let inner = 0; inner < RV_COLUMNS; inner += 1) {
      for (let layer = 0; layer < RV_LAYERS; layer += 1) {
        nodes.push(rightNode(ring, inner + RV_FIRST_COLUMN, layer));
      }
    }
  }
  const left: Grid = (ring, column, layer) =>
    ring < 0 || ring >= RINGS || layer < 0 || layer >= LAYERS
      ? -1
      : (ring * COLUMNS + ((column + COLUMNS) % COLUMNS)) * LAYERS + layer;
  const right: Grid = (ring, column, layer) => {
    if (ring < 0 || ring >= RV_RINGS || layer < 0 || layer >= RV_LAYERS) return -1;
    const inner = column - RV_FIRST_COLUMN;
    // The free wall's ends grow out of the left ventricle's outermost layer.
    if (inner < 0 || inner >= RV_COLUMNS) return left(ring, column, LAYERS - 1);
    return rvStart + (ring * RV_COLUMNS + inner) * RV_LAYERS + layer;
  };
  const parts = { sites: [] as LatticeSite[], edges: [] as LatticeEdge[] };
  const around: number[][] = nodes.map(() => []);
  for (let ring = 0; ring < RINGS; ring += 1) {
    for (let column = 0; column < COLUMNS; column += 1) {
      for (let layer = 0; layer < LAYERS; layer += 1) {
        connect(left, [ring, column, layer], 0, parts, around);
      }
    }
  }
  for (let ring = 0; ring < RV_RINGS; ring += 1) {
    for (let column = RV_FIRST_COLUMN - 1; column <= RV_LAST_COLUMN; column += 1) {
      for (let layer = 0; layer < RV_LAYERS; layer += 1) {
        connect(right, [ring, column, layer], rvStart, parts, around);
      }
    }
  }
  const neighbourStart = new Int32Array(nodes.length + 1);
  for (const [node, others] of around.entries()) {
    neighbourStart[node + 1] = (neighbourStart[node] ?? 0) + others.length;
  }
  return { nodes, ...parts, neighbourStart, neighbours: Int32Array.from(around.flat()) };
}

function latitudeOf(ring: number): number {
  return BASE_LATITUDE + ((LAST_LATITUDE - BASE_LATITUDE) * ring) / (RINGS - 1);
}

function apicobasalOf(latitude: number): number {
  const base = Math.sin(BASE_LATITUDE);
  return 1 - (Math.sin(latitude) - base) / (1 - base);
}

function leftNode(ring: number, column: number, layer: number): TissueNode {
  const latitude = latitudeOf(ring);
  const rotationDeg = (column * 360) / COLUMNS;
  const apicobasal = apicobasalOf(latitude);
  const facesRightVentricle =
    layer === LAYERS - 1 &&
    ring < RV_RINGS &&
    column >= RV_FIRST_COLUMN &&
    column <= RV_LAST_COLUMN;
  return {
    segment: ahaSegment(apicobasal, rotationDeg),
    chamber: 'left',
    apicobasal,
    rotationDeg,
    endocardium: layer === 0 ? 'left' : facesRightVentricle ? 'right' : 'none',
    latitude,
    depth: layer / (LAYERS - 1),
    across: 0,
  };
}

function rightNode(ring: number, column: number, layer: number): TissueNode {
  const latitude = latitudeOf(ring);
  const rotationDeg = (column * 360) / COLUMNS;
  const apicobasal = apicobasalOf(latitude);
  return {
    segment: rightRegion(apicobasal, rotationDeg),
    chamber: 'right',
    apicobasal,
    rotationDeg,
    endocardium: layer === 0 ? 'right' : 'none',
    latitude,
    depth: layer / (RV_LAYERS - 1),
    across: (column - RV_FIRST_COLUMN + 1) / (RV_COLUMNS + 1),
  };
}

/** Limits along the axis: Cobiveco (apex 0.1, apical 0.4, mid 0.7). Sectors: 60°, apical 90°. */
export function ahaSegment(apicobasal: number, rotationDeg: number): number {
  if (apicobasal < 0.1) return 17;
  if (apicobasal < 0.4) return 13 + (Math.floor((rotationDeg + 45) / 90) % 4);
  const sector = Math.floor((rotationDeg + 30) / 60) % 6;
  return (apicobasal > 0.7 ? 1 : 7) + sector;
}

function rightRegion(apicobasal: number, rotationDeg: number): number {
  if (apicobasal > 0.7) return rotationDeg < 60 ? RV_OUTFLOW : RV_BASE;
  return apicobasal > 0.4 ? RV_MID : RV_APEX;
}

const STEPS = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
] as const;

/** Links one lattice point to the next one in each direction (current) and to all around it (activation). */
function connect(
  grid: Grid,
  [ring, column, layer]: readonly [number, number, number],
  ownFrom: number,
  parts: { readonly sites: LatticeSite[]; readonly edges: LatticeEdge[] },
  around: readonly number[][],
): void {
  const here = grid(ring, column, layer);
  if (here < 0) return;
  const isRoot = here < ownFrom;
  const site = parts.sites.length;
  parts.sites.push({
    node: here,
    around: STEPS.flatMap(([dr, dc, dl]) => [
      grid(ring - dr, column - dc, layer - dl),
      grid(ring + dr, column + dc, layer + dl),
    ]),
    isRoot,
  });
  for (const [direction, [dr, dc, dl]] of STEPS.entries()) {
    const there = grid(ring + dr, column + dc, layer + dl);
    // Both ends in the left ventricle: that lattice has made the edge.
    if (there < 0 || (isRoot && there < ownFrom)) continue;
    parts.edges.push({ from: here, to: there, site, direction });
  }
  for (const dr of [-1, 0, 1]) {
    for (const dc of [-1, 0, 1]) {
      for (const dl of [-1, 0, 1]) {
        const there = grid(ring + dr, column + dc, layer + dl);
        if (there < 0 || there === here || (isRoot && there < ownFrom)) continue;
        around[here]?.push(there);
        if (ownFrom > 0 && there < ownFrom) around[there]?.push(here);
      }
    }
  }
}
