import { describe, expect, it } from 'vitest';
import type { StreamEvent } from '../stream/events.js';
import { sinkSet, type Sink } from './sink.js';

const beat: StreamEvent = { kind: 'beat', sampleIndex: 1, rrMs: 0, noisePercent: 0 };

const sink = (
  name: string,
  publish: () => void,
  close = (): Promise<void> => Promise.resolve(),
): Sink => ({
  name,
  publish,
  close,
});

describe('a set of sinks', () => {
  it('goes on without the one that fails, and says so once', async () => {
    let got = 0;
    const failures: string[] = [];
    const set = sinkSet(
      [
        sink('bad', () => {
          throw new Error('disk full');
        }),
        sink('good', () => {
          got += 1;
        }),
        sink(
          'bad at its end',
          () => undefined,
          () => Promise.reject(new Error('gone')),
        ),
      ],
      (name, error) => failures.push(`${name}: ${String(error)}`),
    );
    set.publish(beat);
    set.publish(beat);
    expect(got).toBe(2);
    expect(set.alive).toEqual(['good', 'bad at its end']);
    await set.close();
    expect(failures).toEqual(['bad: Error: disk full', 'bad at its end: Error: gone']);
  });
});
