import { describe, expect, it } from 'vitest';
import { synthetic } from '../../monitor/synthetic-events.js';
import { bar, brailleTrace } from './braille.js';
import { fit } from './dashboard.js';
import { beatsLine, classesText, explainedBlock, helloLine, resultLine } from './format.js';

describe('the plain block of an explained result', () => {
  it('says what, where, which leads, how sure, by which method', () => {
    expect(explainedBlock(synthetic.result(4), synthetic.explanation(4))).toEqual([
      'result 4  window 22.5–32.5 s  MI 0.87 (NORM 0.03, STTC 0.41, CD 0.10, HYP 0.05)  calls MI, STTC',
      "  explains MI: gradient × input, adjoint by direction (this project), not the paper's formula, Kors, generic anatomy",
      '  top leads: V2 QRS +0.41, V3 QRS +0.33, V5 QRS −0.19',
      '  top segments: mid anteroseptal 0.23 ± 0.05, basal anteroseptal 0.17 ± 0.03, apical septal 0.15 ± 0.03',
      '  residual 12 %   beats 11   QRS axis frontal 36°   mean QRS position 13 mm left, 15 mm inferior, 4 mm anterior',
      '  research use only, not a medical device',
    ]);
  });

  it('stands without the result, and with nothing found', () => {
    const nothing = {
      ...synthetic.explanation(1),
      leadEvidence: [],
      segmentScores: [],
      path: [],
      residualShare: Number.NaN,
      meanQrsMicrovolt: [Number.NaN, 0, 0] as const,
      beatCount: 0,
    };
    expect(explainedBlock(undefined, nothing)).toEqual([
      'result 1  MI',
      "  explains MI: gradient × input, adjoint by direction (this project), not the paper's formula, Kors, generic anatomy",
      '  top leads: none',
      '  top segments: none',
      '  residual –   beats 0   QRS axis –',
      '  research use only, not a medical device',
    ]);
  });
});

describe('lines', () => {
  it('of a result alone', () => {
    expect(resultLine(synthetic.result(0))).toBe(
      'result 0  window 2.5–12.5 s  MI 0.87 (NORM 0.03, STTC 0.41, CD 0.10, HYP 0.05)  calls MI, STTC',
    );
  });
  it('of a result with one class, and with an unknown probability', () => {
    const one = {
      ...synthetic.result(0),
      classNames: ['MI'],
      probabilities: [1],
      operatingPoints: [],
      winner: 0,
    };
    expect(classesText(one)).toBe('MI 1.00');
    expect(classesText({ ...one, probabilities: [Number.NaN] })).toBe('MI –');
  });
  it('of the device', () => {
    expect(helloLine(synthetic.hello())).toBe(
      'device mps2-an386  model isochrone-default 1badcafe  500 Hz in, 100 Hz to the network  classes NORM MI STTC CD HYP',
    );
  });
  it.each([
    [1, 1, undefined, 'beat 1  – /min  at 0.4 s'],
    [2, 9, 75.4, 'beats 2–9  75 /min  at 0.4 s'],
  ])('of beats %d to %d', (first, last, rate, line) => {
    expect(beatsLine(first, last, 200, rate)).toBe(line);
  });
});

describe('bar', () => {
  it.each([
    [0, '    '],
    [1 / 32, '▏   '],
    [0.5, '██  '],
    [0.97, '███▉'],
    [1, '████'],
    [2, '████'],
    [-1, '    '],
    [Number.NaN, '    '],
  ])('of %d', (share, text) => {
    expect(bar(share, 4)).toBe(text);
  });
});

describe('braille trace', () => {
  const range = { lowest: 0, highest: 3 };

  it('draws a rising line from bottom left to top right, each step joined to the next', () => {
    expect(brailleTrace([0, 1, 2, 3], 2, 1, range)).toEqual(['⡴⠋']);
  });
  it('clamps what is beyond the range', () => {
    expect(brailleTrace([9, 9], 1, 1, range)).toEqual(['⠉']);
    expect(brailleTrace([-9, -9], 1, 2, range)).toEqual(['⠀', '⣀']);
  });
  it('hatches what is missing, and joins nothing across it', () => {
    const missing = Number.NaN;
    const line = brailleTrace([3, 3, 3, missing, missing, missing, 0, 0], 4, 1, range)[0];
    expect(line).toBe('⠉⠁╱⣀');
  });
  it('of nothing is missing everywhere', () => {
    expect(brailleTrace([Number.NaN, Number.NaN], 3, 1, range)).toEqual(['╱╱╱']);
  });
});

describe('fit', () => {
  it.each([
    ['short', 10, 'short'],
    ['exactly ten', 11, 'exactly ten'],
    ['cut here', 3, 'cut'],
    ['\u001b[1mbold\u001b[0m', 4, '\u001b[1mbold\u001b[0m'],
    ['\u001b[1mbold\u001b[0m', 2, '\u001b[1mbo\u001b[0m'],
  ])('%j to %d', (line, columns, text) => {
    expect(fit(line, columns)).toBe(text);
  });
});
