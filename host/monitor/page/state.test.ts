import { describe, expect, it } from 'vitest';
import { INDEPENDENT_LEADS, TWELVE_LEADS } from '../../stream/events.js';
import type { StreamEvent } from '../../stream/events.js';
import { synthetic } from '../synthetic-events.js';
import { LossWindow, RateMeter } from './meters.js';
import { PageState } from './state.js';
import { TraceBuffer, twelveOf } from './trace-buffer.js';

const flat = (value: number, count: number): number[][] =>
  INDEPENDENT_LEADS.map(() => new Array<number>(count).fill(value));

describe('twelve leads of eight', () => {
  it('come in the order of TWELVE_LEADS, by the lead equations', () => {
    const twelve = twelveOf([100, 300, 1, 2, 3, 4, 5, 6]);
    expect(Object.fromEntries(TWELVE_LEADS.map((name, i) => [name, twelve[i]]))).toEqual({
      I: 100,
      II: 300,
      III: 200,
      aVR: -200,
      aVL: -50,
      aVF: 250,
      V1: 1,
      V2: 2,
      V3: 3,
      V4: 4,
      V5: 5,
      V6: 6,
    });
  });
});

describe('trace buffer', () => {
  it('keeps the newest samples, and nothing out of reach', () => {
    const traces = new TraceBuffer(100);
    traces.append(1000, flat(1, 60));
    traces.append(1060, flat(2, 60));
    expect([traces.first, traces.end]).toEqual([1020, 1120]);
    expect([1019, 1020, 1059, 1060, 1119, 1120].map((i) => traces.at(0, i))).toEqual([
      Number.NaN,
      1,
      1,
      2,
      2,
      Number.NaN,
    ]);
  });

  it('holds a jump ahead as missing, whether it was announced or not', () => {
    for (const announced of [true, false]) {
      const traces = new TraceBuffer(100);
      traces.append(0, flat(1, 90));
      if (announced) traces.markMissing(90, 20);
      traces.append(110, flat(1, 10));
      expect([89, 90, 109, 110].map((i) => traces.at(6, i))).toEqual([
        1,
        Number.NaN,
        Number.NaN,
        1,
      ]);
    }
  });

  it('takes a gap that is announced late, and samples that come late', () => {
    const traces = new TraceBuffer(100);
    traces.append(50, flat(1, 10));
    traces.markMissing(55, 2);
    expect([54, 55, 56, 57].map((i) => traces.at(0, i))).toEqual([1, Number.NaN, Number.NaN, 1]);
    traces.append(40, flat(3, 5));
    expect([40, 44, 45, 49, 50].map((i) => traces.at(0, i))).toEqual([
      3,
      3,
      Number.NaN,
      Number.NaN,
      1,
    ]);
  });

  it('starts anew when the device counts from 0 again', () => {
    const traces = new TraceBuffer(100);
    traces.append(10_000, flat(1, 10));
    traces.append(0, flat(2, 10));
    expect([traces.first, traces.end, traces.at(0, 5)]).toEqual([0, 10, 2]);
  });

  it('survives a gap longer than itself', () => {
    const traces = new TraceBuffer(100);
    traces.append(0, flat(1, 10));
    traces.markMissing(10, 4_000_000_000);
    expect([traces.end, traces.at(0, traces.end - 1)]).toEqual([4_000_000_010, Number.NaN]);
  });
});

describe('loss over the last minute', () => {
  it('forgets what is older, and counts only the last minute of a long gap', () => {
    const loss = new LossWindow();
    expect(loss.share()).toBeUndefined();
    loss.received(0, 750);
    loss.lost(750, 250);
    expect(loss.share()).toBe(0.25);
    for (let first = 1000; first < 31_000; first += 500) loss.received(first, 500);
    expect(loss.share()).toBe(0);
    loss.lost(31_000, 1_000_000_000);
    expect(loss.share()).toBe(1);
  });
});

describe('measured rate', () => {
  it('is the samples per second, a burst at the start apart', () => {
    const rate = new RateMeter();
    for (let i = 0; i < 30; i += 1) rate.add(50, 0);
    for (let ms = 100; ms <= 2900; ms += 100) rate.add(50, ms);
    expect(rate.hz(2900)).toBeUndefined();
    rate.add(50, 3000);
    expect(rate.hz(3000)).toBe(500);
    expect(rate.hz(20_000)).toBeUndefined();
  });
});

