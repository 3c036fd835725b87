import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { INDEPENDENT_LEAD_NAMES } from '../records/record.js';
import { startRecorder } from '../records/recorder.js';
import { readWfdb } from '../records/wfdb.js';
import { openLink } from '../serial/link.js';
import { SEGMENT_NAMES } from '../serial/test-device.js';
import type { StreamEvent } from '../stream/events.js';
import { replayTransport } from './replay-transport.js';

it('a recording goes through the same path, holes and beats and all, and can be recorded again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'isochrone-replay-'));
  const lead = (i: number): Float64Array =>
    Float64Array.from({ length: 3000 }, (_, t) => (t >= 1000 && t < 1500 ? NaN : (t % 700) - i));
  const record = {
    name: 'r',
    sampleRateHz: 500,
    leads: INDEPENDENT_LEAD_NAMES.map((name, i) => ({ name, microvolt: lead(i) })),
    source: 'test',
    remarks: [],
    annotations: [
      { sampleIndex: 400, label: 'N' },
      { sampleIndex: 900, label: 'N' },
      { sampleIndex: 950, label: 'patient moved' },
    ],
  };
  const link = openLink({
    transport: replayTransport(record, { speed: Infinity }),
    segmentNames: SEGMENT_NAMES,
    expectedFirstSampleIndex: 0,
  });
  const recorder = startRecorder({ folder, name: 'again', sampleRateHz: 500 });
  const events: StreamEvent[] = [];
  await new Promise<void>((resolve) => {
    link.on((event) => {
      events.push(event);
      recorder.publish(event);
      if (event.kind === 'end') resolve();
    });
  });
  await link.close();
  await recorder.close();
  expect(events.filter(({ kind }) => kind === 'gap')).toEqual([
    { kind: 'gap', firstSampleIndex: 1000, sampleCount: 500, cause: 'link' },
  ]);
  expect(events.filter(({ kind }) => kind === 'beat')).toMatchObject([
    { sampleIndex: 400, rrMs: 0 },
    { sampleIndex: 900, rrMs: 1000 },
  ]);
  const again = await readWfdb(join(folder, 'again-0001'));
  expect(again.leads.map(({ microvolt }) => microvolt)).toEqual(
    record.leads.map(({ microvolt }) => microvolt),
  );
  rmSync(folder, { recursive: true, force: true });
});
