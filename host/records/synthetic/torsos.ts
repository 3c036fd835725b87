/**
 * Bodies other than the generic one: trunks of another size, electrodes where a hurried nurse puts them.
 *
 * A pool is a fixed set of bodies: solving one takes the time of hundreds of beats, so hearts share them. Pools of different
 * names have no body in common.
 */
import { seededRandom } from './random.js';
import {
  bodySolver,
  ELECTRODES_FRANK_MM,
  superellipsoid,
  TORSO,
  TORSO_SURFACE,
  type LeadField,
} from './torso.js';
import { add, subtract, type Vector3 } from './vector3.js';

export const BODIES_IN_POOL = 8;
export const PLACEMENTS_OF_BODY = 4;

/** Width, height and depth of adult trunks vary by about 7 % (ANSUR II, chest breadth and depth, standard deviation over mean). */
const SIZE_SD = 0.06;
/** Chest electrodes are off by 10 mm and more in practice (Rajaganeshan 2008: 20–30 mm in many hands). */
const PLACEMENT_SD_MM = 8;
const CHEST_ELECTRODES_FROM = 3;

export interface BodyChoice {
  /** `generic`: the one body and its exact electrodes. */
  readonly pool: string;
  /** 0 … BODIES_IN_POOL × PLACEMENTS_OF_BODY − 1. */
  readonly index: number;
  /** Moves all six chest electrodes towards the feet. */
  readonly chestDownMm: number;
}

export const GENERIC_BODY: BodyChoice = { pool: 'generic', index: 0, chestDownMm: 0 };

const solved = new Map<string, readonly LeadField[]>();

/** Solved when first asked for (about a second a trunk), then kept. */
export function leadFieldOf(body: BodyChoice): LeadField {
  const isGeneric = body.pool === GENERIC_BODY.pool;
  const shape = isGeneric ? 0 : Math.floor(body.index / PLACEMENTS_OF_BODY) % BODIES_IN_POOL;
  const key = `${body.pool} ${shape} ${body.chestDownMm}`;
  let fields = solved.get(key);
  if (fields === undefined) {
    fields = isGeneric ? [genericField(body)] : solveBody(body, shape);
    solved.set(key, fields);
  }
  const field = fields[body.index % fields.length];
  if (field === undefined) throw new RangeError(`body ${body.index} of pool ${body.pool}`);
  return field;
}

function lowered(electrodes: readonly Vector3[], chestDownMm: number): readonly Vector3[] {
  return electrodes.map((electrode, e) =>
    e < CHEST_ELECTRODES_FROM ? electrode : add(electrode, [0, chestDownMm, 0]),
  );
}

function genericField({ chestDownMm }: BodyChoice): LeadField {
  return bodySolver(TORSO_SURFACE)(lowered(ELECTRODES_FRANK_MM, chestDownMm));
}

function solveBody({ pool, chestDownMm }: BodyChoice, shape: number): readonly LeadField[] {
  const random = seededRandom(shape, `body ${pool}`);
  const factor = (): number => 1 + SIZE_SD * random.normal();
  const factors: Vector3 = [factor(), factor(), factor()];
  const { centre, halfAxes } = TORSO;
  const grow = (v: Vector3): Vector3 => [v[0] * factors[0], v[1] * factors[1], v[2] * factors[2]];
  const solve = bodySolver(superellipsoid({ ...TORSO, halfAxes: grow(halfAxes) }));
  return Array.from({ length: PLACEMENTS_OF_BODY }, () => {
    const electrodes = ELECTRODES_FRANK_MM.map((electrode, e): Vector3 => {
      const onBody = add(centre, grow(subtract(electrode, centre)));
      const off = e < CHEST_ELECTRODES_FROM ? 0 : PLACEMENT_SD_MM;
      return add(onBody, [off * random.normal(), off * random.normal(), 0]);
    });
    return solve(lowered(electrodes, chestDownMm));
  });
}
