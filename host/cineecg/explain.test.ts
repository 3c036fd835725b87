import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../codegen/testing/random.js';
import { BEAT_R_INDEX, WINDOW_SAMPLES, roundedMean, selectBeats } from './beats.js';
import {
  DEFAULT_HEART_OPTIONS,
  type HeartExplanation,
  type HeartInput,
  type HeartOptions,
  explainHeart,
} from './explain.js';
import { NEUTRAL_MAP, depositByDirection, directionShares, normalizedMap } from './deposit.js';
import { splitEvidence } from './evidence.js';
import {
  ATRIAL_START_MM,
  HEART_AXES,
  PATH_START_MM,
  REGIONS,
  SEGMENT_NAMES,
  toHeartAxes,
} from './geometry.js';
import { GEOMETRIC_RAW } from './geometric-matrix.js';
import {
  adjoint,
  dowerForward,
  expandLeads,
  foldGradient,
  toFrank,
  toFrankMicrovolt,
} from './leads.js';
import { VCG_TRANSFORMS, VCG_MATRIX_MILLI } from './matrices.js';
import { GRADIENT_SCALE, INPUT_SCALE_MILLIVOLT, dipoleWindow } from './test-support/dipole.js';
import { type FrankVector, dot, magnitude, scale, subtract, unit } from './vector.js';

const random = seededRandom(42);
const randoms = (count: number): number[] => Array.from({ length: count }, () => 2 * random() - 1);
const randomVector = (): FrankVector => [2 * random() - 1, 2 * random() - 1, 2 * random() - 1];
const inner = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

function explained(input: HeartInput, options?: HeartOptions): HeartExplanation {
  const result = explainHeart(input, options);
  if (result.status !== 'ok') throw new Error(`withheld: ${result.status}`);
  return result;
}

describe('leads and axes', () => {
  it('folds a twelve-lead gradient so that it means the same on eight leads', () => {
    for (let i = 0; i < 50; i += 1) {
      const [gradient, leads] = [randoms(12), randoms(8)];
      expect(inner(foldGradient(gradient), leads)).toBeCloseTo(
        inner(gradient, expandLeads(leads)),
        12,
      );
    }
  });

  it('has an adjoint: gᵀ(L V) = (Lᵀ g)ᵀ V', () => {
    const [gradient, v] = [randoms(8), randomVector()];
    expect(inner(gradient, dowerForward(v))).toBeCloseTo(dot(adjoint(gradient), v), 12);
  });

  it('weighs electrodes by where they are, as published places give it', () => {
    // Order I II V1…V6; derived once more by hand from the electrodes' places.
    const known = [
      [0.654, 0.256, -0.723, -0.173, 0.517, 0.827, 0.946, 0.894],
      [-0.558, 0.987, -0.106, -0.144, 0.179, 0.385, 0.325, 0.275],
      [0.04, -0.03, -0.683, -0.974, -0.837, -0.411, 0.005, 0.354],
    ];
    GEOMETRIC_RAW.forEach((row, axis) => {
      row.forEach((value, lead) => {
        expect(Math.abs(value - (known[axis]?.[lead] ?? NaN))).toBeLessThan(0.002);
      });
    });
    // Equalised: a dipole along an axis comes back along it with its own size.
    for (const axis of [0, 1, 2]) {
      const way: FrankVector = [axis === 0 ? 1 : 0, axis === 1 ? 1 : 0, axis === 2 ? 1 : 0];
      expect(toFrank('geometric', dowerForward(way))[axis]).toBeCloseTo(1, 2);
    }
  });

  it('inverts Dower by inverse Dower to the three decimals of its entries, and by Kors to 24°', () => {
    for (let i = 0; i < 50; i += 1) {
      const v = unit(randomVector());
      expect(magnitude(subtract(toFrank('inverse-dower', dowerForward(v)), v))).toBeLessThan(0.01);
      const kors = unit(toFrank('kors', dowerForward(v)));
      expect((Math.acos(dot(kors, v)) * 180) / Math.PI).toBeLessThan(24);
    }
  });

  it('rounds the whole-microvolt VCG half up on both sides of zero', () => {
    // Inverse Dower X is 0.156 I: 125 µV give 19.5, −125 µV give −19.5.
    expect(toFrankMicrovolt('inverse-dower', [125, 0, 0, 0, 0, 0, 0, 0])[0]).toBe(20);
    expect(toFrankMicrovolt('inverse-dower', [-125, 0, 0, 0, 0, 0, 0, 0])[0]).toBe(-19);
  });
});

