/**
 * Both ventricles as a lattice of tissue: positions, segments, neighbours and the conductance between them.
 *
 * The left ventricle is a shell between two truncated ellipsoids, the right one a thin crescent laid over the septum.
 * It is the simulator's own heart, apart from the one that explanations are mapped on: judging a mapping with signals made from
 * its own geometry would prove nothing.
 *
 * Frame: Frank (X left, Y inferior, Z posterior), millimetres, origin in the ventricular centre.
 */
import { add, distance, rotate, scale, type Vector3 } from './vector3.js';

export const SEGMENT_COUNT = 21;
/** AHA 1–17, then the four regions of the right ventricle: 18 base, 19 mid, 20 apex, 21 outflow. */
export const RV_BASE = 18;
export const RV_MID = 19;
export const RV_APEX = 20;
export const RV_OUTFLOW = 21;

/** Unit axes of a generic adult heart, from ECGSIM's published nodes; agree with MRI (Engblom 2005). */
const BASE_TO_APEX: Vector3 = [0.647, 0.511, -0.566];
const RV_TO_LV: Vector3 = [0.736, -0.221, 0.64];
const ANTERIOR: Vector3 = [0.202, -0.831, -0.519];

const LV_LENGTH_MM = 77.7;
/** The base cuts the ellipsoids this far above their equator. */
const BASE_LATITUDE = (-20 * Math.PI) / 180;
const LAST_LATITUDE = (84 * Math.PI) / 180;
const ENDOCARDIAL_RADIUS_MM = 25;
const EPICARDIAL_RADIUS_MM = 36;
const APICAL_WALL_MM = 11;
const RV_WALL_MM = 3.5;
/** Depth of the right ventricular cavity, septum to free wall, at the base. */
const RV_DEPTH_MM = 30;

const RINGS = 18;
const COLUMNS = 36;
const LAYERS = 4;
/** Columns of the free wall; it joins the left ventricle at the column before the first and after the last. */
const RV_FIRST_COLUMN = 2;
const RV_LAST_COLUMN = 16;
const RV_RINGS = 16;
const RV_LAYERS = 2;

export type Chamber = 'left' | 'right';

export interface TissueNode {
  readonly frankMm: Vector3;
  /** 1…21. */
  readonly segment: number;
  readonly chamber: Chamber;
  /** Apex 0, base 1. */
  readonly apicobasal: number;
  /** Around the long axis, degrees: anterior 0, septal 90, inferior 180, lateral 270. */
  readonly rotationDeg: number;
  /** Endocardium of the left (0) or right ventricle (RV side of the septum included): where Purkinje fibres run. */
  readonly endocardium: Chamber | 'none';
}

export interface TissueEdge {
  readonly from: number;
  readonly to: number;
  /** Cross-section over length, mm. */
  readonly areaOverLengthMm: number;
}

export interface Ventricles {
  readonly nodes: readonly TissueNode[];
  /** Along the lattice's three directions: what carries current. */
  readonly edges: readonly TissueEdge[];
  /** All lattice neighbours, diagonals too: where activation spreads. */
  readonly neighbours: readonly (readonly number[])[];
}

export interface HeartPose {
  readonly shiftMm: Vector3;
  /** Turn about each Frank axis, radians, X then Y then Z. */
  readonly turn: Vector3;
  readonly size: number;
}

/**
 * How the published axes and centre are turned and moved for the generic patient: by 20° in all, 12 mm right, 20 mm up, 26 mm away
 * from the chest wall, so that its QRS meets the median normal beat of PTB-XL in a torso without lungs and fat.
 */
export const GENERIC_POSE: HeartPose = {
  shiftMm: [-12, -20, 26],
  turn: [0.03, 0.25, 0.24],
  size: 0.985,
};

/** The centre of the ventricles lies on the long axis, this far from the base (centroid of the shells). */
const CENTRE_FROM_BASE_MM = 32;
/** … and left of it lies the axis of the left ventricle, the right one taking the other side. */
const LV_AXIS_LEFT_MM = 16.2;

type Lattice = (ring: number, column: number, layer: number) => number | undefined;

