import { describe, expect, it } from 'vitest';
import { WALL_TABLES, wallOf, type WallTable } from './infarct-walls.js';
import { summariseRecorded } from './recorded-report.js';
import { kindOfStatements, wallScore, type WallCase } from './recorded.js';

describe('walls', () => {
  const tables = Object.entries(WALL_TABLES);

  it.each(tables)('%s: segments of the left ventricle, none both core and optional', (_, table) => {
    for (const { core, optional } of Object.values(table)) {
      expect(core.length).toBeGreaterThan(0);
      expect(new Set([...core, ...optional]).size).toBe(core.length + optional.length);
      for (const segment of [...core, ...optional]) expect(segment).toBeLessThanOrEqual(17);
    }
  });

  it('has the same statements in both readings, and differs where they are disputed', () => {
    const [classical, magnetic] = [WALL_TABLES.classical, WALL_TABLES['magnetic resonance']];
    expect(Object.keys(magnetic).sort()).toEqual(Object.keys(classical).sort());
    expect(magnetic['ASMI']).not.toEqual(classical['ASMI']);
    expect(magnetic['IMI']).toEqual(classical['IMI']);
  });

  it.each([
    ['IMI', ['IMI', 'SR'], [4, 10, 15], [3, 9]],
    ['two walls', ['ASMI', 'IMI'], [2, 4, 8, 10, 14, 15], [1, 3, 7, 9, 13, 17]],
    // 7 is core of the one and optional of the other.
    ['core outweighs optional', ['ASMI', 'AMI'], [2, 7, 8, 13, 14, 17], [1]],
  ])('of %s', (_name, statements, core, optional) => {
    expect(wallOf('classical', statements)).toEqual({ core, optional });
  });

  it.each([
    [['NORM', 'SR'], undefined],
    [['ISCAL'], 'ischaemia'],
    [['ISCAL', 'IMI'], 'scar'],
  ])('%j is looked for as %s', (statements, kind) => {
    expect(kindOfStatements(statements)).toBe(kind);
  });
});

describe('scores of a map', () => {
  const wall = { core: [4, 10, 15], optional: [3, 9] };
  const map = (best: readonly number[]): number[] =>
    Array.from({ length: 21 }, (_, region) => (best.includes(region + 1) ? 1 : 0));

  it.each([
    ['the wall', [4, 10, 15], 1, 1],
    ['what does not count, and the wall', [3, 9, 4, 10, 15], 1, 1],
    ['the right ventricle, which is left out', [18, 19, 20, 4, 10, 15], 1, 1],
    ['two of three', [4, 10, 6], 2 / 3, 1],
    ['the other side', [7, 13, 17], 0, 0],
  ])('%s', (_name, best, dice, pointing) => {
    const score = wallScore(map(best), wall);
    expect(score.dice).toBeCloseTo(dice, 12);
    expect(score.pointing).toBe(pointing);
  });
});

describe('summary', () => {
  const one = (index: number, mapped: number, plain: number, isLikely: boolean): WallCase => {
    const scores = {
      'as shown': { dice: mapped, auc: 0.5, pointing: 0 },
      plain_facing_lead: { dice: plain, auc: 0.5, pointing: 0 },
    };
    const both = <T>(value: T): Record<WallTable, T> => ({
      classical: value,
      'magnetic resonance': value,
    });
    return {
      ...{ index, kind: 'scar', statements: ['IMI'], isLikely },
      chance: both(0.2),
      scores: both(scores),
    };
  };

  it('pairs maps of the same record', () => {
    const cases = [one(0, 0.6, 0.2, true), one(1, 0.4, 0.4, true), one(2, 1, 0, false)];
    const { groups } = summariseRecorded({ cases, withheld: [] }, 'network', 9);
    const likely = groups.find(
      ({ likelyOnly, table }) => likelyOnly && table === 'classical',
    ) as (typeof groups)[number];
    expect(likely.cases).toBe(2);
    expect(likely.arms['as shown']?.dice.estimate).toBeCloseTo(0.5, 12);
    expect(likely.comparisons[0]).toMatchObject({ of: 'as shown', pairs: 2 });
    expect(likely.comparisons[0]?.dice.estimate).toBeCloseTo(0.2, 12);
    expect(groups.filter(({ likelyOnly }) => !likelyOnly).map(({ cases: n }) => n)).toEqual([3, 3]);
  });
});
