import { describe, expect, it } from 'vitest';
import { HEART_AXES, LV_LENGTH_MM, PATH_START_MM, REGIONS, SEGMENT_NAMES } from './geometry.js';
import { DOWER_FORWARD_MILLI } from './matrices.js';
import { heartSurface } from './surface.js';
import { type FrankVector, cross, dot, magnitude, subtract, unit } from './vector.js';

const INDEPENDENT = ['I', 'II', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6'] as const;

function leadDirections(): Map<string, FrankVector> {
  const of = new Map<string, FrankVector>();
  INDEPENDENT.forEach((name, i) => {
    const [x = 0, y = 0, z = 0] = DOWER_FORWARD_MILLI[i] ?? [];
    of.set(name, [x, y, z]);
  });
  const one = of.get('I') ?? [0, 0, 0];
  const two = of.get('II') ?? [0, 0, 0];
  const combine = (a: number, b: number): FrankVector => [
    a * one[0] + b * two[0],
    a * one[1] + b * two[1],
    a * one[2] + b * two[2],
  ];
  of.set('III', combine(-1, 1));
  of.set('aVR', combine(-0.5, -0.5));
  of.set('aVL', combine(1, -0.5));
  of.set('aVF', combine(-0.5, 1));
  return new Map([...of].map(([name, vector]) => [name, unit(vector)]));
}

/** The lead that faces each AHA segment, and the cosine: the clinical lead groups. */
const SIGN_TABLE: readonly (readonly [string, number])[] = [
  ['aVL', 0.74],
  ['V1', 0.87],
  ['III', 0.75],
  ['III', 0.7],
  ['V6', 0.65],
  ['aVL', 0.96],
  ['aVL', 0.69],
  ['V1', 0.96],
  ['III', 0.88],
  ['aVF', 0.85],
  ['V6', 0.83],
  ['I', 0.98],
  ['V3', 0.93],
  ['V2', 0.9],
  ['II', 0.99],
  ['V6', 0.99],
  ['V4', 0.87],
];

describe('regions of the generic heart', () => {
  const leads = leadDirections();

  it.each(SIGN_TABLE.map(([lead, cosine], i) => [i + 1, lead, cosine] as const))(
    'AHA segment %i faces %s with cosine near %f',
    (segment, lead, cosine) => {
      const normal = REGIONS[segment - 1]?.normal ?? [0, 0, 0];
      const cosines = [...leads].map(([name, direction]) => ({
        name,
        value: dot(normal, direction),
      }));
      const best = cosines.reduce((a, b) => (b.value > a.value ? b : a));
      expect(best.name).toBe(lead);
      expect(Math.abs(best.value - cosine)).toBeLessThanOrEqual(0.12);
    },
  );

  it('turns the basal inferolateral wall away from V1', () => {
    const normal = REGIONS[4]?.normal ?? [0, 0, 0];
    expect(dot(normal, leads.get('V1') ?? [0, 0, 0])).toBeLessThan(-0.84);
  });

  it('has 21 distinct names, unit normals, and centres inside a heart-sized box', () => {
    expect(new Set(SEGMENT_NAMES).size).toBe(21);
    for (const region of REGIONS) {
      expect(magnitude(region.normal)).toBeCloseTo(1, 12);
      expect(magnitude(region.centreMm)).toBeLessThan(75);
    }
  });

  it('puts the right ventricle to the right and front, its outflow above and left of its base', () => {
    const [base, mid, apex, outflow] = REGIONS.slice(17);
    for (const region of [base, mid]) {
      expect(dot(region?.normal ?? [0, 0, 0], HEART_AXES.rightToLeft)).toBeLessThan(-0.7);
    }
    // Towards its apex the right ventricle turns to the heart's apex as well.
    expect(dot(apex?.normal ?? [0, 0, 0], HEART_AXES.rightToLeft)).toBeLessThan(-0.4);
    expect(dot(apex?.normal ?? [0, 0, 0], HEART_AXES.baseToApex)).toBeGreaterThan(0.7);
    expect(outflow?.centreMm[1]).toBeLessThan((base?.centreMm[1] ?? 0) - 15);
    expect(outflow?.centreMm[0]).toBeGreaterThan((base?.centreMm[0] ?? 0) + 10);
    expect(apex?.centreMm[1]).toBeGreaterThan(base?.centreMm[1] ?? 0);
  });

  it('starts the path on the left side of the septum', () => {
    const septal = REGIONS[7]?.centreMm ?? [0, 0, 0];
    expect(dot(subtract(PATH_START_MM, septal), HEART_AXES.rightToLeft)).toBeGreaterThan(5);
    expect(dot(subtract(PATH_START_MM, septal), HEART_AXES.rightToLeft)).toBeLessThan(12);
  });
});

describe('surface', () => {
  const surface = heartSurface();

  it('labels every region and keeps triangles outward and non-degenerate', () => {
    expect(new Set(surface.regions).size).toBe(21);
    expect(surface.verticesMm.length).toBe(421 + 143);
    for (const [a, b, c] of surface.triangles) {
      const vertex = (i: number): FrankVector => surface.verticesMm[i] ?? [0, 0, 0];
      const normal = cross(subtract(vertex(b), vertex(a)), subtract(vertex(c), vertex(a)));
      expect(magnitude(normal)).toBeGreaterThan(0.1);
      for (const i of [a, b, c]) {
        expect(dot(unit(normal), surface.normals[i] ?? [0, 0, 0])).toBeGreaterThan(0);
      }
    }
  });

  it('is as long as the heart it models', () => {
    const along = surface.verticesMm
      .slice(0, 421)
      .map((vertex) => dot(vertex, unit(HEART_AXES.baseToApex)));
    // The axes are published to three decimals, so a length along them is right to a few tenths of a millimetre.
    expect(Math.abs(Math.max(...along) - Math.min(...along) - LV_LENGTH_MM)).toBeLessThan(0.3);
  });

  it('puts each region’s vertices nearest to that region’s own centre, on average', () => {
    SEGMENT_NAMES.forEach((name, region) => {
      const own = surface.verticesMm.filter((_v, i) => surface.regions[i] === region);
      const mean = own.reduce<[number, number, number]>(
        (sum, v) => [
          sum[0] + v[0] / own.length,
          sum[1] + v[1] / own.length,
          sum[2] + v[2] / own.length,
        ],
        [0, 0, 0],
      );
      // Compared inside one ventricle: along the insertion lines the two share their wall.
      const isRight = region >= 17;
      const distances = REGIONS.map((r, i) =>
        i >= 17 === isRight ? magnitude(subtract(r.centreMm, mean)) : Infinity,
      );
      expect(distances.indexOf(Math.min(...distances)), name).toBe(region);
    });
  });
});