export function buildVentricles(pose: HeartPose): Ventricles {
  const place = (p: Vector3): Vector3 => {
    const turned = [0, 1, 2].reduce<Vector3>(
      (v, axis) => {
        const unit: Vector3 = [axis === 0 ? 1 : 0, axis === 1 ? 1 : 0, axis === 2 ? 1 : 0];
        return rotate(v, unit, pose.turn[axis] ?? 0);
      },
      scale(p, pose.size),
    );
    return add(turned, pose.shiftMm);
  };
  const nodes: TissueNode[] = [];
  for (let ring = 0; ring < RINGS; ring += 1) {
    for (let column = 0; column < COLUMNS; column += 1) {
      for (let layer = 0; layer < LAYERS; layer += 1) {
        nodes.push(leftNode(ring, column, layer, place));
      }
    }
  }
  const rvStart = nodes.length;
  const rvColumns = RV_LAST_COLUMN - RV_FIRST_COLUMN + 1;
  for (let ring = 0; ring < RV_RINGS; ring += 1) {
    for (let column = 0; column < rvColumns; column += 1) {
      for (let layer = 0; layer < RV_LAYERS; layer += 1) {
        nodes.push(rightNode(ring, column + RV_FIRST_COLUMN, layer, place));
      }
    }
  }
  const left: Lattice = (ring, column, layer) =>
    ring < 0 || ring >= RINGS || layer < 0 || layer >= LAYERS
      ? undefined
      : (ring * COLUMNS + ((column + COLUMNS) % COLUMNS)) * LAYERS + layer;
  const right: Lattice = (ring, column, layer) => {
    if (ring < 0 || ring >= RV_RINGS || layer < 0 || layer >= RV_LAYERS) return undefined;
    const inner = column - RV_FIRST_COLUMN;
    // The free wall's ends grow out of the left ventricle's outermost layer.
    if (inner < 0 || inner >= rvColumns) return left(ring, column, LAYERS - 1);
    return rvStart + (ring * rvColumns + inner) * RV_LAYERS + layer;
  };
  const neighbours: number[][] = nodes.map(() => []);
  const edges: TissueEdge[] = [];
  for (let ring = 0; ring < RINGS; ring += 1) {
    for (let column = 0; column < COLUMNS; column += 1) {
      for (let layer = 0; layer < LAYERS; layer += 1) {
        connect(nodes, left, LAYERS, [ring, column, layer], edges, neighbours);
      }
    }
  }
  for (let ring = 0; ring < RV_RINGS; ring += 1) {
    for (let column = RV_FIRST_COLUMN - 1; column <= RV_LAST_COLUMN; column += 1) {
      for (let layer = 0; layer < RV_LAYERS; layer += 1) {
        connect(nodes, right, RV_LAYERS, [ring, column, layer], edges, neighbours, rvStart);
      }
    }
  }
  return { nodes, edges, neighbours };
}

function latitudeOf(ring: number): number {
  return BASE_LATITUDE + ((LAST_LATITUDE - BASE_LATITUDE) * ring) / (RINGS - 1);
}

/** Apex 0, base 1; the same through the wall, so that a segment is transmural. */
function apicobasalOf(latitude: number): number {
  const base = Math.sin(BASE_LATITUDE);
  return 1 - (Math.sin(latitude) - base) / (1 - base);
}

/** On the ellipsoid that lies the fraction `depth` between endo- (0) and epicardium (1); `outwardMm` further out. */
function shellPoint(latitude: number, rotation: number, depth: number, outwardMm: number): Vector3 {
  const stretch = 1 - Math.sin(BASE_LATITUDE);
  const halfLength = (LV_LENGTH_MM - APICAL_WALL_MM * (1 - depth)) / stretch;
  const radius =
    (ENDOCARDIAL_RADIUS_MM + (EPICARDIAL_RADIUS_MM - ENDOCARDIAL_RADIUS_MM) * depth) *
      Math.cos(latitude) +
    outwardMm;
  const along = halfLength * (Math.sin(latitude) - Math.sin(BASE_LATITUDE)) - CENTRE_FROM_BASE_MM;
  const outward = add(scale(ANTERIOR, Math.cos(rotation)), scale(RV_TO_LV, -Math.sin(rotation)));
  const axis = add(scale(BASE_TO_APEX, along), scale(RV_TO_LV, LV_AXIS_LEFT_MM));
  return add(axis, scale(outward, radius));
}

