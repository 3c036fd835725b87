/**
 * Direction kernel [D]: evidence that points somewhere is shared among the regions that face that way.
 * A position kernel on the path is at chance for place, because the path stays near the septum; it is not offered here.
 */
import { REGIONS, REGION_COUNT } from './geometry.js';
import { type FrankVector, dot, magnitude, scale } from './vector.js';

/** Concentration: half weight at 34°, a little more than half the distance between neighbouring regions. Changes little [D]. */
export const KAPPA = 4;

/** Shares of one unit of evidence in direction d (unit vector) among the 21 regions; they sum to 1. */
export function directionShares(direction: FrankVector): number[] {
  const weights = REGIONS.map(({ normal }) => Math.exp(KAPPA * (dot(normal, direction) - 1)));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / sum);
}

/** Evidence vectors → mass on each region; the masses' sum is the sum of the vectors' lengths. */
export function depositByDirection(evidence: readonly FrankVector[]): number[] {
  const map = new Array<number>(REGION_COUNT).fill(0);
  for (const vector of evidence) {
    const mass = magnitude(vector);
    if (mass === 0) continue;
    directionShares(scale(vector, 1 / mass)).forEach((share, region) => {
      map[region] = (map[region] ?? 0) + mass * share;
    });
  }
  return map;
}

/** Directions for the neutral map: a golden-angle lattice covers the sphere evenly and is the same on every run. */
const NEUTRAL_DIRECTIONS = 4096;

/**
 * What evidence without any preferred direction would leave on each region, relative to an equal share.
 * Crowded regions get less than alone-standing ones; dividing by it takes that bias of the geometry out.
 */
export const NEUTRAL_MAP: readonly number[] = (() => {
  const goldenAngle = Math.PI * (3 - Math.sqrt(5));
  const directions = Array.from({ length: NEUTRAL_DIRECTIONS }, (_d, i): FrankVector => {
    const z = 1 - (2 * i + 1) / NEUTRAL_DIRECTIONS;
    const radius = Math.sqrt(1 - z * z);
    return [radius * Math.cos(goldenAngle * i), radius * Math.sin(goldenAngle * i), z];
  });
  return depositByDirection(directions).map((mass) => (mass * REGION_COUNT) / NEUTRAL_DIRECTIONS);
})();

/** Mass by region → scores that sum to 1, the geometry's own bias divided out; undefined without any mass. */
export function normalizedMap(mass: readonly number[]): number[] | undefined {
  const relative = mass.map((m, region) => m / (NEUTRAL_MAP[region] ?? 1));
  const sum = relative.reduce((a, b) => a + b, 0);
  return sum > 0 ? relative.map((m) => m / sum) : undefined;
}
