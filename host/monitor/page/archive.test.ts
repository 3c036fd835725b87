import { describe, expect, it } from 'vitest';
import { synthetic } from '../synthetic-events.js';
import { Archive } from './archive.js';
import { PageState } from './state.js';
import { TraceBuffer } from './trace-buffer.js';

/** `seconds` of the synthetic device, a result every 5 s from 10 s on. */
function run(seconds: number, capacity = 60_000): { state: PageState; archive: Archive } {
  const traces = new TraceBuffer(capacity);
  const state = new PageState(traces);
  const archive = new Archive(traces);
  const take = (event: Parameters<Archive['note']>[0]): void => {
    state.apply(event, 0);
    archive.note(event);
  };
  take(synthetic.hello());
  for (let second = 0; second < seconds; second += 1) {
    take(synthetic.samples(second * 500, 500));
    take(synthetic.beat(second));
    if (second >= 10 && second % 5 === 0) {
      take(synthetic.result(second / 5));
      take(synthetic.explanation(second / 5));
    }
  }
  return { state, archive };
}

describe('archive', () => {
  it('gives back the screen of a moment: its traces, its beats, its latest result', () => {
    const { state, archive } = run(60);
    const then = archive.stateAt(30_000 - 20_000);
    expect(then.traces.end).toBe(10_000);
    expect(then.traces.at(3, 9999)).toBe(state.traces.at(3, 9999));
    expect(then.traces.at(3, 10_000)).toBeNaN();
    // Results came when 10, 15 s … and one second more had been seen.
    expect(then.explanation?.resultId).toBe(3);
    expect(then.explainedResult?.resultId).toBe(3);
    expect(Math.max(...then.beats)).toBeLessThanOrEqual(10_000);
    expect(state.explanation?.resultId).toBe(11);
    expect(archive.stateAt(4000).explanation).toBeUndefined();
  });

  it('knows every beat within reach, each once, where a screen keeps the newest', () => {
    const { archive, state } = run(90);
    archive.note(synthetic.beat(89));
    expect(archive.beatSamples(0, 1e9).length).toBe(90);
    expect(state.beats.length).toBeLessThan(90);
    const [first = 0, second = 0] = archive.beatSamples(0, 1e9);
    expect(archive.beatSamples(first + 1, second)).toEqual([]);
    expect(archive.beatSamples(first, second)).toEqual([first]);
  });

  it('tells when results came', () => {
    const { archive } = run(22);
    expect(archive.resultSamples()).toEqual([5500, 8000, 10_500]);
  });

  it('takes nothing twice when a connection comes back and is told again', () => {
    const { archive, state } = run(22);
    state.apply(synthetic.samples(22 * 500, 500), 0);
    for (const event of [synthetic.beat(21), synthetic.result(4), synthetic.explanation(4)]) {
      archive.note(event);
    }
    expect(archive.resultSamples()).toEqual([5500, 8000, 10_500]);
    // The same answer explained in another way is another event.
    archive.note({ ...synthetic.explanation(4), method: 'occlusion' });
    expect(archive.resultSamples()).toEqual([5500, 8000, 10_500, 11_500]);
  });

  it('forgets what the traces no longer reach', () => {
    const { archive, state } = run(120, 10_000);
    expect(state.traces.first).toBe(50_000);
    expect(Math.min(...archive.resultSamples())).toBeGreaterThanOrEqual(45_000);
    expect(archive.stateAt(55_000).explanation?.resultId).toBe(21);
  });

  it('a new run begins anew', () => {
    const { archive, state } = run(30);
    state.apply({ ...synthetic.hello(), bootId: 77 }, 0);
    state.apply(synthetic.samples(0, 500), 0);
    archive.note(synthetic.beat(0));
    expect(archive.resultSamples()).toEqual([]);
  });
});