describe('dipolar and non-dipolar evidence', () => {
  it.each(VCG_TRANSFORMS)('splits the evidence exactly, whatever the VCG (%s)', (transform) => {
    for (let i = 0; i < 50; i += 1) {
      const [gradient, leads] = [randoms(8), randoms(8)];
      const { dipolar, residual } = splitEvidence(gradient, leads, transform);
      expect(dipolar + residual).toBeCloseTo(inner(gradient, leads), 12);
    }
  });

  it('finds no residual in a dipole’s leads, and nothing else in what a dipole cannot make', () => {
    const [gradient, v] = [randoms(8), randomVector()];
    const shown = splitEvidence(gradient, dowerForward(v), 'inverse-dower');
    expect(Math.abs(shown.residual)).toBeLessThan(0.01);
    // E − L V has no dipole: its VCG is nothing.
    const leads = randoms(8);
    const dipole = dowerForward(toFrank('inverse-dower', leads));
    const rest = leads.map((lead, i) => lead - (dipole[i] ?? 0));
    expect(Math.abs(splitEvidence(gradient, rest, 'inverse-dower').dipolar)).toBeLessThan(0.01);
  });
});

describe('deposit', () => {
  it('keeps the mass, at every direction and size', () => {
    const vectors = Array.from({ length: 40 }, () => scale(randomVector(), 100 * random()));
    const mass = vectors.reduce((sum, v) => sum + magnitude(v), 0);
    const deposited = depositByDirection([...vectors, [0, 0, 0]]).reduce((a, b) => a + b, 0);
    expect(deposited / mass).toBeCloseTo(1, 12);
  });

  it.each(SEGMENT_NAMES.map((name, i) => [name, i] as const))(
    'gives a direction that %s faces to it first',
    (_name, region) => {
      const shares = directionShares(REGIONS[region]?.normal ?? [0, 0, 0]);
      expect(shares.indexOf(Math.max(...shares))).toBe(region);
      const away = directionShares(scale(REGIONS[region]?.normal ?? [0, 0, 0], -1));
      expect(away[region]).toBeLessThan(0.002);
    },
  );

  it('turns evidence without a preferred direction into equal scores', () => {
    for (const score of normalizedMap(NEUTRAL_MAP) ?? []) expect(score).toBeCloseTo(1 / 21, 12);
    expect(Math.max(...NEUTRAL_MAP) / Math.min(...NEUTRAL_MAP)).toBeGreaterThan(1.5);
  });

  it('has no map without mass', () => {
    expect(normalizedMap(depositByDirection([]))).toBeUndefined();
  });
});

/** A gradient whose fold points along `direction` in ST-T and along `qrsSign` times it in QRS: Lᵀ Tᵀ = 1. */
function pointingWindow(direction: FrankVector, qrsSign: number, sttSign: number): HeartInput {
  const place = [0, 1, 6, 7, 8, 9, 10, 11];
  return dipoleWindow({
    seed: 5,
    rrSamples: 80,
    firstR: 40,
    noiseMicrovolt: 5,
    gradient: (fromR, lead) => {
      const independent = place.indexOf(lead);
      if (independent < 0) return 0;
      const along = VCG_MATRIX_MILLI['inverse-dower'].reduce(
        (sum, row, axis) => sum + (row[independent] ?? 0) * (direction[axis] ?? 0),
        0,
      );
      const isQrs = fromR >= -8 && fromR < 7;
      const isStt = fromR >= 7 && fromR < 45;
      return 20 * along * (isQrs ? qrsSign : isStt ? sttSign : 0);
    },
  });
}

