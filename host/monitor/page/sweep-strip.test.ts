import { describe, expect, it } from 'vitest';
import { synthetic } from '../synthetic-events.js';
import { stripBars } from './sweep-strip.js';

const explanation = synthetic.explanation(1);
const { rateHz, rIndex, attribution } = explanation.meanBeat;
const step = 500 / rateHz;
const length = attribution[0]?.length ?? 0;
const window = { windowFirstSampleIndex: 1000, windowSampleCount: 5000 };

describe('strips under the leads', () => {
  it('lay the mean beat with its R mark on the beat', () => {
    const bars = stripBars(explanation, window, [3000]);
    expect(bars.length).toBe(length);
    expect(bars[rIndex]).toMatchObject({ fromSample: 3000, toSample: 3000 + step });
    const largest = Math.max(...bars.flatMap(({ share }) => share.map(Math.abs)));
    expect(largest).toBe(1);
    const atR = attribution.map((lead) => Math.sign(lead[rIndex] ?? 0));
    expect(bars[rIndex]?.share.map(Math.sign)).toEqual(atR);
  });

  it('only at beats that lie wholly inside the explained window', () => {
    expect(stripBars(explanation, window, [1000, 5999, 9000])).toEqual([]);
  });

  it('of beats that overlap give way to the later one', () => {
    const bars = stripBars(explanation, window, [3000, 3000 + 10 * step]);
    bars.slice(1).forEach((bar, i) => {
      expect(bar.fromSample).toBeGreaterThanOrEqual(bars[i]?.toSample ?? Infinity);
    });
    expect(bars.length).toBe(length + 10);
  });
});