describe('state', () => {
  it('takes an old snapshot for as old as it is', () => {
    const state = new PageState();
    const events: StreamEvent[] = [synthetic.hello(), synthetic.samples(0, 10)];
    state.apply({ kind: 'snapshot', events, lastSampleAgeMs: 9000 }, 10_000);
    expect(state.sampleAgeMs(10_000)).toBe(9000);
    state.apply({ kind: 'snapshot', events: [], lastSampleAgeMs: null }, 11_000);
    expect(state.sampleAgeMs(11_000)).toBeUndefined();
    expect(state.hello).toBeUndefined();
  });

  it('knows why the latest result is not explained, until the next one comes', () => {
    const state = new PageState();
    state.apply(synthetic.result(1), 0);
    state.apply({ kind: 'withheld', resultId: 0, reason: 'no_beat' }, 0);
    expect(state.withheld).toBeUndefined();
    state.apply({ kind: 'withheld', resultId: 1, reason: 'lead_off' }, 0);
    expect(state.withheld?.reason).toBe('lead_off');
    state.apply(synthetic.result(2), 0);
    expect(state.withheld).toBeUndefined();
  });

  it('lets no older answer stand for a window without one', () => {
    const state = new PageState();
    state.apply(synthetic.result(1), 0);
    state.apply(synthetic.explanation(1), 0);
    state.apply(synthetic.unanswered(2, 'unfamiliar'), 0);
    expect(state).toMatchObject({ withheld: { resultId: 2, reason: 'unfamiliar' } });
    for (const gone of [state.result, state.explanation, state.explainedResult]) {
      expect(gone).toBeUndefined();
    }
  });

  it('shows a median beat with its own marks only', () => {
    const state = new PageState();
    state.apply(synthetic.measurement(4), 0);
    state.apply(synthetic.medianBeat(4), 0);
    expect(state.medianMeasurement?.sampleIndex).toBe(state.medianBeat?.sampleIndex);
    state.apply(synthetic.measurement(5), 0);
    state.apply(synthetic.medianBeat(6), 0);
    expect(state.medianMeasurement).toBeUndefined();
  });

  it('counts a skip of a slow page as missing, not as lost on the link', () => {
    const state = new PageState();
    state.apply(synthetic.samples(0, 10), 0);
    state.apply({ kind: 'skipped', firstSampleIndex: 10, sampleCount: 10 }, 0);
    expect([state.traces.at(0, 15), state.loss.share()]).toEqual([Number.NaN, 0]);
    state.apply({ kind: 'gap', firstSampleIndex: 20, sampleCount: 10, cause: 'device' }, 0);
    expect(state.loss.share()).toBe(0.5);
    expect(state.takeDirtyFrom()).toBe(10);
    expect(state.takeDirtyFrom()).toBe(Number.POSITIVE_INFINITY);
  });

  it('means the heart rate over the last eight intervals, since the last break', () => {
    const state = new PageState();
    let sampleIndex = 0;
    const beat = (rrMs: number): void => {
      sampleIndex += 500;
      state.apply({ kind: 'beat', sampleIndex, rrMs, noisePercent: 0 }, 0);
    };
    expect(state.heartRate.bpm()).toBeUndefined();
    beat(500);
    for (let i = 0; i < 8; i += 1) beat(1000);
    expect(state.heartRate.bpm()).toBe(60);
    beat(0);
    expect(state.heartRate.bpm()).toBeUndefined();
  });

  it('knows no heart of a test signal, and misses no beat before its end', () => {
    const state = new PageState();
    state.apply({ kind: 'beat', sampleIndex: 100, rrMs: 1000, noisePercent: 0 }, 0);
    state.apply(synthetic.samples(0, 500), 0);
    state.apply(synthetic.signal({ testSignal: true }), 0);
    expect(state.heartRate.bpm()).toBeUndefined();
    expect(state.patientSince).toBe(500);
    state.apply(synthetic.signal(), 0);
    expect(state.patientSince).toBe(500);
  });

  it('keeps what it saw of a run when its connection comes back, and takes each beat once', () => {
    const state = new PageState();
    const hello = synthetic.hello();
    for (const event of [hello, synthetic.samples(0, 500), synthetic.beat(0), synthetic.beat(1)]) {
      state.apply(event, 0);
    }
    const again = {
      kind: 'snapshot' as const,
      lastSampleAgeMs: 0,
      events: [hello, synthetic.samples(5000, 500), synthetic.beat(1), synthetic.beat(13)],
    };
    state.apply(again, 0);
    expect(state.traces.at(0, 100)).not.toBeNaN();
    expect(state.traces.at(0, 3000)).toBeNaN();
    expect(state.beats.length).toBe(3);
    state.apply({ ...again, events: [{ ...hello, bootId: hello.bootId + 1 }] }, 0);
    expect([state.traces.at(0, 100), state.beats.length]).toEqual([Number.NaN, 0]);
  });

  it('pairs an explanation with its own result only, and forgets both when the device restarts', () => {
    const state = new PageState();
    state.apply(synthetic.hello(), 0);
    state.apply(synthetic.result(2), 0);
    state.apply(synthetic.explanation(1), 0);
    expect([state.explanation?.resultId, state.explainedResult]).toEqual([1, undefined]);
    state.apply(synthetic.explanation(2), 0);
    expect(state.explainedResult?.resultId).toBe(2);
    state.apply({ ...synthetic.hello(), bootId: 7 }, 0);
    expect([state.explanation, state.result, state.hello?.bootId]).toEqual([
      undefined,
      undefined,
      7,
    ]);
  });
});
