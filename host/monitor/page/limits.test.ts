import { describe, expect, it } from 'vitest';
import { checkedLimits, DEFAULT_LIMITS, keepLimits, readLimits } from './limits.js';

interface Kept {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

function storage(): () => Kept {
  const kept = new Map<string, string>();
  return () => ({
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
  });
}

describe('limits of the alarms about the heart', () => {
  it('are kept by the browser and read again', () => {
    const kept = storage();
    expect(readLimits(kept)).toEqual(DEFAULT_LIMITS);
    const limits = { lowPerMin: 50, highPerMin: 120, pauseS: 3 };
    keepLimits(kept, limits);
    expect(readLimits(kept)).toEqual(limits);
  });

  it('cannot be set where they would never speak', () => {
    expect(checkedLimits({ lowPerMin: 0, highPerMin: 400, pauseS: 60 })).toEqual(DEFAULT_LIMITS);
    expect(checkedLimits({ lowPerMin: '50', highPerMin: NaN, pauseS: 2 })).toEqual({
      ...DEFAULT_LIMITS,
      pauseS: 2,
    });
  });

  it.each(['{', '[]', 'null', '"x"'])('a damaged entry %s gives the defaults', (text) => {
    expect(readLimits(() => ({ getItem: () => text }))).toEqual(DEFAULT_LIMITS);
  });

  it('a browser that keeps nothing is no error', () => {
    const closed = (): Kept => {
      throw new Error('denied');
    };
    keepLimits(closed, DEFAULT_LIMITS);
    expect(readLimits(closed)).toEqual(DEFAULT_LIMITS);
  });
});