function leftNode(
  ring: number,
  column: number,
  layer: number,
  place: (p: Vector3) => Vector3,
): TissueNode {
  const latitude = latitudeOf(ring);
  const rotationDeg = (column * 360) / COLUMNS;
  const apicobasal = apicobasalOf(latitude);
  const facesRightVentricle =
    layer === LAYERS - 1 &&
    ring < RV_RINGS &&
    column >= RV_FIRST_COLUMN &&
    column <= RV_LAST_COLUMN;
  return {
    frankMm: place(shellPoint(latitude, (rotationDeg * Math.PI) / 180, layer / (LAYERS - 1), 0)),
    segment: ahaSegment(apicobasal, rotationDeg),
    chamber: 'left',
    apicobasal,
    rotationDeg,
    endocardium: layer === 0 ? 'left' : facesRightVentricle ? 'right' : 'none',
  };
}

function rightNode(
  ring: number,
  column: number,
  layer: number,
  place: (p: Vector3) => Vector3,
): TissueNode {
  const latitude = latitudeOf(ring);
  const rotationDeg = (column * 360) / COLUMNS;
  const apicobasal = apicobasalOf(latitude);
  const across = (column - RV_FIRST_COLUMN + 1) / (RV_LAST_COLUMN - RV_FIRST_COLUMN + 2);
  const depthMm =
    RV_DEPTH_MM * Math.sin(Math.PI * across) ** 0.7 * Math.min(1, Math.max(0, apicobasal) / 0.7);
  return {
    frankMm: place(
      shellPoint(
        latitude,
        (rotationDeg * Math.PI) / 180,
        1,
        depthMm + RV_WALL_MM * (layer / (RV_LAYERS - 1)),
      ),
    ),
    segment: rightRegion(apicobasal, rotationDeg),
    chamber: 'right',
    apicobasal,
    rotationDeg,
    endocardium: layer === 0 ? 'right' : 'none',
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

/** Links one lattice point to the next one in each direction (current) and to all around it (activation). */
function connect(
  nodes: readonly TissueNode[],
  lattice: Lattice,
  layers: number,
  [ring, column, layer]: Vector3,
  edges: TissueEdge[],
  neighbours: number[][],
  ownFrom = 0,
): void {
  const here = lattice(ring, column, layer);
  if (here === undefined) return;
  const gap = (a: number | undefined, b: number | undefined): number => {
    const from = a === undefined ? undefined : nodes[a];
    const to = b === undefined ? undefined : nodes[b];
    return from === undefined || to === undefined ? 0 : distance(from.frankMm, to.frankMm);
  };
  /** Width of the tissue that a lattice point stands for, along one direction: half of the gap on either side. */
  const width = (dr: number, dc: number, dl: number): number =>
    (gap(here, lattice(ring + dr, column + dc, layer + dl)) +
      gap(here, lattice(ring - dr, column - dc, layer - dl))) /
    2;
  // Where the free wall grows out of the left ventricle, that lattice has no thickness of its own.
  const thickness = here < ownFrom ? RV_WALL_MM / layers : width(0, 0, 1);
  const steps: readonly (readonly [Vector3, number])[] = [
    [[1, 0, 0], width(0, 1, 0) * thickness],
    [[0, 1, 0], width(1, 0, 0) * thickness],
    [[0, 0, 1], width(1, 0, 0) * width(0, 1, 0)],
  ];
  for (const [[dr, dc, dl], area] of steps) {
    const there = lattice(ring + dr, column + dc, layer + dl);
    // Both ends in the left ventricle: that lattice has made the edge.
    if (there === undefined || (here < ownFrom && there < ownFrom)) continue;
    edges.push({ from: here, to: there, areaOverLengthMm: area / gap(here, there) });
  }
  for (const dr of [-1, 0, 1]) {
    for (const dc of [-1, 0, 1]) {
      for (const dl of [-1, 0, 1]) {
        const there = lattice(ring + dr, column + dc, layer + dl);
        if (there === undefined || there === here || (here < ownFrom && there < ownFrom)) continue;
        neighbours[here]?.push(there);
        if (ownFrom > 0 && there < ownFrom) neighbours[there]?.push(here);
      }
    }
  }
}
