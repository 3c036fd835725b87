import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../codegen/testing/random.js';
import { buildTemplates } from './build-templates.js';
import {
  amplitudes,
  asShares,
  byRegion,
  chainRule,
  chainRuleUnit,
  healedBeat,
  matchedFilter,
  type LesionTemplate,
} from './pull-back.js';
import { covarianceOf, inner, principalDirections, whiten } from './principal-components.js';

const random = seededRandom(11);
const noise = (): number => random() + random() + random() + random() - 2;
const LENGTH = 8 * 20;
const vector = (): Float64Array => Float64Array.from({ length: LENGTH }, noise);
const plus = (a: Float64Array, factor: number, b: Float64Array): Float64Array =>
  a.map((value, i) => value + factor * (b[i] ?? 0));

/** Normal beats vary along three directions, strongly along the first, and a little everywhere. */
const MEAN = vector();
const WAYS = [vector(), vector(), vector()];
const normalBeat = (): Float64Array =>
  WAYS.reduce((beat, way, k) => plus(beat, (3 - k) * noise(), way), plus(MEAN, 0.05, vector()));
const NORMALS = Array.from({ length: 200 }, normalBeat);
const LESIONS = Array.from({ length: 6 }, vector);
const SET = buildTemplates(
  'scar',
  NORMALS,
  LESIONS.map((lesion, region) => ({
    region,
    frankMm: [region, 0, 0] as const,
    site: -1,
    beats: Array.from({ length: 200 }, () => plus(normalBeat(), 1, lesion)),
  })),
  { components: 3, floorMillivolt: 0.01 },
);

describe('covariance', () => {
  const covariance = covarianceOf(NORMALS, 3, 0);

  it('finds the directions of variation', () => {
    for (const way of WAYS) {
      const found = covariance.components.reduce((sum, c) => sum + inner(c, way) ** 2, 0);
      expect(found / inner(way, way)).toBeGreaterThan(0.99);
    }
    expect(covariance.floor).toBeLessThan(0.01);
  });

  it('is inverted by whiten', () => {
    const y = vector();
    const back = whiten(covariance, y);
    const again = covariance.components.reduce(
      (sum, c, k) => plus(sum, (covariance.excess[k] ?? 0) * inner(c, back), c),
      back.map((value) => value * covariance.floor),
    );
    again.forEach((value, i) => {
      expect(value).toBeCloseTo(y[i] ?? NaN, 8);
    });
  });

  it('gives no more directions than there are', () => {
    expect(principalDirections([WAYS[0] ?? vector()], 5).directions).toHaveLength(1);
    expect(principalDirections([new Float64Array(4)], 2).directions).toHaveLength(0);
  });
});

describe('pull-back', () => {
  it('reads how much of each lesion a beat has, past what normal beats vary by', () => {
    LESIONS.forEach((lesion, s) => {
      for (const share of [0.5, 2]) {
        const beat = plus(normalBeat(), share, lesion);
        expect(Math.abs((amplitudes(SET, beat)[s] ?? 0) - share)).toBeLessThan(0.2);
        const matched = matchedFilter(SET, beat);
        expect(matched.indexOf(Math.max(...matched))).toBe(s);
      }
    });
  });

  it('of a network that is linear, is what healing takes away: chain rule = occlusion', () => {
    const gradient = vector();
    const beat = plus(normalBeat(), 1, LESIONS[2] ?? vector());
    const score = (x: Float64Array): number => inner(gradient, x) + 3;
    const lost = (template: LesionTemplate, amplitude: number): number =>
      score(beat) - score(healedBeat(template, beat, amplitude));
    const [byRule, unit] = [chainRule(SET, beat, gradient), chainRuleUnit(SET, gradient)];
    const amplitude = amplitudes(SET, beat);
    SET.templates.forEach((template, s) => {
      expect(lost(template, amplitude[s] ?? 0)).toBeCloseTo(byRule[s] ?? NaN, 8);
      const length = Math.sqrt(inner(template.difference, template.difference));
      expect((unit[s] ?? NaN) * length).toBeCloseTo(lost(template, 1), 8);
    });
  });

  it('gives nothing to a lesion whose opposite the beat has', () => {
    const beat = plus(MEAN, -1, LESIONS[4] ?? vector());
    expect(amplitudes(SET, beat)[4]).toBe(0);
    expect(chainRule(SET, beat, LESIONS[4] ?? vector())[4]).toBe(0);
  });

  it('refuses a beat of another length, naming both', () => {
    expect(() => amplitudes(SET, new Float64Array(7))).toThrow(/7 values of millivolt.*160/u);
  });

  it('takes the best template of a region, and shares of what speaks for a place', () => {
    const two = { ...SET, templates: SET.templates.map((t) => ({ ...t, region: t.region % 2 })) };
    expect(byRegion(two, [1, -5, 3, -2, 0, -9], 3)).toEqual([3, -2, 0]);
    expect(asShares([1, -1, 3])).toEqual([0.25, 0, 0.75]);
    expect(asShares([0, -1])).toBeUndefined();
  });
});
