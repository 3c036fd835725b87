/**
 * A generic heart, built from a handful of published figures: where each region of the ventricles lies and which way it faces.
 * Generic anatomy: it says nothing about the individual heart. Frank frame, millimetres, heart centre as origin.
 */
import { type FrankVector, add, cross, dot, scale, subtract, unit } from './vector.js';

/** 17 AHA segments, then four regions of the right ventricle; the order of every per-region array. */
export const SEGMENT_NAMES = [
  'basal anterior',
  'basal anteroseptal',
  'basal inferoseptal',
  'basal inferior',
  'basal inferolateral',
  'basal anterolateral',
  'mid anterior',
  'mid anteroseptal',
  'mid inferoseptal',
  'mid inferior',
  'mid inferolateral',
  'mid anterolateral',
  'apical anterior',
  'apical septal',
  'apical inferior',
  'apical lateral',
  'apex',
  'RV base',
  'RV mid',
  'RV apex',
  'RV outflow',
] as const;
export type SegmentName = (typeof SEGMENT_NAMES)[number];
export const REGION_COUNT = SEGMENT_NAMES.length;

/** Axes of the generic heart [D, from ECGSIM's published nodes; agrees with MRI, Engblom 2005]; mutually orthogonal to 1e-3. */
export const HEART_AXES: {
  readonly baseToApex: FrankVector;
  readonly rightToLeft: FrankVector;
  readonly anterior: FrankVector;
} = {
  baseToApex: [0.647, 0.511, -0.566],
  rightToLeft: [0.736, -0.221, 0.64],
  anterior: [0.202, -0.831, -0.519],
};

/** LV length along the base→apex axis [D, same source]. */
export const LV_LENGTH_MM = 77.7;
/** Endocardial radius 24 mm (published 22–25) and wall 12 mm (10–14). */
export const LV_WALL_MM = 12;
const LV_EQUATOR_RADIUS_MM = 24 + LV_WALL_MM;
/** The widest ring lies on the border of the basal and mid thirds. */
const LV_EQUATOR_AB = 0.7;
/**
 * Meridian ρ(ab): a power law towards the apex and a slight narrowing towards the base. An ellipsoid of these sizes tilts the
 * apical wall by 30° only, and segment 14 then faces V1 instead of V2; exponent 2.5 gives 40° at the middle of the apical
 * third and 9° at the middle of the mid third, which reproduces the whole sign table of the lead groups [D].
 */
const LV_APICAL_EXPONENT = 2.5;
const LV_BASAL_NARROWING = 0.114;
/** Axis midpoint lies this far towards the left of the centre of both ventricles [?]. */
const LV_OFFSET_LEFT_MM = 10;

/** The RV hugs the septum between the two insertion lines (the AHA septal sectors) and bulges by cavity plus 4 mm of wall. */
const RV_CENTRE_ANGLE = Math.PI;
const RV_HALF_ANGLE = Math.PI / 3;
const RV_BULGE_MM = 30;
const RV_APEX_AB = 0.1;
/** The conus rises above the valve plane on the anterior side. */
const RV_OUTFLOW_RISE_AB = 0.2;

/** `ab`: 0 at the apex, 1 at the base (Cobiveco's coordinate); `angle`: 0 left lateral, π/2 anterior, π septal. */
export interface WallCoordinate {
  readonly part: 'LV' | 'RV';
  readonly ab: number;
  readonly angle: number;
}

function lvRadiusMm(ab: number): number {
  if (ab > LV_EQUATOR_AB) {
    const u = (ab - LV_EQUATOR_AB) / (1 - LV_EQUATOR_AB);
    return LV_EQUATOR_RADIUS_MM * (1 - LV_BASAL_NARROWING * u * u);
  }
  const u = (LV_EQUATOR_AB - ab) / LV_EQUATOR_AB;
  return LV_EQUATOR_RADIUS_MM * (1 - u ** LV_APICAL_EXPONENT);
}

/** How far the RV's outer surface stands off the LV's: nothing at the insertion lines and at its apex. */
function rvBulgeMm(ab: number, angle: number): number {
  const across = Math.cos(((angle - RV_CENTRE_ANGLE) / RV_HALF_ANGLE) * (Math.PI / 2));
  const along = Math.sin(Math.min(1, (ab - RV_APEX_AB) / 0.6) * (Math.PI / 2));
  return RV_BULGE_MM * Math.max(0, along) * Math.max(0, across);
}

/** Point of the wall; depth 0 is the outer surface, `depthMm` goes towards the LV's long axis. */
export function wallPointMm(at: WallCoordinate, depthMm = 0): FrankVector {
  const radius = lvRadiusMm(at.ab) + (at.part === 'RV' ? rvBulgeMm(at.ab, at.angle) : 0) - depthMm;
  const anteriorShare = Math.max(0, (RV_CENTRE_ANGLE - at.angle) / RV_HALF_ANGLE);
  const rise =
    at.part === 'RV' && at.ab > LV_EQUATOR_AB
      ? ((RV_OUTFLOW_RISE_AB * (at.ab - LV_EQUATOR_AB)) / (1 - LV_EQUATOR_AB)) * anteriorShare
      : 0;
  const { baseToApex, rightToLeft, anterior } = HEART_AXES;
  const alongAxis = scale(baseToApex, LV_LENGTH_MM * (0.5 - at.ab - rise));
  const across = add(
    scale(rightToLeft, LV_OFFSET_LEFT_MM + radius * Math.cos(at.angle)),
    scale(anterior, radius * Math.sin(at.angle)),
  );
  return add(alongAxis, across);
}

