import { describe, expect, it } from 'vitest';
import { DEFAULT_MODEL } from '../cli/network.js';
import { evaluateNetwork } from '../cli/evaluate.js';
import { parseCsv, readFoldLabels } from '../records/labels.js';
import { evaluationText } from '../report/evaluation-text.js';
import { hasShared, NEEDS_SHARED, sharedPath } from '../records/shared-data.js';
import { areaUnderCurve, classAreas } from './area-under-curve.js';

describe('area under the curve', () => {
  it.each([
    ['perfect', [0, 1, 2, 3], [false, false, true, true], 1],
    ['inverted', [3, 2, 1, 0], [false, false, true, true], 0],
    ['all equal', [5, 5, 5, 5], [false, true, false, true], 0.5],
    ['one tie of four pairs', [1, 2, 2, 3], [false, false, true, true], 0.875],
    ['one pair wrong of six', [1, 4, 3, 5, 6], [false, false, true, true, true], 5 / 6],
    ['negative scores', [-3, -1, -2], [false, true, false], 1],
  ])('%s', (_, scores, truth, expected) => {
    expect(areaUnderCurve(scores, truth)).toBeCloseTo(expected, 12);
  });

  it('has no value without positives or without negatives', () => {
    expect(areaUnderCurve([1, 2], [true, true])).toBeNaN();
    expect(areaUnderCurve([1, 2], [false, false])).toBeNaN();
  });

  it('takes the mean over classes', () => {
    const truth = new Map([
      ['A', [true, false]],
      ['B', [true, false]],
    ]);
    expect(
      classAreas(
        [
          [2, 0],
          [1, 1],
        ],
        truth,
      ),
    ).toEqual({ macro: 0.5, classes: { A: 1, B: 0 } });
  });
});

describe('labels', () => {
  it.each([
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['"a,1","say ""x"""\r\nlast', [['a,1', 'say "x"'], ['last']]],
    ['"two\nlines",,\n', [['two\nlines', '', '']]],
    ['', []],
  ])('reads %j', (text, rows) => {
    expect(parseCsv(text)).toEqual(rows);
  });

  it.skipIf(!hasShared('data/ptbxl'))(`of every class and fold (${NEEDS_SHARED})`, async () => {
    const folder = sharedPath('data/ptbxl');
    const { sup, sup50 } = await readFoldLabels(folder, 9, ['NORM', 'HYP']);
    expect(sup.get('NORM')).toHaveLength(267);
    const count = (labels: readonly boolean[] = []): number => labels.filter(Boolean).length;
    expect(count(sup.get('HYP'))).toBeGreaterThanOrEqual(count(sup50.get('HYP')));
    await expect(readFoldLabels(folder, 9, ['NOSUCH'])).rejects.toThrowError(
      expect.objectContaining({ code: 'LABELS_INVALID' }),
    );
    await expect(readFoldLabels(folder, 10, ['NORM'])).rejects.toThrowError(
      expect.objectContaining({ code: 'LABELS_INVALID' }),
    );
  });
});

describe('the default network in integers', () => {
  it.skipIf(!hasShared('data/ptbxl'))(
    `loses at most 0.002 macro area on fold 9 (${NEEDS_SHARED})`,
    async () => {
      const report = await evaluateNetwork(DEFAULT_MODEL, {
        data: sharedPath('data/ptbxl'),
        fold: 9,
        leads: 12,
      });
      expect(report.records).toBe(267);
      expect(report.rules.sup.float.macro).toBeGreaterThan(0.9);
      expect(report.rules.sup.macroLoss).toBeLessThanOrEqual(0.002);
      expect(report.rules.sup50.macroLoss).toBeLessThanOrEqual(0.002);
      expect(report.logits.rootMeanSquareError).toBeLessThan(0.06);
      expect(evaluationText(report)).toMatch(/sup50 +macro/);
    },
    300_000,
  );
});
