import { describe, expect, it } from 'vitest';
import { ELECTRODES_FRANK_MM, solveLeadField, superellipsoid, TORSO_SURFACE } from './torso.js';
import { GENERIC_BODY, leadFieldOf } from './torsos.js';
import { distance, type Vector3 } from './vector3.js';

/** A sphere is the one body whose surface potential is known in closed form. */
const RADIUS_MM = 100;
const SPHERE = superellipsoid({
  centre: [0, 0, 0],
  halfAxes: [RADIUS_MM, RADIUS_MM, RADIUS_MM],
  transverseExponent: 2,
  verticalExponent: 2,
  rings: 14,
  crowding: 1,
  columns: 24,
});

/** Potential of a dipole by the lead field's gradient. */
function potentials(
  field: ReturnType<typeof solveLeadField>,
  at: Vector3,
  moment: Vector3,
): number[] {
  const ahead = new Float64Array(field.electrodeCount);
  const behind = new Float64Array(field.electrodeCount);
  const step = 0.01;
  field.at(at[0] + step * moment[0], at[1] + step * moment[1], at[2] + step * moment[2], ahead);
  field.at(at[0] - step * moment[0], at[1] - step * moment[1], at[2] - step * moment[2], behind);
  return [...ahead].map((value, e) => (value - (behind[e] ?? 0)) / (2 * step));
}

describe('lead field by boundary elements', () => {
  const electrodes: readonly Vector3[] = [
    [RADIUS_MM, 0, 0],
    [-RADIUS_MM, 0, 0],
    [0, RADIUS_MM, 0],
    [0, 0, RADIUS_MM],
    [RADIUS_MM * Math.SQRT1_2, 0, RADIUS_MM * Math.SQRT1_2],
  ];
  const field = solveLeadField(SPHERE, electrodes);

  it('gives a central dipole in a sphere three times its unbounded potential', () => {
    const [left = 0, right = 0, inferior = 0, posterior = 0, oblique = 0] = potentials(
      field,
      [0, 0, 0],
      [1, 0, 0],
    );
    const expected = 3 / RADIUS_MM ** 2;
    // Flat triangles lie a little inside the sphere: 6 % is theirs.
    expect((left - right) / (2 * expected)).toBeGreaterThan(0.97);
    expect((left - right) / (2 * expected)).toBeLessThan(1.06);
    expect(Math.abs(inferior - posterior) / expected).toBeLessThan(0.02);
    expect((oblique - inferior) / expected).toBeCloseTo(Math.SQRT1_2, 1);
  });

  it('gives an eccentric dipole the potential of the closed form', () => {
    // Radial dipole at depth f on the axis of a sphere of radius a, at its near and far pole (Wilson and Bayley 1950):
    // φ = (1/f) [ (2 a (a∓f)⁻² …) ], here by the series Σ (2n+1)/n · n f^(n−1) / a^(n+1) · Pn(±1).
    const f = 50;
    const series = (sign: 1 | -1): number => {
      let sum = 0;
      for (let n = 1; n < 60; n += 1) {
        sum += (2 * n + 1) * (f ** (n - 1) / RADIUS_MM ** (n + 1)) * (sign === 1 ? 1 : (-1) ** n);
      }
      return sum;
    };
    const [near = 0, far = 0] = potentials(field, [f, 0, 0], [1, 0, 0]);
    expect((near - far) / (series(1) - series(-1))).toBeGreaterThan(0.9);
    expect((near - far) / (series(1) - series(-1))).toBeLessThan(1.1);
  });
});

describe('generic torso', () => {
  const field = leadFieldOf(GENERIC_BODY);
  const lead = (moment: Vector3): number[] => potentials(field, [0, 0, 0], moment);

  it('converts the electrodes once: V6 is left of V1, LL below RA, V2 in front of the heart', () => {
    const [ra, , ll, v1, v2, , , , v6] = ELECTRODES_FRANK_MM;
    expect((v6?.[0] ?? 0) - (v1?.[0] ?? 0)).toBeCloseTo(197.5, 6);
    expect((ll?.[1] ?? 0) - (ra?.[1] ?? 0)).toBeCloseTo(387.3, 6);
    expect(v2?.[2]).toBeCloseTo(-66.5, 6);
  });

  it('has a triangle near every chest electrode, and limb electrodes off the trunk', () => {
    for (const [e, electrode] of ELECTRODES_FRANK_MM.entries()) {
      const nearest = Math.min(...TORSO_SURFACE.centres.map((c) => distance(c, electrode)));
      if (e < 3) expect(nearest).toBeGreaterThan(30);
      else expect(nearest).toBeLessThan(25);
    }
  });

  it('sees a force to the left in I, downwards in aVF, forwards in V2, backwards negative there', () => {
    const [ra = 0, la = 0, ll = 0, , v2 = 0] = lead([1, 0, 0]);
    expect(la - ra).toBeGreaterThan(0);
    const down = lead([0, 1, 0]);
    expect((down[2] ?? 0) - ((down[0] ?? 0) + (down[1] ?? 0)) / 2).toBeGreaterThan(0);
    const forwards = lead([0, 0, -1]);
    const wilson = (e: readonly number[]): number => ((e[0] ?? 0) + (e[1] ?? 0) + (e[2] ?? 0)) / 3;
    expect((forwards[4] ?? 0) - wilson(forwards)).toBeGreaterThan(0);
    expect(Math.abs(v2 - (ra + la + ll) / 3)).toBeLessThan((forwards[4] ?? 0) - wilson(forwards));
  });
});
