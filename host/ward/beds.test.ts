import { describe, expect, it } from 'vitest';
import { synthetic } from '../monitor/synthetic-events.js';
import type { StreamEvent } from '../stream/events.js';
import { Ward } from './beds.js';

const STREAMING = { state: 'streaming', detail: '', page: 'http://127.0.0.1:8000/' };

function ward(...beds: string[]): { ward: Ward; tell: (bed: string, event: StreamEvent) => void } {
  const made = new Ward();
  for (const bed of beds) {
    made.take(bed, 'hello', synthetic.hello(), 0);
    made.take(bed, 'status', STREAMING, 0);
  }
  return {
    ward: made,
    tell: (bed, event) => {
      made.take(bed, event.kind, event, 1000);
    },
  };
}

describe('ward', () => {
  it('says of a bed its state, rate, answer, place and page', () => {
    const { ward: beds, tell } = ward('bed-1');
    for (const i of [0, 1, 2]) tell('bed-1', synthetic.beat(i));
    tell('bed-1', synthetic.result(1));
    tell('bed-1', synthetic.explanation(1));
    const [bed] = beds.summaries(1500);
    expect(bed).toMatchObject({
      bed: 'bed-1',
      state: 'streaming',
      live: true,
      className: 'MI',
      place: 'mid anteroseptal',
      alarms: [],
      silentMs: 500,
      page: 'http://127.0.0.1:8000/',
    });
    expect(bed?.ratePerMin).toBeCloseTo(75, 0);
  });

  it('puts the most urgent first: a pause, a lost link, an electrode off, then by name', () => {
    const { ward: beds, tell } = ward('bed-10', 'bed-9', 'bed-3', 'bed-4', 'bed-5');
    for (const bed of ['bed-10', 'bed-9', 'bed-3', 'bed-4', 'bed-5']) tell(bed, synthetic.beat(0));
    const { electrodes } = synthetic.signal();
    tell('bed-5', synthetic.signal({ electrodes: { ...electrodes, V3: 'off' } }));
    tell('bed-4', { ...synthetic.signal(), sampleIndex: 50_000 });
    beds.take('bed-3', 'status', { state: 'link lost', detail: 'the host is gone' }, 1000);
    const summaries = beds.summaries(1200);
    expect(summaries.map(({ bed }) => bed)).toEqual(['bed-4', 'bed-3', 'bed-5', 'bed-9', 'bed-10']);
    expect(summaries.map(({ alarms }) => alarms[0]?.priority)).toEqual([
      'high',
      'medium',
      'low',
      undefined,
      undefined,
    ]);
    expect(summaries[1]).toMatchObject({ live: false, ratePerMin: null });
  });

  it('misses no beat of a test signal, and knows no rate of one', () => {
    const { ward: beds, tell } = ward('bed-1');
    tell('bed-1', synthetic.beat(0));
    tell('bed-1', synthetic.beat(1));
    tell('bed-1', synthetic.signal({ sampleIndex: 50_000, testSignal: true }));
    tell('bed-1', synthetic.signal({ sampleIndex: 50_500 }));
    expect(beds.summaries(0)[0]).toMatchObject({ ratePerMin: null, alarms: [] });
    tell('bed-1', synthetic.signal({ sampleIndex: 60_000 }));
    expect(beds.summaries(0)[0]?.alarms[0]?.text).toMatch(/No heartbeat seen for 20 s/);
  });

  it('takes silence for what it is, whatever the link says', () => {
    const { ward: beds, tell } = ward('bed-1');
    tell('bed-1', synthetic.beat(0));
    expect(beds.summaries(5900)[0]?.live).toBe(true);
    const [silent] = beds.summaries(6100);
    expect([silent?.live, silent?.alarms[0]?.text]).toEqual([
      false,
      'No live signal: nothing comes',
    ]);
  });

  it('raises no alarm for a bed that was closed or whose record has ended', () => {
    const { ward: beds, tell } = ward('bed-1', 'bed-2');
    beds.take('bed-1', 'status', { state: 'closed', detail: 'the host was closed' }, 0);
    tell('bed-2', { kind: 'end', sampleCount: 100 });
    expect(beds.summaries(60_000).flatMap(({ alarms }) => alarms)).toEqual([]);
  });

  it('takes no message under another name, and nothing that is none', () => {
    const { ward: beds } = ward('bed-1');
    beds.take('bed-1', 'result', synthetic.hello(), 0);
    beds.take('bed-1', 'result', null, 0);
    beds.take('bed-1', 'status', { state: 7 }, 0);
    expect(beds.summaries(0)[0]).toMatchObject({ state: 'streaming', className: '' });
  });
});
