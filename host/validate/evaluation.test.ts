import { describe, expect, it } from 'vitest';
import type { RecordAbout } from '../records/labels.js';
import { seededRandom } from '../records/synthetic/random.js';
import { evaluationText } from '../report/evaluation-text.js';
import { areaIntervals } from './area-intervals.js';
import { areaUnderCurve } from './area-under-curve.js';
import { evaluation } from './evaluation.js';
import { groupReports } from './groups.js';
import { classProbabilities, coverageCurve, expectedCalibrationError } from './probabilities.js';

const RECORDS = 80;
const random = seededRandom(7, 'evaluation');
/** Two classes; the first is told well, the second by halves of its records only. Ties on purpose. */
const truthA = Array.from({ length: RECORDS }, (_, i) => i % 3 === 0);
const truthB = Array.from({ length: RECORDS }, (_, i) => i % 4 === 1);
const logits = Array.from({ length: RECORDS }, (_, i) =>
  Float64Array.of(
    Math.round(2 * ((truthA[i] === true ? 2 : -2) + 4 * random.uniform() - 2)) / 2,
    (truthB[i] === true ? 0.5 : -0.5) + 6 * random.uniform() - 3,
  ),
);
const truth = new Map([
  ['A', truthA],
  ['B', truthB],
]);
const about = Array.from({ length: RECORDS }, (_, i): RecordAbout => ({
  id: `r${i}`,
  ageYears: i % 2 === 0 ? 30 : 300,
  sex: i < 8 ? 'female' : 'male',
  findings: truthB[i] === true ? ['X'] : [],
  infarctWalls: truthA[i] === true ? [i % 2 === 0 ? 'AS' : 'I'] : [],
}));

describe('intervals of areas', () => {
  const found = areaIntervals(logits, truth);

  it('stand around the area itself, and are narrower for what is told better', () => {
    for (const [name, labels] of truth) {
      const column = name === 'A' ? 0 : 1;
      const { estimate, low, high } = found?.classes[name] ?? {
        estimate: NaN,
        low: NaN,
        high: NaN,
      };
      expect(estimate).toBeCloseTo(
        areaUnderCurve(
          logits.map((row) => row[column] ?? NaN),
          labels,
        ),
        12,
      );
      expect(low).toBeLessThan(estimate);
      expect(high).toBeGreaterThan(estimate);
      expect(high).toBeLessThanOrEqual(1);
    }
    const width = (name: string): number =>
      (found?.classes[name]?.high ?? NaN) - (found?.classes[name]?.low ?? NaN);
    expect(width('A')).toBeLessThan(width('B'));
  });

  it('leave out a class of which there are too few, and are the same again', () => {
    const rare = truthA.map((_, i) => i < 4);
    expect(
      Object.keys(areaIntervals(logits, new Map([...truth, ['A', rare]]))?.classes ?? {}),
    ).toEqual(['B']);
    expect(areaIntervals(logits, new Map([['A', rare]]))).toBeUndefined();
    expect(areaIntervals(logits, truth)).toEqual(found);
  });
});

describe('groups', () => {
  const groups = groupReports(logits, truth, about, 'A');

  it('hold each record once, ages over 89 with the oldest', () => {
    expect(groups.age.map(({ records }) => records)).toEqual([40, 0, 0, 40]);
    expect(groups.sex).toMatchObject([{ records: 8 }, { records: 72 }]);
    expect(groups.sex[0]?.areas).toBeUndefined();
    expect(groups.device).toEqual([]);
  });

  it('put the infarcts of one wall beside those without any', () => {
    const without = truthA.filter((has) => !has).length;
    const [anteroseptal, inferior] = groups.infarctWall;
    expect([anteroseptal?.group, inferior?.group]).toEqual(['AS', 'I']);
    expect((anteroseptal?.records ?? 0) + (inferior?.records ?? 0)).toBe(RECORDS + without);
    expect(Object.keys(anteroseptal?.areas?.classes ?? {})).toEqual(['A']);
  });
});

describe('probabilities', () => {
  it('are right where a bin has as many positives as it says', () => {
    const exact = [false, false, false, true];
    expect(expectedCalibrationError([0.25, 0.25, 0.25, 0.25], exact)).toBeCloseTo(0, 12);
    expect(expectedCalibrationError([0.95, 0.95, 0.95, 0.95], exact)).toBeCloseTo(0.7, 12);
    expect(expectedCalibrationError([0, 0, 1, 1], exact)).toBeCloseTo(0.25, 12);
  });

  it('are called from the operating point on', () => {
    const called = classProbabilities([0.1, 0.3, 0.3, 0.9], [false, false, true, true], 0.3);
    expect(called.sensitivity).toMatchObject({ share: 1, of: 2, high: 1 });
    expect(called.specificity).toMatchObject({ share: 0.5, of: 2 });
    expect(called.positivePredictiveValue.share).toBeCloseTo(2 / 3, 12);
    expect(called.specificity.low).toBeGreaterThan(0);
  });

  it('withhold the most doubtful first', () => {
    const curve = coverageCurve([0, 1, 2, 3], [0, 0, 0.5, 1]);
    expect(curve[0]).toEqual({ coverage: 1, records: 4, error: 0.375 });
    expect(curve.at(-1)).toEqual({ coverage: 0.5, records: 2, error: 0 });
  });
});

describe('evaluation', () => {
  // The network says X too, which is a finding here, and Y, of which the labels know nothing; its superclasses are not its first outputs.
  const rows = logits.map(([a = NaN, b = NaN]) => Float64Array.of(-b, b, a, 0));
  const report = evaluation({
    fold: 3,
    classes: ['Y', 'X', 'A', 'B'],
    answers: {
      float: rows,
      integer: rows,
      steps: [],
      logits: { rootMeanSquareError: 0, largestError: 0 },
    },
    labels: { sup: truth, sup50: truth },
    about,
    operatingPoints: new Map([['A', 0.4]]),
    unfamiliarity: about.map((_, record) => (record < 8 ? 1.5 : 1)),
  });

  it('keeps the superclasses apart from further outputs', () => {
    expect(Object.keys(report.rules.sup.integer.classes)).toEqual(['A', 'B']);
    expect(report.rules.sup.integer.classes['A']).toBeCloseTo(
      areaIntervals(logits, truth)?.classes['A']?.estimate ?? NaN,
      12,
    );
    // B's own output is constant here, and X is where B's logits are.
    expect(report.rules.sup.integer.classes['B']).toBe(0.5);
    expect(report.details['X']?.area?.estimate).toBeGreaterThan(0.5);
    expect(report.unlabelled).toEqual(['Y']);
  });

  it('tells what is not answered apart from what is', () => {
    const { withheld, errorAnswered, errorWithheld, coverage } = report.abstention ?? {};
    expect(withheld).toBe(8);
    const whole = ((errorWithheld ?? NaN) * 8 + (errorAnswered ?? NaN) * (RECORDS - 8)) / RECORDS;
    expect(coverage?.[0]?.error).toBeCloseTo(whole, 12);
    expect(evaluationText(report)).toContain(`8 of ${RECORDS} records are not answered`);
  });

  it('calls each class from its own point, and names the worst records first', () => {
    expect(report.probabilities.classes['A']?.operatingPoint).toBe(0.4);
    expect(report.probabilities.classes['B']?.operatingPoint).toBe(0.5);
    const losses = report.worst.map(({ loss }) => loss);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    expect(evaluationText(report)).toMatch(/X +20 +0\.\d{4}/u);
  });
});
