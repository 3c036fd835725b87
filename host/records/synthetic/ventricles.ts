/**
 * One particular heart: where each piece of the lattice lies, and the conductance between neighbours.
 *
 * The left ventricle is a shell between two truncated ellipsoids, the right one a thin crescent laid over the septum.
 * It is the simulator's own heart, apart from the one that explanations are mapped on: judging a mapping with signals made from
 * its own geometry would prove nothing.
 *
 * Frame: Frank (X left, Y inferior, Z posterior), millimetres, origin in the ventricular centre.
 */
import {
  BASE_LATITUDE,
  RV_LAYERS,
  ventricularLattice,
  type Lattice,
  type TissueNode,
} from './lattice.js';
import { add, rotate, scale, type Vector3 } from './vector3.js';

/** Unit axes of a generic adult heart, from ECGSIM's published nodes; agree with MRI (Engblom 2005). */
const BASE_TO_APEX: Vector3 = [0.647, 0.511, -0.566];
const RV_TO_LV: Vector3 = [0.736, -0.221, 0.64];
const ANTERIOR: Vector3 = [0.202, -0.831, -0.519];

const LV_LENGTH_MM = 77.7;
const ENDOCARDIAL_RADIUS_MM = 25;
const LV_WALL_MM = 11;
const RV_WALL_MM = 3.5;
/** Depth of the right ventricular cavity, septum to free wall, at the base. */
const RV_DEPTH_MM = 30;

/** The centre of the ventricles lies on the long axis, this far from the base (centroid of the shells). */
const CENTRE_FROM_BASE_MM = 32;
/** … and left of it lies the axis of the left ventricle, the right one taking the other side. */
const LV_AXIS_LEFT_MM = 16.2;

export interface HeartPose {
  readonly shiftMm: Vector3;
  /** Turn about each Frank axis, radians, X then Y then Z. */
  readonly turn: Vector3;
  readonly size: number;
  /** Factor on the thickness of the walls, 1 when absent: hypertrophy grows outwards. */
  readonly leftWall?: number;
  readonly rightWall?: number;
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

export interface Ventricles {
  readonly lattice: Lattice;
  /** `[node][3]`. */
  readonly frankMm: Float64Array;
  /** By the lattice's edges: cross-section over length. */
  readonly areaOverLengthMm: Float64Array;
}

export function buildVentricles(pose: HeartPose): Ventricles {
  const lattice = ventricularLattice();
  const turnAndSize = (v: Vector3): Vector3 =>
    [0, 1, 2].reduce<Vector3>(
      (turned, axis) => {
        const unit: Vector3 = [axis === 0 ? 1 : 0, axis === 1 ? 1 : 0, axis === 2 ? 1 : 0];
        return rotate(turned, unit, pose.turn[axis] ?? 0);
      },
      scale(v, pose.size),
    );
  const toApex = turnAndSize(BASE_TO_APEX);
  const anterior = turnAndSize(ANTERIOR);
  const toLeft = turnAndSize(RV_TO_LV);
  const frankMm = new Float64Array(lattice.nodes.length * 3);
  for (const [index, node] of lattice.nodes.entries()) {
    const [alongMm, frontMm, leftMm] = heartCoordinatesMm(node, pose);
    const at = add(
      add(scale(toApex, alongMm), scale(anterior, frontMm)),
      add(scale(toLeft, leftMm), pose.shiftMm),
    );
    frankMm.set(at, 3 * index);
  }
  return { lattice, frankMm, areaOverLengthMm: conductances(lattice, frankMm, pose) };
}

export function positionMm(ventricles: Ventricles, node: number): Vector3 {
  const { frankMm } = ventricles;
  return [frankMm[3 * node] ?? 0, frankMm[3 * node + 1] ?? 0, frankMm[3 * node + 2] ?? 0];
}

/** Along the heart's own axes before it is turned: towards the apex, the front, the left. */
function heartCoordinatesMm(node: TissueNode, pose: HeartPose): Vector3 {
  const leftWallMm = LV_WALL_MM * (pose.leftWall ?? 1);
  const isLeft = node.chamber === 'left';
  const depth = isLeft ? node.depth : 1;
  const outwardMm = isLeft
    ? 0
    : RV_DEPTH_MM *
        Math.sin(Math.PI * node.across) ** 0.7 *
        Math.min(1, Math.max(0, node.apicobasal) / 0.7) +
      RV_WALL_MM * (pose.rightWall ?? 1) * node.depth;
  // Between the two ellipsoids, the fraction `depth` of the way from endo- to epicardium.
  const stretch = 1 - Math.sin(BASE_LATITUDE);
  const halfLength = (LV_LENGTH_MM - LV_WALL_MM + leftWallMm * depth) / stretch;
  const radius = (ENDOCARDIAL_RADIUS_MM + leftWallMm * depth) * Math.cos(node.latitude) + outwardMm;
  const alongMm =
    halfLength * (Math.sin(node.latitude) - Math.sin(BASE_LATITUDE)) - CENTRE_FROM_BASE_MM;
  const rotation = (node.rotationDeg * Math.PI) / 180;
  return [alongMm, radius * Math.cos(rotation), LV_AXIS_LEFT_MM - radius * Math.sin(rotation)];
}

function conductances(lattice: Lattice, frankMm: Float64Array, pose: HeartPose): Float64Array {
  const gap = (a: number, b: number): number =>
    a < 0 || b < 0
      ? 0
      : Math.hypot(
          (frankMm[3 * a] ?? 0) - (frankMm[3 * b] ?? 0),
          (frankMm[3 * a + 1] ?? 0) - (frankMm[3 * b + 1] ?? 0),
          (frankMm[3 * a + 2] ?? 0) - (frankMm[3 * b + 2] ?? 0),
        );
  /** `[site][direction]`: width of the tissue that a lattice point stands for, half of the gap on either side. */
  const widths = new Float64Array(lattice.sites.length * 3);
  for (const [index, { node, around, isRoot }] of lattice.sites.entries()) {
    for (let direction = 0; direction < 3; direction += 1) {
      widths[3 * index + direction] =
        isRoot && direction === 2
          ? (RV_WALL_MM * (pose.rightWall ?? 1)) / RV_LAYERS
          : (gap(node, around[2 * direction] ?? -1) + gap(node, around[2 * direction + 1] ?? -1)) /
            2;
    }
  }
  return Float64Array.from(lattice.edges, ({ from, to, site, direction }) => {
    const across = widths[3 * site + ((direction + 1) % 3)] ?? 0;
    const through = widths[3 * site + ((direction + 2) % 3)] ?? 0;
    return (across * through) / gap(from, to);
  });
}