/** Outward unit normal by central differences of the parametric surface. */
export function wallNormal(at: WallCoordinate): FrankVector {
  if (at.ab === 0) return unit(HEART_AXES.baseToApex);
  const step = 1e-4;
  const alongAb = subtract(
    wallPointMm({ ...at, ab: at.ab + step }),
    wallPointMm({ ...at, ab: at.ab - step }),
  );
  const alongAngle = subtract(
    wallPointMm({ ...at, angle: at.angle + step }),
    wallPointMm({ ...at, angle: at.angle - step }),
  );
  const normal = unit(cross(alongAb, alongAngle));
  const outward = add(
    scale(HEART_AXES.rightToLeft, Math.cos(at.angle)),
    scale(HEART_AXES.anterior, Math.sin(at.angle)),
  );
  return dot(normal, outward) < 0 ? scale(normal, -1) : normal;
}

const degrees = (value: number): number => (value * Math.PI) / 180;

/** Sector centres of the AHA rings, in segment order: 60° sectors from the anterior wall towards the septum. */
const SIXTHS = [90, 150, 210, 270, 330, 30] as const;
const QUARTERS = [90, 180, 270, 0] as const;
/** Middles of the basal, mid and apical thirds: borders at ab 0.1, 0.4 and 0.7 [P, Cobiveco]. */
const RING_AB = { basal: 0.85, mid: 0.55, apical: 0.25 } as const;

const REGION_CENTRES: readonly WallCoordinate[] = [
  ...SIXTHS.map((angle) => ({ part: 'LV' as const, ab: RING_AB.basal, angle: degrees(angle) })),
  ...SIXTHS.map((angle) => ({ part: 'LV' as const, ab: RING_AB.mid, angle: degrees(angle) })),
  ...QUARTERS.map((angle) => ({ part: 'LV' as const, ab: RING_AB.apical, angle: degrees(angle) })),
  { part: 'LV', ab: 0, angle: 0 },
  { part: 'RV', ab: RING_AB.basal, angle: degrees(195) },
  { part: 'RV', ab: RING_AB.mid, angle: degrees(180) },
  { part: 'RV', ab: RING_AB.apical, angle: degrees(180) },
  { part: 'RV', ab: 0.92, angle: degrees(140) },
];

/** Anterior of this angle the basal RV is outflow tract. */
const RV_OUTFLOW_ANGLE = degrees(160);

/** Index into SEGMENT_NAMES of a point of the wall. */
export function regionOf(at: WallCoordinate): number {
  if (at.part === 'RV') {
    if (at.ab < 0.4) return 19;
    if (at.ab <= 0.7) return 18;
    return at.angle < RV_OUTFLOW_ANGLE ? 20 : 17;
  }
  if (at.ab < 0.1) return 16;
  const turn = (((at.angle / (2 * Math.PI)) % 1) + 1) % 1;
  if (at.ab < 0.4) return 12 + ((Math.floor(turn * 4 + 0.5) + 3) % 4);
  const sixth = (Math.floor(turn * 6) + 5) % 6;
  return (at.ab <= 0.7 ? 6 : 0) + sixth;
}

export interface Region {
  readonly name: SegmentName;
  readonly centreMm: FrankVector;
  /** Outward unit normal. */
  readonly normal: FrankVector;
}

export const REGIONS: readonly Region[] = SEGMENT_NAMES.map((name, index) => {
  const at = REGION_CENTRES[index] ?? { part: 'LV', ab: 0, angle: 0 };
  return { name, centreMm: wallPointMm(at), normal: wallNormal(at) };
});

/**
 * Where the path of the P wave begins: the sinus node, at the top of the right atrium, right of, above and a little behind the
 * ventricles' centre [?]: a place of generic anatomy, not from a published table.
 */
export const ATRIAL_START_MM: FrankVector = [-45, -65, 20];

/** Frank → the generic heart's own axes: base to apex, right to left ventricle, towards the anterior wall. Same unit. */
export function toHeartAxes(v: FrankVector): readonly [number, number, number] {
  return [
    dot(v, HEART_AXES.baseToApex),
    dot(v, HEART_AXES.rightToLeft),
    dot(v, HEART_AXES.anterior),
  ];
}

/** Where the path begins: endocardium of the left side of the mid septum [form P, van Dam 2017]. */
export const PATH_START_MM: FrankVector = wallPointMm(
  { part: 'LV', ab: RING_AB.mid, angle: Math.PI },
  LV_WALL_MM,
);
