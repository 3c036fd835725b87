import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../codegen/testing/random.js';
import { BEAT_SAMPLES } from '../beats.js';
import { REGIONS, SEGMENT_NAMES } from '../geometry.js';
import { adjoint, dowerForward, expandLeads } from '../leads.js';
import { dipoleMillivolt } from '../../records/synthetic/level-b.js';
import { TWELVE_LEADS } from '../../stream/events.js';
import { type FrankVector, magnitude } from '../vector.js';
import { adjointMap, type AdjointOptions } from './adjoint-arm.js';
import { beatEvidence, column, foldedGradient, placeBeat } from './beat-evidence.js';
import { NODE_AREA_SHARE, SURFACE } from './heart-map.js';
import { KERNELS, kernelWeights } from './kernels.js';
import { FACING_LEAD, paperLikeEvidence, paperLikeMap, plainMap } from './lead-arms.js';

const random = seededRandom(5);
const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

/** A beat of the dipole model, and a gradient by twelve leads. */
function beatWith(gradientAt: (t: number) => readonly number[]): ReturnType<typeof beatEvidence> {
  const millivolt = new Float64Array(8 * BEAT_SAMPLES);
  const gradient = new Float64Array(12 * BEAT_SAMPLES);
  for (let t = 0; t < BEAT_SAMPLES; t += 1) {
    dowerForward(dipoleMillivolt((2 * Math.PI * (t - 30)) / BEAT_SAMPLES)).forEach((mv, lead) => {
      millivolt[lead * BEAT_SAMPLES + t] = mv;
    });
    gradientAt(t).forEach((g, lead) => {
      gradient[lead * BEAT_SAMPLES + t] = g;
    });
  }
  return beatEvidence(BEAT_SAMPLES, millivolt, gradient);
}

const noisy = beatWith(() => Array.from({ length: 12 }, () => random() - 0.5));
const place = placeBeat(noisy, 'inverse-dower');
if (place === undefined) throw new Error('the dipole beat has no QRS');

const moments = place.pathMm.map((_, i) => place.ranges[1][0] + i);
const vectorMass = sum(
  moments.map((t) => magnitude(adjoint(column(foldedGradient(noisy), BEAT_SAMPLES, 8, t)))),
);

describe('kernels', () => {
  it.each(KERNELS)('%s: weights sum to 1, wherever the path is', (kernel) => {
    for (const at of [
      [0, 0, 0],
      [400, -300, 900],
    ] as const) {
      for (const pointing of [
        [0, 0, 0],
        [1, 2, -3],
      ] as const) {
        expect(sum(kernelWeights({ kernel }, at, pointing))).toBeCloseTo(1, 12);
      }
    }
  });

  it('weighs nodes by the surface that they stand for', () => {
    expect(sum(NODE_AREA_SHARE)).toBeCloseTo(1, 12);
    expect(Math.min(...NODE_AREA_SHARE)).toBeGreaterThan(0);
    // Far away and pointing nowhere, position alone: a wide kernel leaves each node its area.
    kernelWeights({ kernel: 'position', sigmaMm: 1e6 }, [0, 0, 0], [0, 0, 0]).forEach(
      (weight, node) => {
        expect(weight).toBeCloseTo(NODE_AREA_SHARE[node] ?? NaN, 8);
      },
    );
  });
});

describe('mass', () => {
  const settings: AdjointOptions[] = KERNELS.flatMap((kernel) =>
    [false, true].map((neutral) => ({ kernel, neutral, phaseWeight: [0, -1, 1] as const })),
  );

  it.each(settings)('is kept by the adjoint: $kernel kernel, neutral map $neutral', (options) => {
    const map = adjointMap(noisy, place, options);
    expect(sum(map.nodes)).toBeCloseTo(vectorMass, 8);
    expect(sum(map.regions)).toBeCloseTo(vectorMass, 8);
  });

  it('is kept by the paper-like mapping', () => {
    const map = paperLikeMap(noisy, place);
    const wanted = sum(moments.map((t) => paperLikeEvidence(noisy, t)));
    expect(sum(map.nodes)).toBeCloseTo(wanted, 10);
    expect(sum(map.regions)).toBeCloseTo(wanted, 10);
  });

  it('leaves out a phase without weight', () => {
    const qrs = adjointMap(noisy, place, { kernel: 'direction', phaseWeight: [0, -1, 0] });
    const stt = adjointMap(noisy, place, { kernel: 'direction', phaseWeight: [0, 0, 1] });
    expect(sum(qrs.nodes) + sum(stt.nodes)).toBeCloseTo(vectorMass, 8);
  });
});

describe('direction', () => {
  /** The twelve-lead gradient whose pull-back points along `way`: Lᵀ has a right inverse in L (LᵀL)⁻¹. */
  const pointing = (way: FrankVector): number[] => {
    const eight = dowerForward(way);
    return [eight[0] ?? 0, eight[1] ?? 0, 0, 0, 0, 0, ...eight.slice(2)];
  };

  it('puts evidence for a scar on the side that g_V points away from, an injury on the side it points to', () => {
    REGIONS.slice(0, 17).forEach(({ normal }) => {
      const map = (phaseWeight: readonly [number, number, number], sign: number): FrankVector => {
        const beat = beatWith(() =>
          pointing([sign * normal[0], sign * normal[1], sign * normal[2]]),
        );
        const { nodes } = adjointMap(beat, place, { kernel: 'direction', phaseWeight });
        const centre = [0, 1, 2].map((axis) =>
          sum(Array.from(nodes, (mass, node) => mass * (SURFACE.normals[node]?.[axis] ?? 0))),
        );
        return [centre[0] ?? 0, centre[1] ?? 0, centre[2] ?? 0];
      };
      const along = (v: FrankVector): number =>
        v[0] * normal[0] + v[1] * normal[1] + v[2] * normal[2];
      expect(along(map([0, -1, 0], -1))).toBeGreaterThan(0);
      expect(along(map([0, 0, 1], 1))).toBeGreaterThan(0);
      expect(along(map([0, 0, 1], -1))).toBeLessThan(0);
    });
  });
});

describe('plain', () => {
  it('asks the lead that faces the segment, as clinics do', () => {
    const facing = (name: (typeof SEGMENT_NAMES)[number]): string | undefined =>
      TWELVE_LEADS[FACING_LEAD[SEGMENT_NAMES.indexOf(name)] ?? -1];
    expect(facing('basal anterolateral')).toBe('aVL');
    expect(facing('mid anteroseptal')).toBe('V1');
    expect(facing('apical inferior')).toBe('II');
    expect(facing('apex')).toBe('V4');
  });

  it('gives a segment what its lead has', () => {
    const beat = beatWith(() => expandLeads([0, 0, 0, 0, 0, 1, 0, 0]));
    const map = plainMap(beat, place);
    expect(map[SEGMENT_NAMES.indexOf('apex')]).toBeGreaterThan(0);
    expect(map[SEGMENT_NAMES.indexOf('apical inferior')]).toBe(0);
  });
});

describe('shapes', () => {
  it('are checked once, where a beat comes in', () => {
    expect(() => beatEvidence(80, new Float64Array(640), new Float64Array(640))).toThrow(
      /640 values of gradient where the beat has 960/u,
    );
  });
});
