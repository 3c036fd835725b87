import { describe, expect, it } from 'vitest';
import { MAPPING_VALUES, METHOD_VALUES, TRANSFORM_VALUES } from '../protocol/messages.js';
import {
  certaintyWords,
  fixed,
  meanPositionMm,
  percent,
  axisWords,
  positionWords,
  provenanceWords,
  signed,
  topLeadPhases,
  topSegments,
} from './explanation-words.js';

describe('top leads', () => {
  it('are ordered by magnitude, keep their sign, and leave out zero and unknown', () => {
    const evidence = Array.from({ length: 12 }, () => [0, 0, 0]);
    evidence[0] = [0.1, Number.NaN, 0];
    evidence[3] = [0, -0.5, 0];
    evidence[11] = [0, 0, 0.3];
    expect(topLeadPhases(evidence, 2)).toEqual([
      { lead: 'aVR', phase: 'QRS', evidence: -0.5 },
      { lead: 'V6', phase: 'ST-T', evidence: 0.3 },
    ]);
    expect(topLeadPhases(evidence, 9)).toHaveLength(3);
  });
});

describe('top segments', () => {
  it('skip what JSON could not carry, and name what has no name', () => {
    const scores = JSON.parse('[0.2, null, 0.5]') as number[];
    const top = topSegments(
      { segmentScores: scores, segmentSpread: [0.1], segmentNames: ['a'] },
      5,
    );
    expect(top).toEqual([
      { index: 2, name: 'segment 3', score: 0.5, spread: Number.NaN },
      { index: 0, name: 'a', score: 0.2, spread: 0.1 },
    ]);
  });
});

describe('certainty', () => {
  const pair = (lead: number, spread: number): Parameters<typeof certaintyWords>[0] => [
    { index: 0, name: 'apex', score: 0.25 + lead, spread: 0.01 },
    { index: 1, name: 'RV mid', score: 0.25, spread },
  ];
  it.each([
    [pair(0.26, 0.25), 5, 'Apex stands out'],
    [pair(0.25, 0.25), 5, 'Not clearly separated: apex leads RV mid'],
    [pair(0.26, 0.25), 1, 'One beat only'],
    [pair(0.26, Number.NaN), 5, 'The spread is unknown'],
    [[], 5, 'No segment has a score'],
  ])('case %#', (segments, beats, words) => {
    expect(certaintyWords(segments, beats)).toContain(words);
  });
});

describe('words', () => {
  it('name directions of the Frank frame', () => {
    expect(positionWords([3.4, -2.6, -0.4])).toBe('3 mm left, 3 mm superior, 0 mm anterior');
    expect(positionWords([-1, 1, 1])).toBe('1 mm right, 1 mm inferior, 1 mm posterior');
    expect(axisWords([400, 300, -125])).toBe('frontal 37°');
    expect(axisWords([100, -100, 0])).toBe('frontal −45°');
    expect(axisWords([0, 0, 1])).toBe('–');
  });
  it('give the mean of one phase only', () => {
    const path = [
      { frankMm: [0, 0, 0], phase: 'P', evidence: 0 },
      { frankMm: [2, 4, 6], phase: 'QRS', evidence: 0 },
      { frankMm: [4, 0, 0], phase: 'QRS', evidence: 0 },
    ] as const;
    expect(meanPositionMm(path, 'QRS')).toEqual([3, 2, 3]);
    expect(meanPositionMm(path, 'ST-T')).toBeUndefined();
  });
  it('never call a mapping the paper’s own', () => {
    for (const mapping of [...MAPPING_VALUES, 'unheard of']) {
      const words = provenanceWords({ method: '', mapping, transform: '' });
      expect(words.mapping).toMatch(/not the paper's formula|formula is not published/);
    }
  });
  it('have a name for every value of the wire', () => {
    const [method, mapping, transform] = [METHOD_VALUES, MAPPING_VALUES, TRANSFORM_VALUES];
    for (const [values, key] of [
      [method, 'method'],
      [mapping, 'mapping'],
      [transform, 'transform'],
    ] as const) {
      for (const value of values) {
        const words = provenanceWords({ method: '', mapping: '', transform: '', [key]: value })[
          key
        ];
        expect(words.startsWith(value) && value.includes('_'), value).toBe(false);
      }
    }
  });
  it.each([
    [0.405, '+0.41'],
    [-0.08, '−0.08'],
    [-0.001, '0.00'],
    [0, '0.00'],
    [Number.NaN, '–'],
  ])('sign %d', (value, text) => {
    expect(signed(value)).toBe(text);
  });
  it('show unknown numbers as a dash', () => {
    expect([fixed(undefined), percent(Number.NaN), percent(0.123), fixed(-1, 0)]).toEqual([
      '–',
      '–',
      '12 %',
      '−1',
    ]);
  });
});
