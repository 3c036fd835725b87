import { describe, expect, it } from 'vitest';
import { judgeHeart, type PhysiologicalInput } from './physiological.js';

const calm: PhysiologicalInput = {
  live: true,
  readable: true,
  endSample: 20_000,
  firstSample: 0,
  lastBeatSample: 19_600,
  ratePerMin: 72,
};

describe('alarms about the heart', () => {
  it('none at rest', () => {
    expect(judgeHeart(calm)).toBeUndefined();
  });

  it('a pause of four seconds, behind the delay of the marks, is of high priority', () => {
    expect(judgeHeart({ ...calm, endSample: 19_600 + 3000 })).toBeUndefined();
    expect(judgeHeart({ ...calm, endSample: 19_600 + 3001 })).toMatchObject({ priority: 'high' });
  });

  it('counts from the start of the run where no beat was ever seen', () => {
    const silent = { ...calm, lastBeatSample: undefined, ratePerMin: undefined };
    expect(judgeHeart({ ...silent, endSample: 2900 })).toBeUndefined();
    expect(judgeHeart({ ...silent, endSample: 3500 })?.text).toBe('No heartbeat seen for 7 s');
    // A beat of another run says nothing of this one.
    expect(judgeHeart({ ...calm, firstSample: 19_900, lastBeatSample: 100 })).toBeUndefined();
  });

  it('a rate out of its limits is of medium priority, a pause comes first', () => {
    expect(judgeHeart({ ...calm, ratePerMin: 39 })).toMatchObject({ priority: 'medium' });
    expect(judgeHeart({ ...calm, ratePerMin: 141 })?.text).toContain('above 140');
    expect(judgeHeart({ ...calm, ratePerMin: 39, endSample: 30_000 })?.priority).toBe('high');
  });

  it('follows the limits that were chosen', () => {
    const limits = { lowPerMin: 80, highPerMin: 90, pauseS: 2 };
    expect(judgeHeart(calm, limits)?.text).toBe('Heart rate 72 per minute, below 80');
    expect(judgeHeart({ ...calm, ratePerMin: 91 }, limits)?.text).toContain('above 90');
    const pause = { ...calm, endSample: 19_600 + 2001 };
    expect(judgeHeart(pause, limits)?.priority).toBe('high');
    expect(judgeHeart(pause)).toBeUndefined();
  });

  it('none where the heart cannot be seen', () => {
    const pause = { ...calm, endSample: 30_000 };
    expect(judgeHeart({ ...pause, live: false })).toBeUndefined();
    expect(judgeHeart({ ...pause, readable: false })).toBeUndefined();
    expect(judgeHeart({ ...pause, readable: undefined })).toBeDefined();
  });
});