describe('place', () => {
  it.each(SEGMENT_NAMES.map((name, i) => [name, i] as const))(
    'names %s for ST-T evidence towards it and for QRS evidence away from it',
    (_name, region) => {
      const normal = REGIONS[region]?.normal ?? [0, 0, 0];
      for (const [qrs, stt] of [
        [0, 1],
        [-1, 0],
        [-1, 1],
      ] as const) {
        const { topSegment, segmentScores } = explained(pointingWindow(normal, qrs, stt));
        // Regions less than 25° apart in direction cannot be told apart by a direction.
        expect(dot(REGIONS[topSegment]?.normal ?? [0, 0, 0], normal)).toBeGreaterThan(0.9);
        expect(segmentScores[region]).toBeGreaterThan(0.1);
      }
      // The pointing window is a little wider than the QRS that is found, so its edges are kept out of ST-T here.
      const { segmentScores } = explained(pointingWindow(normal, 1, 0), {
        transform: 'inverse-dower',
        phaseWeight: [0, -1, 0],
      });
      expect(segmentScores[region]).toBeLessThan(0.005);
    },
  );

  it('takes the weight of a phase, and leaves out a phase without one', () => {
    const window = pointingWindow(REGIONS[3]?.normal ?? [0, 0, 0], 1, 1);
    const only = (phaseWeight: HeartOptions['phaseWeight']): readonly number[] =>
      explained(window, { transform: 'inverse-dower', phaseWeight }).segmentScores;
    expect(only([0, 0, 1])[3]).toBeGreaterThan(0.15);
    expect(only([0, -1, 0])[3]).toBeLessThan(0.005);
  });

  it('shows a spread where beats differ and none where they agree', () => {
    const normal = REGIONS[3]?.normal ?? [0, 0, 0];
    const steady = pointingWindow(normal, -1, 1);
    expect(Math.max(...explained(steady).segmentSpread)).toBeLessThan(1e-9);
    const gradient = steady.gradient.map((g, i) => (i < (WINDOW_SAMPLES / 2) * 12 ? g : -g));
    const turned = explained({ ...steady, gradient });
    expect(turned.segmentSpread[3]).toBeGreaterThan(0.05);
    expect(turned.segmentScores.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  });
});

describe('the explanation of a dipole beat at 75/min', () => {
  const window = dipoleWindow({
    seed: 3,
    rrSamples: 80,
    firstR: 40,
    noiseMicrovolt: 5,
    gradient: (_fromR, lead) => 100 * (lead + 1),
  });
  const result = explained(window);

  it('counts the beats that lie wholly inside', () => {
    // R at 40, 120, … 920: 12 beats, the last from 890 to 969.
    expect(result.beatCount).toBe(12);
  });

  it('finds the fiducials where the model puts its waves', () => {
    const f = result.fiducials;
    // P: kernels at −1.09…−0.7 rad, 139 to 89 ms before R; T: 1.2…1.68 rad, 153 to 214 ms after.
    expect(f.pOnset).toBeGreaterThanOrEqual(12);
    expect(f.pOnset).toBeLessThanOrEqual(17);
    expect(f.pEnd).toBeGreaterThan(f.pOnset + 4);
    expect(f.pEnd).toBeLessThanOrEqual(f.qrsOnset);
    expect(f.qrsOnset).toBeGreaterThanOrEqual(24);
    expect(f.qrsOnset).toBeLessThan(29);
    expect(f.jPoint).toBeGreaterThan(31);
    expect(f.jPoint).toBeLessThanOrEqual(36);
    expect(f.tPeak).toBeGreaterThanOrEqual(46);
    expect(f.tPeak).toBeLessThanOrEqual(52);
    expect(f.tEnd).toBeGreaterThan(f.tPeak + 4);
    expect(f.tEnd).toBeLessThan(68);
  });

  it('sums gradient × input per lead and phase, in logits', () => {
    const { qrsOnset, jPoint } = result.fiducials;
    let sum = 0;
    for (let beat = 0; beat < 12; beat += 1) {
      for (let t = qrsOnset; t < jPoint; t += 1) {
        const at = (40 + 80 * beat - BEAT_R_INDEX + t) * 12 + 9;
        const step = (window.gradient[at] ?? 0) * GRADIENT_SCALE;
        sum += (step * (window.input[at] ?? 0) * INPUT_SCALE_MILLIVOLT) / 12;
      }
    }
    expect(Math.abs(sum)).toBeGreaterThan(0.1);
    expect(result.leadEvidence[9]?.[1]).toBeCloseTo(sum, 12);
  });

  it('walks from the septum at 7 mm a sample and stays in the heart', () => {
    const { path, fiducials } = result;
    expect(path[0]?.frankMm).toEqual(ATRIAL_START_MM);
    expect(path[fiducials.qrsOnset - fiducials.pOnset]?.frankMm).toEqual(PATH_START_MM);
    expect(path.length).toBe(fiducials.tEnd + 1 - fiducials.pOnset);
    const ventricular = path.slice(fiducials.qrsOnset - fiducials.pOnset);
    const steps = ventricular
      .slice(1)
      .map((point, i) => magnitude(subtract(point.frankMm, ventricular[i]?.frankMm ?? [0, 0, 0])));
    const qrsSamples = fiducials.jPoint - fiducials.qrsOnset;
    expect(Math.max(...steps)).toBeLessThanOrEqual(7 + 1e-9);
    expect(Math.max(...steps.slice(0, qrsSamples))).toBeCloseTo(7, 9);
    const stt = steps.slice(qrsSamples).reduce((a, b) => a + b, 0);
    expect(stt).toBeLessThanOrEqual(7 * qrsSamples);
    for (const point of ventricular) expect(magnitude(point.frankMm)).toBeLessThan(80);
    expect(path.filter((point) => point.phase === 'QRS').length).toBe(qrsSamples);
  });

  it('walks through the atria first, from the sinus node to the left and downwards', () => {
    const atrial = result.path.filter((point) => point.phase === 'P');
    expect(atrial.length).toBe(result.fiducials.qrsOnset - result.fiducials.pOnset);
    const [from, to] = [atrial[0]?.frankMm, atrial.at(-1)?.frankMm];
    const way = subtract(to ?? [0, 0, 0], from ?? [0, 0, 0]);
    expect(way[0]).toBeGreaterThan(10);
    expect(way[1]).toBeGreaterThan(0);
  });

  it('gives the mean QRS vector: of the dipole model left, downwards, as a healthy heart', () => {
    const [x, y] = result.meanQrsMicrovolt;
    expect(x).toBeGreaterThan(0);
    expect(y).toBeGreaterThan(0);
    // The long axis has no part across itself.
    toHeartAxes(HEART_AXES.baseToApex).forEach((part, axis) => {
      expect(part).toBeCloseTo(axis === 0 ? 1 : 0, 2);
    });
  });

  it('paints the path with the mean absolute attribution of the moment', () => {
    const t = result.fiducials.qrsOnset + 3;
    const sum = result.attribution.reduce((total, lead) => total + Math.abs(lead[t] ?? 0), 0);
    expect(result.path[t - result.fiducials.pOnset]?.evidence).toBeCloseTo(sum / 12, 12);
  });

  it('names a small residual for a dipole’s beat and a large one for noise', () => {
    // Every lead has its own gain within ±20 %, so the beat is nearly a dipole's.
    expect(result.residualShare).toBeGreaterThan(0);
    expect(result.residualShare).toBeLessThan(0.35);
    const input = window.input.map(() => Math.round(200 * random() - 100));
    const gradient = window.gradient.map(() => Math.round(2000 * random() - 1000));
    expect(explained({ ...window, input, gradient }).residualShare).toBeGreaterThan(0.45);
  });
});

describe('beats', () => {
  it.each([
    ['at both borders', [29, 951], []],
    ['just inside both borders', [30, 950], [0, 920]],
  ])('%s', (_name, marks, first) => {
    expect(selectBeats(marks).first).toEqual(first);
  });

  it.each([
    [80, 0, 80],
    [100, 0, 80],
    [50, 12, 62],
    [64, 6, 70],
  ])('at RR %i keeps [%i, %i) from the neighbours', (rr, begin, end) => {
    const marks = Array.from({ length: 8 }, (_mark, i) => 50 + rr * i);
    const { rangeBegin, rangeEnd } = selectBeats(marks);
    expect([rangeBegin, rangeEnd]).toEqual([begin, end]);
  });

  it('keeps the range of a regular rhythm when one beat comes early', () => {
    const { rangeBegin, rangeEnd } = selectBeats([100, 180, 215, 340, 420]);
    expect([rangeBegin, rangeEnd]).toEqual([0, 80]);
  });

  it.each([
    [3, 2, 2],
    [-3, 2, -2],
    [1, 3, 0],
    [-1, 3, 0],
    [5, 3, 2],
  ])('rounds %i / %i to %i', (sum, count, rounded) => {
    expect(roundedMean(sum, count)).toBe(rounded);
  });
});

describe('withheld', () => {
  const window = dipoleWindow({ seed: 1, rrSamples: 80, firstR: 40, noiseMicrovolt: 5 });

  it.each([
    ['no-beat', { rIndex: [] }, 0],
    ['no-beat', { rIndex: [10, 990] }, 0],
    ['no-qrs', { microvolt: new Int16Array(8000) }, 12],
    ['no-evidence', { gradient: new Int16Array(12_000) }, 12],
  ] as const)('%s', (status, change, beatCount) => {
    expect(explainHeart({ ...window, ...change })).toEqual({ status, beatCount });
  });

  it('is not the answer to a wrong call: a short window is an error that names the array', () => {
    expect(() => explainHeart({ ...window, input: new Int8Array(12) })).toThrow(
      /12 values of input/,
    );
    expect(() => explainHeart(window, DEFAULT_HEART_OPTIONS)).not.toThrow();
  });
});
