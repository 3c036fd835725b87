/**
 * VCG by geometry, after van Dam: VCG(t) = Σ_e (r_e − c)/|r_e − c| · φ_e(t), φ_e against Wilson's terminal, c the ventricular centre
 * [form ?, numbers D]. Electrodes of ECGSIM's published torso.
 */
import type { FrankVector } from './vector.js';
import { subtract, unit } from './vector.js';

/** ECGSIM's own axes are x anterior, y left, z superior, in metres; here they become Frank. */
const frank = (anterior: number, left: number, superior: number): FrankVector => [
  left,
  -superior,
  -anterior,
];

const CENTRE = frank(0.0461, 0.0394, -0.0098);
const CHEST: readonly FrankVector[] = [
  frank(0.109, -0.0272, 0),
  frank(0.1126, 0.0276, 0),
  frank(0.1151, 0.0821, -0.0246),
  frank(0.089, 0.1258, -0.05),
  frank(0.0455, 0.1565, -0.05),
  frank(-0.0057, 0.1703, -0.05),
];
const RIGHT_ARM = frank(-0.0205, -0.1982, 0.1312);
const LEFT_ARM = frank(-0.0161, 0.199, 0.1273);
const LEFT_LEG = frank(-0.0112, 0.1278, -0.2561);

/**
 * `[axis 3][lead 8]`, before any scaling. The limbs' potentials against Wilson's terminal are −(I + II)/3, (2I − II)/3 and
 * (2II − I)/3.
 */
export const GEOMETRIC_RAW: readonly (readonly number[])[] = [0, 1, 2].map((axis) => {
  const along = (electrode: FrankVector): number => unit(subtract(electrode, CENTRE))[axis] ?? 0;
  const [ra, la, ll] = [along(RIGHT_ARM), along(LEFT_ARM), along(LEFT_LEG)];
  return [(-ra + 2 * la - ll) / 3, (-ra - la + 2 * ll) / 3, ...CHEST.map(along)];
});

/**
 * The rows scaled, each by one factor, so that a dipole along an axis is given back along that axis with its own size as Dower's
 * leads see it. Unscaled, Y comes out at a quarter of X, and directions could not be trusted.
 * @param forwardMilli Dower's forward matrix, `[lead 8][axis 3]`, thousandths
 */
export function geometricMatrixMilli(
  forwardMilli: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  return GEOMETRIC_RAW.map((row, axis) => {
    const gain = row.reduce(
      (sum, value, lead) => sum + value * (forwardMilli[lead]?.[axis] ?? 0),
      0,
    );
    return row.map((value) => Math.round((1000 * 1000 * value) / gain));
  });
}
