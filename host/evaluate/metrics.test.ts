import { describe, expect, it } from 'vitest';
import {
  areaUnderRoc,
  averagePrecision,
  chanceDice,
  dice,
  diceAtTruthCoverage,
  diceByCoverage,
  isAmongBest,
  mainTerritory,
  ranking,
  territoryOf,
} from './metrics.js';

const truth = (...indices: number[]): boolean[] =>
  Array.from({ length: 6 }, (_, index) => indices.includes(index));

describe('place', () => {
  it('ranks from the highest score, ties in order, what is not a number last', () => {
    expect(ranking([1, 3, Number.NaN, 3, -1])).toEqual([1, 3, 0, 4, 2]);
  });

  it.each([
    [1, [2], false],
    [2, [2], true],
    [1, [2, 4], true],
    [6, [0], true],
  ])('the best %d of six hold one of %j: %s', (k, own, expected) => {
    const scores = [-1, 0, 5, 0, 6, 1];
    expect(isAmongBest(scores, (index) => own.includes(index), k)).toBe(expected);
  });

  it.each([
    [1, 'LAD'],
    [17, 'LAD'],
    [4, 'RCA'],
    [16, 'LCX'],
    [21, 'RV'],
    [22, 'none'],
  ])('segment %d belongs to %s', (segment, territory) => {
    expect(territoryOf(segment)).toBe(territory);
  });

  it('a lesion belongs where most of it is, the first named among equals', () => {
    expect(mainTerritory([4, 5, 11])).toBe('LCX');
    expect(mainTerritory([4, 5])).toBe('RCA');
  });
});

describe('overlap', () => {
  it.each([
    [truth(0, 1), truth(1, 2), 0.5],
    [truth(), truth(), 1],
    [truth(0), truth(1), 0],
    [truth(0, 1, 2), truth(0), 0.5],
  ])('Dice of %j and %j is %d', (a, b, expected) => {
    expect(dice(a, b)).toBe(expected);
  });

  it('takes as much as the truth covers', () => {
    expect(diceAtTruthCoverage([9, 8, 7, 0, 0, 0], truth(0, 1, 5))).toBeCloseTo(2 / 3, 12);
  });

  it('chance: both cover half, half is right; random scores come to it', () => {
    expect(chanceDice(0.5, 0.5)).toBe(0.5);
    expect(chanceDice(0.1, 0.3)).toBeCloseTo(0.15, 12);
    expect(chanceDice(0, 0)).toBe(1);
  });
});

describe('area under the curve', () => {
  it.each([
    [[3, 2, 1, 0, 0, 0], truth(0, 1), 1],
    [[0, 0, 1, 1, 1, 1], truth(0, 1), 0],
    [[1, 1, 1, 1, 1, 1], truth(0, 1), 0.5],
    [[4, 1, 3, 2, 0, 0], truth(0, 1), 0.75],
  ])('of %j against %j is %d', (scores, own, expected) => {
    expect(areaUnderRoc(scores, own)).toBeCloseTo(expected, 12);
  });

  it('is unknown when there is nothing to tell apart', () => {
    expect(areaUnderRoc([1, 2, 3, 4, 5, 6], truth())).toBeUndefined();
  });
});

describe('over coverages', () => {
  const truth = [true, false, true, false];

  it.each([
    [[4, 2, 3, 1], 1],
    // Found second and fourth: (1/2 + 2/4) / 2.
    [[3, 4, 1, 2], 0.5],
    [[1, 1, 1, 1], (1 + 2 / 3) / 2],
  ])('average precision of %j is %d', (scores, expected) => {
    expect(averagePrecision(scores, truth)).toBeCloseTo(expected, 12);
  });

  it('has no average precision where nothing is true', () => {
    expect(averagePrecision([1, 2], [false, false])).toBeUndefined();
  });

  it('Dice of the k best ends where everything is taken, whatever the order', () => {
    expect(diceByCoverage([4, 2, 3, 1], truth)).toEqual([2 / 3, 1, 0.8, 2 / 3]);
    expect(diceByCoverage([1, 4, 2, 3], truth).at(-1)).toBeCloseTo(2 / 3, 12);
  });
});
